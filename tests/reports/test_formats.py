"""Every format tells the same report: whole texts, compared with files, and hostile ones."""

import dataclasses
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.reports.facts import ROLE, report, wider_report
from tools.fleet import fleet

from rolecall.reports import FORMATS, ReportDocument, to_document
from rolecall.verification.report import RoleReport

GOLDEN = Path(__file__).parent / "golden"
FILES = {
    "json": "report.json",
    "sarif": "report.sarif",
    "junit": "report.junit.xml",
    "markdown": "report.md",
    "github": "report.github.txt",
    "html": "report.html",
}
GONE = "arn:aws:iam::222222222222:role/gone"


def document() -> ReportDocument:
    return to_document([wider_report()], unverified={GONE: "no credentials\x07"})


def renamed(text: str, told: RoleReport) -> RoleReport:
    """A report in which a text stands wherever somebody else may choose one."""
    results = tuple(
        dataclasses.replace(
            each, caller=text, caller_arn=text, label=text, code=text, region=text, detail=text
        )
        for each in told.results
    )
    broken = tuple(dataclasses.replace(each, requirement=text, sentence=text) for each in told.broken)
    skipped = tuple(dataclasses.replace(each, caller=text, reason=text) for each in told.skipped)
    return dataclasses.replace(
        told,
        role_arn=told.role_arn + text,
        results=results,
        broken=broken,
        skipped=skipped,
        trust_unreadable=text,
    )


@pytest.mark.parametrize("name", FORMATS)
def test_the_whole_text(name: str) -> None:
    """Every field of a report, compared whole."""
    assert f"{FORMATS[name](document())}\n" == (GOLDEN / FILES[name]).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_that_was_stored_reads_the_same(name: str) -> None:
    """A document that went through JSON gives the same text: words are compared, not objects."""
    assert FORMATS[name](document()) == FORMATS[name](json.loads(FORMATS["json"](document())))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("size", [0, 1, 3])
def test_few_roles_and_none(name: str, size: int) -> None:
    """There is a report on nothing, too."""
    assert FORMATS[name](to_document(fleet(size)))


@pytest.mark.parametrize("name", FORMATS)
def test_long_and_hostile_texts_stay_one_line(name: str) -> None:
    """Nothing that somebody else chose brings a control character or a line of its own."""
    hostile = "x" * 5_000 + '\r\n::error::"><script>alert(1)</script>\x1b[2J\x00]]>`|@all'
    plain, told = (
        FORMATS[name](to_document([renamed(text, report())], unverified={f"{ROLE}{text}": text}))
        for text in ("x", hostile)
    )

    assert len(told.splitlines()) == len(plain.splitlines())
    assert re.sub(r"\n", "", told).isprintable()


def test_html_and_xml_are_escaped() -> None:
    """A text that looks like markup is shown, not obeyed."""
    told = to_document([renamed('"><script>alert(1)</script><!--', report())])

    assert "<script>alert" not in FORMATS["html"](told)
    assert "&lt;script&gt;alert(1)" in FORMATS["html"](told)
    assert ET.fromstring(FORMATS["junit"](told)).find(".//script") is None


def test_annotations_begin_no_command_of_their_own() -> None:
    """A foreign text can neither end a workflow command's title nor begin another command."""
    told = to_document([renamed("a,b::error title=x::y\n::error::z%0A", report())])
    lines = FORMATS["github"](told).splitlines()

    assert all(re.match(r"::(error|warning) title=[^:,]*(%3A|%2C|[^:,])*::", line) for line in lines[:-1])
    assert not lines[-1].startswith("::")
    assert "%250A" in lines[0]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@octocat", "@<!-- -->octocat"),
        ("#12", "#<!-- -->12"),
        ("https://example.com", "https<!-- -->://example.com"),
        ("www.example.com", "www<!-- -->.example.com"),
        ("[a](b)", r"\[a\](b)"),
        ("![a](b)", r"\!\[a\](b)"),
        ("**a** _b_ ~c~ `d`", r"\*\*a\*\* \_b\_ \~c\~ \`d\`"),
        ("<b>&lt;", r"\<b\>\&lt;"),
        ("$a$ | b", r"\$a\$ \| b"),
    ],
)
def test_markdown_mentions_and_links_nobody(text: str, shown: str) -> None:
    """Foreign text makes no mention, reference, link or markup in a comment."""
    told = to_document([], unverified={ROLE: text})

    assert f"nothing could be found out: {shown}." in FORMATS["markdown"](told)


def test_markdown_fits_into_a_comment() -> None:
    """The worst of many roles is shown, and the others are counted."""
    told = FORMATS["markdown"](to_document(fleet(2_000)))

    assert len(told) < 65_536
    assert "2000 roles: 50 refuted, 50 inconclusive, 50 pending, 1850 proved" in told
    more = re.search(r"… and (\d+) more \|", told)
    assert more
    assert told.count("\n| ") - 2 + int(more[1]) == 2_000
    assert told.index("✘ refuted") < told.index("? inconclusive") < told.index("✔ proved")


def test_a_name_with_backquotes_stays_code() -> None:
    """A code span ends where it should, and a table's cell too."""
    told = FORMATS["markdown"](to_document([], unverified={"arn:aws:iam::222222222222:role/a`b|c": "x"}))

    assert r"``a`b\|c``" in told
