"""JUnit XML: the structure that readers of test reports rely on."""

from collections import Counter
from xml.etree import ElementTree as ET

import pytest
from tests.reports.facts import ROLE, report
from tools.fleet import fleet

from rolecall.reports import FORMATS, ReportDocument, to_document
from rolecall.verification.model import Verdict

COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"classname", "name", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
}
PARENTS = {"testsuite": "testsuites", "testcase": "testsuite"}


def validated(document: ReportDocument) -> ET.Element:
    """The root of a report whose structure is checked."""
    root = ET.fromstring(FORMATS["junit"](document))
    assert root.tag == "testsuites"
    for parent in root.iter():
        assert set(parent.attrib) <= ATTRIBUTES[parent.tag]
        for child in parent:
            assert parent.tag == PARENTS.get(child.tag, "testcase")
    for counted in (root, *root.iter("testsuite")):
        assert int(counted.attrib["tests"]) == len([*counted.iter("testcase")])
        for attribute, tag in COUNTS.items():
            assert int(counted.attrib[attribute]) == len([*counted.iter(tag)])
        seconds = sum(float(case.attrib["time"]) for case in counted.iter("testcase"))
        assert float(counted.attrib["time"]) == pytest.approx(
            seconds, abs=0.01 * int(counted.attrib["tests"])
        )
    assert all(len(case) <= 1 for case in root.iter("testcase"))
    return root


@pytest.mark.parametrize("size", [0, 1, 40])
def test_the_structure_is_sound(size: int) -> None:
    """Elements, attributes and counts fit together, for no, one and many roles."""
    root = validated(to_document(fleet(size), unverified={ROLE: "no credentials"}))

    assert [suite.attrib["name"] for suite in root][-1] == ROLE
    assert len(root) == size + 1


def came_to(document: ReportDocument) -> Counter[str]:
    return Counter(case[0].tag if len(case) else "passed" for case in validated(document).iter("testcase"))


def test_verdicts_become_results() -> None:
    """Refuted is a failure, open an error, untried skipped, proved a pass."""
    expected = {"failure": 2, "error": 3, "skipped": 1, "passed": 2}

    assert came_to(to_document([report(trust_unreadable="no credentials")])) == expected


def test_what_is_tolerated_is_skipped() -> None:
    """A pipeline that counts failures comes to the same end as one that looks at the exit code."""
    told = report(trust_unreadable="no credentials")

    assert came_to(to_document([told], tolerated=(Verdict.PENDING, Verdict.INCONCLUSIVE))) == {
        "failure": 2,
        "skipped": 4,
        "passed": 2,
    }
