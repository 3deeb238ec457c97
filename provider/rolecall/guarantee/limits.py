"""How much work an exact answer may take before it is given up."""


class TooManyCombinationsError(Exception):
    """Some part of a question has more combinations than are looked at; the message names it."""
