"""What a report leaves open or refutes, a point each: what alerts, annotations and comments are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rolecall.verification.model import Verdict
from rolecall.verification.report import TrustUnread

from .document import DisagreementDocument, ProbeDocument, ReportDocument, RoleDocument, every_probe
from .sentences import failure_sentence
from .words import PROBES


class Grade(StrEnum):
    """How bad a point is, the worst first."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """What points of one kind have in common.

    Attributes:
        id: stable, such as ``refuted/external-id-absent``.
        title: a few words.
        help: what to do, a full sentence.
    """

    id: str
    title: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that isn't proved.

    Attributes:
        role_arn: the role.
        rule: what kind of thing.
        grade: an error where it must stop a run, by the user's own rules; else a warning.
        refuted: it is known not to be as declared, rather than open.
        sentence: what, where, and what to do next.
        identity: what tells it from other points of its rule and role, the same in every run.
    """

    role_arn: str
    rule: Rule
    grade: Grade
    refuted: bool
    sentence: str
    identity: tuple[str, ...] = ()


TRUST_UNREAD = Rule(
    "trust-policy-unread",
    "the live trust policy could not be read",
    "Let the credentials that read the role call iam:GetRole on it, or correct its ARN.",
)
NOT_VERIFIED = Rule(
    "not-verified", "nothing could be found out about the role", "Put right what the message names."
)


RECEIPT_REFUSED = Rule(
    "receipt-refused", "a receipt does not count", "Ask for a new receipt, made by the same command."
)


def points(document: ReportDocument) -> tuple[Point, ...]:
    """All points of a report, each once: errors before warnings, what is refuted first, then by role."""
    found = [*_unverified(document)]
    tolerated = frozenset(document["tolerated"])
    for role in document["roles"]:
        found.extend(_points(role, tolerated))
    grades = list(Grade)
    return tuple(
        sorted(dict.fromkeys(found), key=lambda point: (grades.index(point.grade), not point.refuted))
    )


def requirement_rule(requirement: str) -> Rule:
    """The rule of a broken requirement."""
    return Rule(
        f"requirement/{requirement}",
        f"requirement {requirement} is broken",
        "Correct the trust policy, then run again.",
    )


def probe_rule(probe: ProbeDocument) -> Rule:
    """The rule of a probe that isn't proved."""
    words = PROBES[probe["kind"]]
    title = f"{words.title}: {probe['verdict']}"
    if probe["verdict"] == Verdict.REFUTED:
        return Rule(f"refuted/{probe['kind']}", title, f"{words.remedy}.")
    return Rule(f"{probe['verdict']}/{probe['kind']}", title, "Do what the message says, then run again.")


def disagreement_rule(disagreement: DisagreementDocument) -> Rule:
    """The rule of an answer of STS that contradicts the prediction."""
    return Rule(
        f"disagreement/{disagreement['kind']}",
        "STS answered otherwise than was predicted",
        "Run again in some minutes, and report it as a defect of rolecall where it stays so.",
    )


def _unverified(document: ReportDocument) -> Iterator[Point]:
    for role in document["unverified"]:
        yield Point(
            role_arn=role["role_arn"],
            rule=NOT_VERIFIED,
            grade=Grade.ERROR,
            refuted=False,
            sentence=f"nothing could be found out: {role['reason'].rstrip('.')}.",
        )


def _points(role: RoleDocument, tolerated: frozenset[Verdict]) -> Iterator[Point]:
    arn = role["role_arn"]
    for broken in role["broken_requirements"]:
        yield Point(
            role_arn=arn,
            rule=requirement_rule(broken["requirement"]),
            grade=Grade.ERROR,
            refuted=True,
            sentence=broken["sentence"],
        )
    if role["trust_unreadable"]:
        yield Point(
            role_arn=arn,
            rule=TRUST_UNREAD,
            grade=Grade.WARNING if Verdict.INCONCLUSIVE in tolerated else Grade.ERROR,
            refuted=False,
            sentence=failure_sentence(TrustUnread(cause=role["trust_unreadable"])),
        )
    for receipt in role["receipts"]:
        if receipt["refused"]:
            yield Point(
                role_arn=arn,
                rule=RECEIPT_REFUSED,
                grade=Grade.WARNING if Verdict.INCONCLUSIVE in tolerated else Grade.ERROR,
                refuted=False,
                sentence=receipt["sentence"],
                identity=(receipt["caller_arn"],),
            )
    for probe in every_probe(role):
        identity = (probe["caller"], probe["region"], probe["label"])
        if probe["verdict"] != Verdict.PROVED:
            yield Point(
                role_arn=arn,
                rule=probe_rule(probe),
                grade=Grade.WARNING if probe["verdict"] in tolerated else Grade.ERROR,
                refuted=probe["verdict"] == Verdict.REFUTED,
                sentence=probe["sentence"],
                identity=identity,
            )
        elif probe["disagreement"] is not None:
            yield Point(
                role_arn=arn,
                rule=disagreement_rule(probe["disagreement"]),
                grade=Grade.WARNING,
                refuted=False,
                sentence=probe["disagreement"]["sentence"],
                identity=identity,
            )
