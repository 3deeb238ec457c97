"""Requests over HTTP: read, checked, handed on and answered."""
