"""The one caller of a command that asks one thing."""

import sys
from typing import Any

from rolecall.verification import CallerSource

from .profiles import known_profiles
from .verify.asked import read_asked
from .verify.options import VerifyOptions


def one_caller(name: str, region: str | None, **sent: Any) -> CallerSource:
    """A caller with its device and what it sends, read as ``rolecall verify`` reads its callers.

    Args:
        name: a profile, or ``ambient``.
        region: STS endpoint; ``None`` for the caller's own.
        sent: options of ``rolecall verify`` by their names, such as ``mfa_serial``.

    Raises:
        DeclarationError: with every fault that was found.
    """
    options = VerifyOptions(
        role_arns=(),
        callers=(name,),
        regions=() if region is None else (region,),
        is_terminal=sys.stdin.isatty(),
        profiles=known_profiles(),
        **sent,
    )
    asked, _ = read_asked(options)
    return asked.spec.callers[0]
