"""The table of calls that must be refused: what each changes in the declared call, and when it applies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rolecall.policy import Demands
from rolecall.policy.conditions import OPERATORS
from rolecall.policy.formats import EXTERNAL_ID, SESSION_TAGS

from .federated import PROVIDER_REFUSALS
from .model import Call, ProbeKind
from .ports import Identity

REFUSED: Final = frozenset({"AccessDenied"})
"""What STS sends when policies don't let a caller in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The declared call of one caller, and what is known about the trust that lets it in.

    Attributes:
        call: the call that gets in.
        external_ids: every external ID that the trust policy lists.
        asks: what the trust's statement asks for; ``None`` where the trust policy isn't known.
        subject: which one is changed, for probes that are made once for each tag: its key.
        identity: who calls.
        run_id: marks this run's values.
    """

    call: Call
    external_ids: frozenset[str]
    asks: Demands | None
    identity: Identity
    run_id: str
    subject: str = ""

    @property
    def unrelated(self) -> str:
        """A value that has nothing in common with any that the trust policy lists."""
        return f"unrelated-{self.run_id}"


def _once(_declared: Declared) -> Sequence[str]:
    return ("",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRow:
    """One kind of denied probe.

    Attributes:
        skip: why the probe makes no sense here, in words for the report; ``None`` where the trust doesn't
            ask for the thing at all, ``""`` where the probe makes sense.
        change: the declared call with exactly one thing different.
        subjects: for which of several things of a kind the probe is made; each becomes its label.
        refusals: the codes that count as this probe's refusal; any other code is inconclusive.
    """

    skip: Callable[[Declared], str | None]
    change: Callable[[Declared], Call]
    subjects: Callable[[Declared], Sequence[str]] = _once
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
        if declared.asks is not None and declared.asks.mentions_mfa
        else None
    )


def _chooses_audience(declared: Declared) -> str | None:
    federation = declared.identity.federation
    if federation is None or federation.other_audiences:
        return None if federation is None else ""
    return "the caller's source gives tokens for one audience only"


def _is_federated(declared: Declared) -> str | None:
    return None if declared.identity.federation is None else ""


def _matches(pattern: Sequence[str], value: str) -> bool:
    return OPERATORS["StringLike"].matcher(tuple(pattern), variables=False, negated=False)(value, {}) is True


def _lists_source_identities(declared: Declared) -> str | None:
    listed = declared.asks.source_identities if declared.asks is not None else ()
    if declared.call.source_identity is None or not listed:
        return None
    return "the trust policy takes any source identity" if _matches(listed, declared.unrelated) else ""


def _asked_tags(declared: Declared) -> Sequence[tuple[str, tuple[str, ...]]]:
    """The tags of the call that the trust asks for, with the values that it lists."""
    asked = {key.lower(): values for key, values in declared.asks.session_tags} if declared.asks else {}
    return [(key, asked[key.lower()]) for key, _ in declared.call.tags if key.lower() in asked]


def _must_pass_tags(declared: Declared) -> str | None:
    if not declared.call.tags:
        return None
    return (
        "" if _asked_tags(declared) else "the trust policy doesn't ask for the session tags that are passed"
    )


def _valued_tags(declared: Declared) -> Sequence[str]:
    """The tags of which the trust lists values, and not any value."""
    return [
        key for key, values in _asked_tags(declared) if values and not _matches(values, declared.unrelated)
    ]


def _limits_tags(declared: Declared) -> str | None:
    if declared.asks is None or declared.asks.other_tags_allowed:
        return None
    return "the call passes as many tags as there may be" if len(declared.call.tags) >= SESSION_TAGS else ""


def _without_tag(declared: Declared) -> Call:
    left_out = declared.subject
    return replace(
        declared.call,
        tags=tuple(tag for tag in declared.call.tags if tag[0] != left_out),
        transitive_tag_keys=tuple(
            key for key in declared.call.transitive_tag_keys if key.lower() != left_out.lower()
        ),
    )


def _with_wrong_tag(declared: Declared) -> Call:
    tags = (
        (key, declared.unrelated if key == declared.subject else value) for key, value in declared.call.tags
    )
    return replace(declared.call, tags=tuple(tags))


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
        change=lambda declared: replace(declared.call, external_id=declared.unrelated),
    ),
    ProbeKind.MFA_ABSENT: ProbeRow(
        skip=_carries_mfa,
        change=lambda declared: replace(declared.call, mfa=False, mfa_age_seconds=None),
    ),
    ProbeKind.SESSION_NAME_WRONG: ProbeRow(
        skip=lambda declared: "" if declared.asks and declared.asks.mentions_session_name else None,
        change=lambda declared: replace(declared.call, session_name=declared.unrelated),
    ),
    ProbeKind.SOURCE_IDENTITY_ABSENT: ProbeRow(
        skip=lambda declared: None if declared.call.source_identity is None else "",
        change=lambda declared: replace(declared.call, source_identity=None),
    ),
    ProbeKind.SOURCE_IDENTITY_WRONG: ProbeRow(
        skip=_lists_source_identities,
        change=lambda declared: replace(declared.call, source_identity=declared.unrelated),
    ),
    ProbeKind.TAG_ABSENT: ProbeRow(
        skip=_must_pass_tags,
        change=_without_tag,
        subjects=lambda declared: [key for key, _ in _asked_tags(declared)],
    ),
    ProbeKind.TAG_WRONG: ProbeRow(
        skip=lambda declared: "" if _valued_tags(declared) else None,
        change=_with_wrong_tag,
        subjects=_valued_tags,
    ),
    ProbeKind.TAG_UNDECLARED: ProbeRow(
        skip=_limits_tags,
        change=lambda declared: replace(
            declared.call, tags=(*declared.call.tags, (declared.unrelated, declared.unrelated))
        ),
    ),
    ProbeKind.TRANSITIVE_TAG_ABSENT: ProbeRow(
        skip=lambda declared: "" if declared.asks and declared.asks.transitive_tag_keys else None,
        change=lambda declared: replace(declared.call, transitive_tag_keys=()),
    ),
    ProbeKind.AUDIENCE_OTHER: ProbeRow(
        skip=_chooses_audience,
        change=lambda declared: replace(declared.call, audience=f"unrelated-{declared.run_id}"),
        refusals=REFUSED | PROVIDER_REFUSALS,
    ),
    ProbeKind.SIGNATURE_BROKEN: ProbeRow(
        skip=_is_federated,
        change=lambda declared: replace(declared.call, broken_signature=True),
        refusals=PROVIDER_REFUSALS,
    ),
}
