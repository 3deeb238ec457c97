"""What lets a machine without internet run the real Pulumi engine; no user needs it and no wheel holds it."""
