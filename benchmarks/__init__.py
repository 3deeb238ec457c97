"""Measures what rolecall costs: to load, and to verify at `pulumi up`."""
