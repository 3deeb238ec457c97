"""A stand-in for the official aws plugin, for machines that cannot download it: serves what rolecall uses."""
