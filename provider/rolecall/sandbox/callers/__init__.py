"""Whoever makes a call: keys, sessions, condition keys and permissions."""
