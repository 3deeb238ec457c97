"""Holds receipts against the role as it is now: what they are worth, and what they state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from rolecall.policy import Arn, Policy, PolicyKind, parse

from . import live as live_role
from .judge import Evidence, judge
from .live import Live
from .model import Expectation, Level, Outcome, Probe, ProbeKind, ProbeResult, Verdict
from .plan import Aim, aims
from .ports import Assumed, Identity, LiveRole, Refused, Reply, Unanswered, Unreadable
from .prediction import Situation, by_trust
from .receipts import Receipt, ReceiptCaller, ReceiptProbe, ReceiptRole
from .report import Attested, RoleReport, Skipped
from .results import tried
from .spec import CallerSource, SourceKind
from .waiting import Settled

_CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""By how much a receipt may seem to come from the future."""


def attest(
    report: RoleReport,
    receipts: Sequence[Receipt],
    role: LiveRole | Unreadable,
    *,
    declared_trust: Mapping[str, object] | None,
    max_age_seconds: float,
    now: datetime,
) -> RoleReport:
    """Joins what the receipts of others state to what was found out here.

    A statement on a role counts where it is young enough and about this very role, and where the external ID
    that was sent is one that the trust policy lists. Then each of its probes is judged like one of our own,
    and statements of the trust policy that it shows both ways reach the level ``receipt``.

    Args:
        report: what was found out here.
        receipts: any number, about any roles.
        role: what IAM answers now.
        declared_trust: the trust policy that was declared; ``None`` to take the live one at its word.
        max_age_seconds: how old a receipt may be.
        now: UTC time.
    """
    joining = _Joining(
        report=report,
        live=live_role.understand(role),
        declared=parse(declared_trust) if declared_trust is not None else None,
        oldest=now - timedelta(seconds=max_age_seconds),
        now=now,
    )
    for receipt in receipts:
        for stated in receipt.roles:
            if stated.role_arn == report.role_arn:
                for caller in stated.callers:
                    joining.add(receipt.run_id, stated, caller)
    return joining.report


@dataclass(slots=True, kw_only=True)
class _Joining:
    """A report under way, with what the statements are held against."""

    report: RoleReport
    live: Live
    declared: Policy | None
    oldest: datetime
    now: datetime

    def add(self, run_id: str, stated: ReceiptRole, caller: ReceiptCaller) -> None:
        """Joins one caller's statement."""
        account = Arn.parse(caller.caller_arn).account
        made_at = max((probe.last_at for probe in caller.probes), default=self.oldest)
        attested = Attested(account=account, caller_arn=caller.caller_arn, made_at=made_at)
        external_id = _recognised(caller, self.live.policy)
        refused = self.why_not(stated, made_at) or (
            "the external ID that was sent isn't one that the trust policy lists"
            if caller.external_id is not None and external_id is None
            else ""
        )
        policy = self.live.policy
        if refused or policy is None:
            self.report = replace(
                self.report, receipts=(*self.report.receipts, replace(attested, refused=refused))
            )
            return
        statement = _Statement(
            source=CallerSource(
                name=f"account {account}, by receipt",
                kind=SourceKind.AMBIENT,
                external_id=external_id,
                session_name=caller.session_name,
                source_identity=caller.source_identity,
            ),
            stated=stated,
            caller=caller,
            run_id=run_id,
            planned_from=self.declared or policy,
            live=policy,
        )
        statement.judge()
        self.report = replace(
            self.report,
            receipts=(*self.report.receipts, replace(attested, results=tuple(statement.results))),
            skipped=tuple(
                dict.fromkeys(
                    (*(each for each in self.report.skipped if each.account != account), *statement.missing)
                )
            ),
            levels=tuple(
                replace(each, level=Level.RECEIPT)
                if each.level is Level.EVALUATED and each.statement in statement.both_ways
                else each
                for each in self.report.levels
            ),
        )

    def why_not(self, stated: ReceiptRole, made_at: datetime) -> str:
        """Why a statement doesn't count; ``""`` where it does."""
        then, now = stated.role_unique_id, self.live.unique_id
        if self.live.policy is None:
            return "the live trust policy could not be read, so there is nothing to hold it against"
        if made_at < self.oldest:
            return f"it is too old: it was made at {made_at:%Y-%m-%d %H:%M} UTC"
        if made_at > self.now + _CLOCKS_DIFFER:
            return "its times lie in the future"
        if then is not None and then != now:
            return f"the role was made anew since: it was {then}, and is {now}"
        if stated.trust_policy_sha256 not in {None, self.live.sha256}:
            return "it was made with another trust policy than the role has now"
        return ""


