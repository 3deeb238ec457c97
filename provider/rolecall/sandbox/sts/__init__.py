"""The Security Token Service, an operation at a time."""
