"""``rolecall audit``: who can assume what over many accounts."""