def _recognised(caller: ReceiptCaller, policy: Policy | None) -> str | None:
    """The external ID of which a receipt has the fingerprint, among those that the trust policy tests."""
    if caller.external_id is None or policy is None:
        return None
    listed = dict.fromkeys(
        value
        for statement in policy.statements
        for test in statement.conditions
        if test.lookup_key == "sts:externalid"
        for value in test.values
    )
    return next((each for each in listed if caller.external_id.fits(each)), None)


@dataclass(slots=True, kw_only=True)
class _Statement:
    """One caller's statement on a role, as it is judged."""

    source: CallerSource
    stated: ReceiptRole
    caller: ReceiptCaller
    run_id: str
    planned_from: Policy
    live: Policy
    results: list[ProbeResult] = field(default_factory=list)
    missing: list[Skipped] = field(default_factory=list)
    both_ways: set[int] = field(default_factory=set)

    def judge(self) -> None:
        """Judges all probes, endpoint by endpoint, by the plan that the trust policy asks for."""
        for region, group in groupby(self.caller.probes, key=lambda probe: probe.region):
            probes = {(probe.kind, probe.label): probe for probe in group}
            situation = self._situation(region, probes.values())
            planned = aims(
                self.source,
                situation,
                role_arn=self.stated.role_arn,
                policy=self.planned_from,
                has_mfa=self.caller.has_mfa,
                run_id=self.run_id,
            )
            for aim in planned:
                self._aim(aim, probes, situation)

    def _situation(self, region: str, probes: Iterable[ReceiptProbe]) -> Situation:
        arn = self.caller.caller_arn
        identity = Identity(arn=arn, account=Arn.parse(arn).account, user_id="")
        return Situation(identity=identity, now=max(probe.last_at for probe in probes), region=region)

    def _aim(
        self, aim: Aim, probes: Mapping[tuple[ProbeKind, str], ReceiptProbe], situation: Situation
    ) -> None:
        """Judges one declared call and its neighbours."""
        control = probes.get((aim.declared.kind, aim.declared.label))
        controlled = control is not None and control.outcome is Outcome.ALLOWED
        judged = []
        for probe in (aim.declared, *aim.denied):
            stated = probes.get((probe.kind, probe.label))
            if stated is None:
                reason = f"the receipt does not have {'it' if not probe.label else probe.label}"
                self.missing.append(Skipped(kind=probe.kind, caller=probe.caller, reason=reason))
                continue
            judged.append(self._result(probe, stated, situation, control=controlled))
        self.results.extend(judged)
        complete = len(judged) == 1 + len(aim.denied)
        if complete and all(each.verdict is Verdict.PROVED for each in judged):
            settled_by = by_trust(aim.declared.call, situation, self.live).settled_by
            self.both_ways.update(ref.index for ref in settled_by if ref.kind is PolicyKind.TRUST)

    def _result(
        self, probe: Probe, stated: ReceiptProbe, situation: Situation, *, control: bool
    ) -> ProbeResult:
        reply = self._reply(stated)
        decision = by_trust(probe.call, situation, self.live)
        settled = Settled(
            reply=reply,
            attempts=stated.attempts,
            first_at=stated.first_at,
            last_at=stated.last_at,
            waited_seconds=0.0,
        )
        evidence = Evidence(
            reply=reply,
            decision=decision,
            control_allowed=None if probe.expectation is Expectation.ALLOWED else control,
        )
        judgement = judge(probe.kind, probe.expectation, evidence)
        return tried(probe, situation, settled, judgement, decision)

    def _reply(self, stated: ReceiptProbe) -> Reply:
        """What STS said, as far as the receipt tells it."""
        arn = Arn.parse(self.stated.role_arn)
        if stated.outcome is Outcome.ALLOWED:
            return Assumed(
                account=arn.account,
                role_name=arn.name,
                role_unique_id=self.stated.role_unique_id or "",
                request_id=stated.request_id or "",
                milliseconds=stated.milliseconds,
                endpoint=stated.endpoint,
            )
        if stated.outcome is Outcome.DENIED:
            return Refused(
                code=stated.code or "",
                message="",
                request_id=stated.request_id or "",
                milliseconds=stated.milliseconds,
                endpoint=stated.endpoint,
            )
        cause = "the receipt states no answer that lets in or refuses"
        return Unanswered(cause=cause, code=stated.code, endpoint=stated.endpoint)
