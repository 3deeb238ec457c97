"""``rolecall sandbox``: an embedded AWS that is served, used by a command, and asked for codes."""
