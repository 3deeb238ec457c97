"""Declare AWS cross-account roles with Pulumi, and prove at deploy time who can assume them."""
