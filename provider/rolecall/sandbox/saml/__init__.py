"""SAML: an identity provider, and the verification of what one signs."""
