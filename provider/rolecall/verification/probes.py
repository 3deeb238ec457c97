"""The table of calls that must be refused: what each changes in the declared call, and when it applies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from rolecall.policy.formats import EXTERNAL_ID

from .model import Call, ProbeKind

REFUSED: Final = frozenset({"AccessDenied"})
"""What STS sends when policies don't let a caller in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The declared call of one caller, and what is known about the trust that lets it in.

    Attributes:
        call: the call that gets in.
        external_ids: every external ID that the trust policy lists.
        asks_mfa: a condition on MFA stands in the trust.
        asks_session_name: a condition on the session name stands in the trust.
        run_id: marks this run's values.
    """

    call: Call
    external_ids: frozenset[str]
    asks_mfa: bool
    asks_session_name: bool
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRow:
    """One kind of denied probe.

    Attributes:
        skip: why the probe makes no sense here, in words for the report; ``None`` where the trust doesn't
            ask for the thing at all, ``""`` where the probe makes sense.
        change: the declared call with exactly one thing different.
        refusals: the codes that count as this probe's refusal; any other code is inconclusive.
    """

    skip: Callable[[Declared], str | None]
    change: Callable[[Declared], Call]
    refusals: frozenset[str] = REFUSED


def _sends_external_id(declared: Declared) -> str | None:
    return None if declared.call.external_id is None else ""


def _suffixed(declared: Declared) -> str:
    return f"{declared.call.external_id}x"


def _can_suffix(declared: Declared) -> str | None:
    if declared.call.external_id is None:
        return None
    if len(_suffixed(declared)) > EXTERNAL_ID.maximum:
        return "the declared external ID has the greatest length, so nothing can be added to it"
    if _suffixed(declared) in declared.external_ids:
        return "the longer external ID is declared too"
    return ""


def _carries_mfa(declared: Declared) -> str | None:
    if declared.call.mfa:
        return ""
    return (
        "the caller has no MFA device (mfa_serial), so it can't show the difference"
        if declared.asks_mfa
        else None
    )


ROWS: Final[Mapping[ProbeKind, ProbeRow]] = {
    ProbeKind.EXTERNAL_ID_ABSENT: ProbeRow(
        skip=_sends_external_id,
        change=lambda declared: replace(declared.call, external_id=None),
    ),
    ProbeKind.EXTERNAL_ID_SUFFIXED: ProbeRow(
        skip=_can_suffix,
        change=lambda declared: replace(declared.call, external_id=_suffixed(declared)),
    ),
    ProbeKind.EXTERNAL_ID_UNRELATED: ProbeRow(
        skip=_sends_external_id,
        change=lambda declared: replace(declared.call, external_id=f"unrelated-{declared.run_id}"),
    ),
    ProbeKind.MFA_ABSENT: ProbeRow(
        skip=_carries_mfa,
        change=lambda declared: replace(declared.call, mfa=False, mfa_age_seconds=None),
    ),
    ProbeKind.SESSION_NAME_WRONG: ProbeRow(
        skip=lambda declared: "" if declared.asks_session_name else None,
        change=lambda declared: replace(declared.call, session_name=f"unrelated-{declared.run_id}"),
    ),
    ProbeKind.SOURCE_IDENTITY_ABSENT: ProbeRow(
        skip=lambda declared: None if declared.call.source_identity is None else "",
        change=lambda declared: replace(declared.call, source_identity=None),
    ),
}
