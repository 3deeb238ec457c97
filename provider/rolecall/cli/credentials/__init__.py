"""``rolecall assume`` and ``rolecall session``: temporary credentials, and whom they are handed to."""
