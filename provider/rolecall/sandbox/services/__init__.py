"""Calls to services other than STS, where the caller's policies decide them."""
