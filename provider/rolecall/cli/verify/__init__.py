"""``rolecall verify``: from options and files to a report, an exit code, and results that last."""
