"""Makes foreign text safe to print: no terminal control, no echoed secrets, no endless lines."""

import hashlib
import re
import unicodedata
from typing import Final

LIMIT: Final = 400
"""Characters of foreign text that a sentence carries at most."""

_TERMINAL_SEQUENCE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"  # OSC and the like: titles, links
    r"|\x1b[ -/]*[0-~]",
    re.DOTALL,
)
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_ECHO: Final = re.compile(r"(?i)value '.*?' at '(externalId|tokenCode)'", re.DOTALL)


def safe(text: str, *, limit: int = LIMIT) -> str:
    """One line that does nothing to a terminal.

    Escape sequences and invisible characters become U+FFFD, white space one space. A value that STS
    echoes in a ValidationError is hidden where it may be a secret (``externalId``, ``tokenCode``).

    Args:
        text: anything, such as what AWS, the network or a configuration file said.
        limit: length in characters; what is longer ends in an ellipsis.
    """
    masked = _ECHO.sub(r"Value (hidden) at '\1'", text)
    spaced = " ".join(_TERMINAL_SEQUENCE.sub("\N{REPLACEMENT CHARACTER}", masked).split())
    shown = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in _UNPRINTABLE else character
        for character in spaced
    )
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def quoted(text: str, *, limit: int = LIMIT) -> str:
    """Foreign text in double quotes, safe to print."""
    return f'"{safe(text, limit=limit)}"'


def fingerprint(secret: str) -> str:
    """Tells two secrets apart without telling either: the start of its SHA-256."""
    return f"sha256:{hashlib.sha256(secret.encode()).hexdigest()[:8]}"
