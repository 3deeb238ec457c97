"""Texts that callers hand around and only this sandbox can read and make."""

import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken

from .door.wire import compact_json

_PURPOSE: Final = "purpose"


class Seal:
    """Encrypts and authenticates with a key of its own."""

    def __init__(self) -> None:
        self._box = Fernet(Fernet.generate_key())

    def renew(self) -> None:
        """Take another key: what was closed so far can't be opened any more."""
        self._box = Fernet(Fernet.generate_key())

    def close(self, purpose: str, content: Mapping[str, object]) -> str:
        """Return a text that holds the content, readable by ``open`` for the same purpose only."""
        text = compact_json({_PURPOSE: purpose, **content})
        return self._box.encrypt(zlib.compress(text.encode())).decode().rstrip("=")

    def open(self, purpose: str, text: str) -> Mapping[str, Any] | None:
        """Return what a text holds; ``None`` where this sandbox didn't make it, or for another purpose."""
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            content: dict[str, Any] = json.loads(zlib.decompress(self._box.decrypt(padded)))
        except (InvalidToken, UnicodeEncodeError):
            return None
        return content if content.pop(_PURPOSE) == purpose else None
