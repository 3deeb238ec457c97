"""All that a verification of one role found out, as data for gates, reports and the state."""

from dataclasses import dataclass
from datetime import datetime

from .model import Level, ProbeKind, ProbeResult, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A probe that wasn't run, and why not.

    Attributes:
        kind: what would have been tried.
        caller: by whom: a caller, or ``account 333333333333`` where none of its callers was given.
        reason: a sentence without its full stop.
        account: the account whose callers alone can try it; ``""`` where the probe makes no sense.
    """

    kind: ProbeKind
    caller: str
    reason: str
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRequirement:
    """A requirement that a trust policy doesn't meet, told with the request that gets in.

    Attributes:
        requirement: its name in ``rolecall:require``; ``declared-trust-policy`` where IAM holds another
            trust policy than the declared one.
        sentence: what gets in, for a person.
    """

    requirement: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustUnread:
    """The live trust policy couldn't be read, so nothing is known about who else gets in."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLevel:
    """How far one Allow statement, the ``statement``-th (from 0) of the trust policy, was verified."""

    statement: int
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """What somebody else's receipt states of a role: not proved here; CloudTrail has its request ids.

    Attributes:
        account: the account of the caller that it is about.
        caller_arn: that caller.
        made_at: UTC time of its last answer.
        refused: why it doesn't count, without a full stop; ``""`` where it does.
        results: its probes, each held against the live trust policy; none where it doesn't count.
    """

    account: str
    caller_arn: str
    made_at: datetime
    refused: str = ""
    results: tuple[ProbeResult, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleReport:
    """All that one verification of one role found out. Holds no secret.

    Attributes:
        role_arn: the role.
        role_unique_id: its unique id (``AROA…``), where it could be read or assumed.
        results: one entry a probe, in the order in which they were run.
        skipped: probes that weren't run, with the reason.
        broken: requirements that the live trust policy doesn't meet.
        levels: for each Allow statement of the trust policy, how far it was verified.
        receipts: what the receipts of others state.
        trust_policy_sha256: hash of the live trust policy in canonical form; ``None`` where unreadable.
        trust_unreadable: why the live trust policy couldn't be read; ``""`` where it could.
        verified_at: UTC time at which the last answer came.
        regions: STS endpoints asked.
        calls: number of AssumeRole calls made.
        sts_seconds: time spent on answers of STS: who callers are, AssumeRole, and who they are then.
        waited_seconds: time spent waiting between calls.
        clock_skew_seconds: how far AWS's clock is ahead of this machine's; negative where it is behind.
    """

    role_arn: str
    role_unique_id: str | None
    results: tuple[ProbeResult, ...]
    skipped: tuple[Skipped, ...] = ()
    broken: tuple[BrokenRequirement, ...] = ()
    levels: tuple[StatementLevel, ...] = ()
    receipts: tuple[Attested, ...] = ()
    trust_policy_sha256: str | None = None
    trust_unreadable: str = ""
    verified_at: datetime
    regions: tuple[str, ...] = ()
    calls: int = 0
    sts_seconds: float = 0.0
    waited_seconds: float = 0.0
    clock_skew_seconds: float = 0.0

    @property
    def verdict(self) -> Verdict | None:
        """The worst verdict of all probes and requirements; ``None`` where nothing was probed or broken.

        A receipt can make it worse, and never proves anything.
        """
        if self.broken:
            return Verdict.REFUTED
        order = list(Verdict)
        verdicts = [result.verdict for result in self.results]
        verdicts += [each.verdict for each in self.attested if each.verdict is not Verdict.PROVED]
        verdicts += [Verdict.INCONCLUSIVE for receipt in self.receipts if receipt.refused]
        return max(verdicts, key=order.index, default=None)

    @property
    def attested(self) -> tuple[ProbeResult, ...]:
        """The probes of all receipts that count."""
        return tuple(result for receipt in self.receipts for result in receipt.results)

    @property
    def level(self) -> Level:
        """The lowest level of any statement."""
        order = list(Level)
        return min((each.level for each in self.levels), key=order.index, default=Level.NONE)


Failure = ProbeResult | BrokenRequirement | StatementLevel | TrustUnread | Attested
"""What keeps a verification from being as declared; a level is one where it is lower than required, a
receipt where it doesn't count."""
