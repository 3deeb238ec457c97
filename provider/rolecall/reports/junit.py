"""Writes a report as JUnit XML, which test reporters read: a suite a role, a case a probe."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from rolecall.verification.model import Verdict
from rolecall.verification.report import TrustUnread

from .document import ProbeDocument, ReportDocument, RoleDocument, every_probe
from .points import NOT_VERIFIED, RECEIPT_REFUSED, TRUST_UNREAD
from .sentences import failure_sentence
from .words import PROBES

FAILURE: Final = "failure"
ERROR: Final = "error"
SKIPPED: Final = "skipped"


@dataclass(frozen=True, slots=True)
class _Case:
    """One case.

    Attributes:
        name: what was tried.
        seconds: how long the last call took.
        came_to: the name of the element that says what is wrong; ``None`` where all is well.
        kind: a stable word for it.
        message: it, in a sentence.
    """

    name: str
    seconds: float = 0.0
    came_to: str | None = None
    kind: str = ""
    message: str = ""


def junit_xml(document: ReportDocument) -> str:
    """The report as XML.

    Refuted probes and broken requirements are failures, what stays open is an error, and what the user
    tolerates or what wasn't tried is skipped. Times of day are in UTC and, as the format wants, don't say so.
    """
    tolerated = frozenset(document["tolerated"])
    root = ET.Element("testsuites", name="rolecall verify")
    counted: list[_Case] = []
    for role in document["roles"]:
        cases = list(_cases(role, tolerated))
        counted.extend(cases)
        suite = _suite(root, role["role_arn"], cases)
        suite.set("timestamp", role["verified_at"].removesuffix("Z"))
    for unverified in document["unverified"]:
        case = _Case("verification", 0.0, ERROR, NOT_VERIFIED.id, unverified["reason"])
        counted.append(case)
        _suite(root, unverified["role_arn"], [case])
    _count(root, counted)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}'


def _cases(role: RoleDocument, tolerated: frozenset[Verdict]) -> Iterator[_Case]:
    if role["trust_unreadable"]:
        mild = Verdict.INCONCLUSIVE in tolerated
        message = failure_sentence(TrustUnread(cause=role["trust_unreadable"]))
        yield _Case("live trust policy", 0.0, SKIPPED if mild else ERROR, TRUST_UNREAD.id, message)
    for broken in role["broken_requirements"]:
        yield _Case(
            f"requirement {broken['requirement']}", 0.0, FAILURE, broken["requirement"], broken["sentence"]
        )
    for probe in every_probe(role):
        came_to = _came_to(probe, tolerated)
        title = PROBES[probe["kind"]].title + (f": {probe['label']}" if probe["label"] else "")
        where = f" ({probe['region']})" if probe["region"] else ""
        yield _Case(
            f"{probe['caller']}, {title}{where}",
            probe["milliseconds"] / 1000,
            came_to,
            probe["cause"] or probe["verdict"],
            probe["sentence"] if came_to else "",
        )
    for receipt in role["receipts"]:
        if receipt["refused"]:
            came_to = SKIPPED if Verdict.INCONCLUSIVE in tolerated else ERROR
            name = f"receipt of account {receipt['account']}"
            yield _Case(name, 0.0, came_to, RECEIPT_REFUSED.id, receipt["sentence"])
    for skipped in role["skipped"]:
        title = PROBES[skipped["kind"]].title
        yield _Case(f"{skipped['caller']}, {title}", 0.0, SKIPPED, "not-tried", skipped["reason"])


def _came_to(probe: ProbeDocument, tolerated: frozenset[Verdict]) -> str | None:
    if probe["verdict"] == Verdict.PROVED:
        return None
    if probe["verdict"] == Verdict.REFUTED:
        return FAILURE
    return SKIPPED if probe["verdict"] in tolerated else ERROR


def _suite(root: ET.Element, name: str, cases: Sequence[_Case]) -> ET.Element:
    suite = ET.SubElement(root, "testsuite", name=name)
    _count(suite, cases)
    for each in cases:
        case = ET.SubElement(suite, "testcase", classname=name, name=each.name, time=f"{each.seconds:.3f}")
        if each.came_to == SKIPPED:
            ET.SubElement(case, SKIPPED, message=each.message)
        elif each.came_to:
            ET.SubElement(case, each.came_to, message=each.message, type=each.kind).text = each.message
    return suite


def _count(element: ET.Element, cases: Iterable[_Case]) -> None:
    counted = list(cases)
    element.set("tests", str(len(counted)))
    for attribute, came_to in (("failures", FAILURE), ("errors", ERROR), ("skipped", SKIPPED)):
        element.set(attribute, str(sum(case.came_to == came_to for case in counted)))
    element.set("time", f"{sum(case.seconds for case in counted):.3f}")
