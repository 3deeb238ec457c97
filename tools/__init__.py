"""What works on this checkout: the demonstration, and the engine where nothing can be downloaded."""
