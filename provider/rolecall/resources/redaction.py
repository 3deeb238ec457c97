"""Keeps external IDs out of texts: a provider isn't told which of its inputs are secret."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rolecall.reports import fingerprint

_FIELDS: Final = frozenset({"sts:externalid", "external_id", "external_ids"})
"""Where external IDs stand, in lower case: in a trust policy, in ``verify``, in ``trusts``."""


class Redaction:
    """Replaces external IDs in texts by fingerprints, which still tell two of them apart."""

    def __init__(self, external_ids: Iterable[str] = ()) -> None:
        # Longest first: an external ID may begin with another one.
        ordered = sorted(set(external_ids), key=lambda secret: (-len(secret), secret))
        self._patterns = tuple((_anywhere(secret), f"({fingerprint(secret)})") for secret in ordered)

    @classmethod
    def of(cls, *documents: object) -> "Redaction":
        """The redaction of every external ID in plain data, such as a trust policy or a ``verify``."""
        return cls(found for document in documents for found in _external_ids(document, inside=False))

    def __call__(self, text: str) -> str:
        """The text without the external IDs."""
        for pattern, replacement in self._patterns:
            text = pattern.sub(replacement, text)
        return text


def _external_ids(value: object, *, inside: bool) -> Iterator[str]:
    if isinstance(value, str):
        if inside and value:
            yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _external_ids(each, inside=inside or str(key).lower() in _FIELDS)
    elif isinstance(value, Iterable):
        for each in value:
            yield from _external_ids(each, inside=inside)


def _anywhere(secret: str) -> re.Pattern[str]:
    """Finds a secret that stands by itself: a short one is also a part of ordinary words."""
    return re.compile(rf"(?<!\w){re.escape(secret)}(?!\w)")
