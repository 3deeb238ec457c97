"""Web identity: issuers of tokens, and the verification of what one signs."""
