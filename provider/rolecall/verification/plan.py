"""Decides what to try: for each caller the calls that must get in, and their neighbours that must not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rolecall.policy import Answer, Demands, Policy, demands

from .model import Call, Expectation, Probe, ProbeKind
from .ports import Identity
from .prediction import Situation, by_trust
from .probes import ROWS, Declared
from .report import Skipped
from .spec import CallerSource, Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One declared call of one caller, with the denied probes that it gives their meaning to.

    Attributes:
        declared: the probe whose call is declared to get in (or, for a stranger, to be refused).
        denied: probes that differ from it in one thing each and must be refused.
        skipped: denied probes that can't be made here, with the reason.
    """

    declared: Probe
    denied: tuple[Probe, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def aims(
    source: CallerSource,
    situation: Situation,
    *,
    role_arn: str,
    policy: Policy | None,
    has_mfa: bool,
    run_id: str,
) -> tuple[Aim, ...]:
    """What to try with one caller: an aim for each statement that is meant to let it in.

    Args:
        source: the caller.
        situation: who it is, when and where it calls.
        role_arn: the role.
        policy: the declared trust policy, else the live one; ``None`` where neither is known.
        has_mfa: whether the caller can get credentials that carry MFA.
        run_id: marks this run's values.

    Returns:
        One aim for each different call that the policy allows the caller; where it allows none,
        the one that comes closest, so that the refusal can be seen and explained.
    """
    who = situation.identity
    asked = (demands(policy, operation=who.operation) if policy is not None else ()) or (None,)
    wanted = [
        (ask, who.fitted(_call(source, who, ask, role_arn=role_arn, has_mfa=has_mfa, run_id=run_id)))
        for ask in asked
    ]
    allowed = [
        pair
        for pair in wanted
        if policy is not None and by_trust(pair[1], situation, policy).trust is not Answer.DENIED
    ]
    chosen = _distinct(allowed) or [_closest(wanted, who)]
    listed = frozenset(value for ask in asked if ask for value in ask.external_ids)
    if source.expect is Expectation.DENIED:
        return tuple(_strangers(source, situation, _distinct(allowed or wanted), listed))
    return tuple(_aim(source, situation, ask, call, listed, run_id) for ask, call in chosen)


def expected_probes(
    entries: Sequence[Expected],
    source: CallerSource,
    situation: Situation,
    *,
    role_arn: str,
    policy: Policy | None,
    run_id: str,
) -> tuple[Probe, ...]:
    """The probes that ``expect`` adds for one caller.

    MFA is as fresh as any statement of the trust policy wants it: its age isn't what they are about.
    """
    asked = demands(policy) if policy is not None else ()
    ages = [ask.mfa_age_seconds for ask in asked if ask.mfa_age_seconds is not None]
    return tuple(
        Probe(
            kind=ProbeKind.EXPECTED,
            caller=source.name,
            region=situation.region,
            expectation=entry.expect,
            label=_label(entry),
            call=Call(
                role_arn=role_arn,
                session_name=source.session_name or f"rolecall-{run_id}",
                external_id=entry.external_id,
                mfa=entry.mfa,
                mfa_age_seconds=min(ages, default=None) if entry.mfa else None,
                source_identity=source.source_identity,
            ),
        )
        for entry in entries
        if entry.caller == source.name
    )


def _label(entry: Expected) -> str:
    external_id = "with the external ID given" if entry.external_id is not None else "without external ID"
    return f"{external_id}, {'with' if entry.mfa else 'without'} MFA"


def _call(
    source: CallerSource,
    identity: Identity,
    ask: Demands | None,
    *,
    role_arn: str,
    has_mfa: bool,
    run_id: str,
) -> Call:
    """The call that meets one statement's demands, as far as this caller can."""
    default_name = f"rolecall-{run_id}"
    if ask is None:
        return Call(
            role_arn=role_arn,
            session_name=source.session_name or default_name,
            external_id=source.external_id,
            source_identity=source.source_identity,
            tags=source.tags,
            transitive_tag_keys=source.transitive_tag_keys,
        )
    any_external_id = f"any-{run_id}" if ask.mentions_external_id else None
    names = [_filled(name, identity, run_id) for name in ask.session_names]
    identities = [_filled(name, identity, run_id) for name in ask.source_identities]
    any_identity = default_name if ask.mentions_source_identity else None
    tags = source.tags or tuple(
        (key, _filled(next(iter(values), default_name), identity, run_id)) for key, values in ask.session_tags
    )
    passed = {key.lower() for key, _ in tags}
    mfa = ask.mentions_mfa and has_mfa
    return Call(
        role_arn=role_arn,
        session_name=source.session_name or next(iter(names), default_name),
        external_id=source.external_id or next(iter(ask.external_ids), any_external_id),
        mfa=mfa,
        mfa_age_seconds=ask.mfa_age_seconds if mfa else None,
        source_identity=source.source_identity or next(iter(identities), any_identity),
        tags=tags,
        transitive_tag_keys=source.transitive_tag_keys
        or tuple(key for key in ask.transitive_tag_keys if key.lower() in passed),
    )


def _filled(pattern: str, identity: Identity, run_id: str) -> str:
    """A value that a pattern of the trust policy matches."""
    user = identity.arn.rsplit("/", 1)[-1]
    return pattern.replace("${aws:username}", user).replace("*", run_id).replace("?", "x")


def _distinct(pairs: Iterable[tuple[Demands | None, Call]]) -> list[tuple[Demands | None, Call]]:
    return list({call: (ask, call) for ask, call in reversed(list(pairs))}.values())[::-1]


def _closest(
    wanted: Sequence[tuple[Demands | None, Call]], identity: Identity
) -> tuple[Demands | None, Call]:
    """The statement whose principals name this caller or its account; else the first."""

    def names(ask: Demands | None) -> bool:
        return ask is not None and any(
            principal.value == identity.arn or identity.account in principal.value
            for principal in ask.principals
        )

    return next((pair for pair in wanted if names(pair[0])), wanted[0])


def _probe(
    source: CallerSource,
    situation: Situation,
    kind: ProbeKind,
    expect: Expectation,
    call: Call,
    *,
    label: str = "",
) -> Probe:
    return Probe(
        kind=kind, caller=source.name, region=situation.region, expectation=expect, label=label, call=call
    )


def _strangers(
    source: CallerSource,
    situation: Situation,
    wanted: Sequence[tuple[Demands | None, Call]],
    listed: frozenset[str],
) -> Iterator[Aim]:
    """A stranger tries the call of each statement: with the right external ID, only who it is bars it."""
    for ask, call in wanted:
        where = f"call of statement {ask.statement + 1}" if ask and len(wanted) > 1 else ""
        probe = _probe(source, situation, ProbeKind.STRANGER, Expectation.DENIED, call, label=where)
        yield Aim(declared=replace(probe, holds_external_id=call.external_id in listed))


def _changed(kind: ProbeKind, declared: Declared) -> Iterator[tuple[str, Call]]:
    """The calls that a kind of denied probe makes of the declared one, each with what is changed."""
    for subject in ROWS[kind].subjects(declared):
        yield subject, ROWS[kind].change(replace(declared, subject=subject))


def _skip(kind: ProbeKind, declared: Declared) -> str | None:
    """Why a kind of denied probe makes no sense: as its row says, or the caller can't make the change."""
    skip = ROWS[kind].skip(declared)
    fitted = declared.identity.fitted
    if skip == "" and any(fitted(changed) != changed for _, changed in _changed(kind, declared)):
        return "what it would change stands in the caller's token or assertion"
    return skip


def _aim(
    source: CallerSource,
    situation: Situation,
    ask: Demands | None,
    call: Call,
    listed: frozenset[str],
    run_id: str,
) -> Aim:
    declared = Declared(
        call=call,
        external_ids=listed,
        asks=ask,
        identity=situation.identity,
        run_id=run_id,
    )
    skips = {kind: _skip(kind, declared) for kind in ROWS}
    return Aim(
        declared=_probe(source, situation, ProbeKind.AS_DECLARED, Expectation.ALLOWED, call),
        denied=tuple(
            _probe(source, situation, kind, Expectation.DENIED, changed, label=subject)
            for kind, skip in skips.items()
            if skip == ""
            for subject, changed in _changed(kind, declared)
        ),
        skipped=tuple(
            Skipped(kind=kind, caller=source.name, reason=skip) for kind, skip in skips.items() if skip
        ),
    )
