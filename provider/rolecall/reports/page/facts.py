"""What the page shows: an entry a role, the worst first, and in it an edge a caller."""

from collections.abc import Sequence
from dataclasses import dataclass

from rolecall.reports.document import ProbeDocument, ReportDocument, RoleDocument
from rolecall.reports.roles import NO_ACCOUNT, account_of
from rolecall.reports.tally import NOT_VERIFIED, ORDER, verdict_of
from rolecall.verification.model import Outcome, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One caller at one role.

    Attributes:
        anchor: where its details are in the page.
        caller: its name.
        caller_arn: who STS says it is, where it was asked.
        account: of the caller.
        verdict: the worst of its probes.
        gets_in: some call of it got in.
        probes: in the order in which they were made.
    """

    anchor: str
    caller: str
    caller_arn: str | None
    account: str
    verdict: str
    gets_in: bool
    probes: tuple[ProbeDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One role.

    Attributes:
        anchor: where it is in the page.
        arn, account: of the role.
        word: what came of it, one of the tally's.
        edges: its callers, in the order in which they were probed.
        role: its report; ``None`` where nothing could be found out.
        reason: why not, then.
    """

    anchor: str
    arn: str
    account: str
    word: str
    edges: tuple[Edge, ...] = ()
    role: RoleDocument | None = None
    reason: str = ""


def entries(document: ReportDocument) -> tuple[Entry, ...]:
    """All roles of a report, the worst first, then by ARN."""
    found: list[tuple[str, str, RoleDocument | None, str]] = [
        (verdict_of(role), role["role_arn"], role, "") for role in document["roles"]
    ]
    found += [(NOT_VERIFIED, each["role_arn"], None, each["reason"]) for each in document["unverified"]]
    found.sort(key=lambda entry: (ORDER.index(entry[0]), entry[1]))
    return tuple(
        Entry(
            anchor=f"r{number}",
            arn=arn,
            account=account_of(arn),
            word=word,
            edges=_edges(role, f"r{number}") if role else (),
            role=role,
            reason=reason,
        )
        for number, (word, arn, role, reason) in enumerate(found, start=1)
    )


def slug(word: str) -> str:
    """A word of the tally as the page's style sheet calls it."""
    return word.replace(" ", "-")


def _edges(role: RoleDocument, anchor: str) -> tuple[Edge, ...]:
    by_caller: dict[str, list[ProbeDocument]] = {}
    for probe in role["probes"]:
        by_caller.setdefault(probe["caller"], []).append(probe)
    return tuple(
        _edge(caller, probes, f"{anchor}-{number}")
        for number, (caller, probes) in enumerate(by_caller.items(), start=1)
    )


def _edge(caller: str, probes: Sequence[ProbeDocument], anchor: str) -> Edge:
    arn = next((probe["caller_arn"] for probe in probes if probe["caller_arn"]), None)
    severity = list(Verdict)
    return Edge(
        anchor=anchor,
        caller=caller,
        caller_arn=arn,
        account=account_of(arn) if arn else NO_ACCOUNT,
        verdict=max((Verdict(probe["verdict"]) for probe in probes), key=severity.index),
        gets_in=any(probe["outcome"] == Outcome.ALLOWED for probe in probes),
        probes=tuple(probes),
    )
