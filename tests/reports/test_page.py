"""The HTML page without a browser: its size, its links, and that it needs nothing from outside."""

import base64
import dataclasses
import hashlib
import re
from html.parser import HTMLParser

import pytest
from tests.reports.facts import ROLE, report
from tools.fleet import fleet

from rolecall.reports import FORMATS, to_document
from rolecall.reports.page import LIMIT
from rolecall.reports.page.diagram import FEW_ROLES, MOST_ACCOUNTS, diagram_of
from rolecall.reports.page.facts import entries
from rolecall.verification.report import RoleReport


def page(*reports: RoleReport, unverified: dict[str, str] | None = None) -> str:
    return FORMATS["html"](to_document(reports, unverified=unverified))


class Reader(HTMLParser):
    """Notes the tags of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, attribute: str) -> list[str]:
        return [value for _, found in self.tags if (value := found.get(attribute)) is not None]


@pytest.mark.parametrize("size", [1, FEW_ROLES, FEW_ROLES + 1, 300, 2_000])
def test_every_role_is_in_a_page_below_two_megabytes(size: int) -> None:
    """From one role to two thousand, each has its row and its details."""
    text = page(*fleet(size))

    assert len(text.encode()) < LIMIT
    assert text.count("<tbody ") == text.count("<details") == size
    assert "Left out" not in text


def test_a_page_of_bad_news_keeps_its_limit() -> None:
    """Where everything is refuted, at length, every role has its row; the first have their details."""
    worst = fleet(2)[1]
    long = [
        dataclasses.replace(worst, role_arn=f"arn:aws:iam::222222222222:role/{'p' * 60}/{number:04}")
        for number in range(2_000)
    ]
    text = page(*long)

    assert len(text.encode()) < LIMIT
    assert text.count("<tbody ") == 2_000
    assert text.index("got in without an external ID") < text.index("Left out")


@pytest.mark.parametrize("size", [1, 6, 300])
def test_every_link_leads_somewhere(size: int) -> None:
    """Ids are unique, and the picture, the skip link and the labels point at things that are there."""
    reader = Reader(page(*fleet(size), unverified={ROLE: "no credentials"}))
    ids = reader.values("id")
    links = [each for each in reader.values("href") if not each.startswith("data:")]

    assert len(set(ids)) == len(ids)
    assert links
    assert {each.removeprefix("#") for each in links} <= set(ids)


def test_nothing_is_fetched_and_nothing_else_runs() -> None:
    """No address of another host; the security policy allows just the style and the script in the page."""
    text = page(report())
    reader = Reader(text)
    (policy,) = (
        found["content"] for _, found in reader.tags if "content-security-policy" in str(found).lower()
    )

    assert re.findall(r"https?://[^\"'\s]+", text) == ["http://www.w3.org/2000/svg"]
    assert not {"img", "iframe", "object", "embed", "base"} & {tag for tag, _ in reader.tags}
    assert not [
        name for _, found in reader.tags for name in found if name == "style" or name.startswith("on")
    ]
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    for tag in ("style", "script"):
        (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_few_roles_are_drawn_one_by_one() -> None:
    """Callers and roles stand by their accounts, with a line for each caller at each role."""
    told = entries(to_document(fleet(6)))
    picture = diagram_of(told)

    assert next(node.label for group in picture.right for node in group.nodes) == "audit"
    assert [group.title for group in picture.left] == [
        "account 111111111111",
        "account 333333333333",
        "account 999999999999",
    ]
    assert len(picture.links) == sum(len(entry.edges) for entry in told)
    assert {link.href for link in picture.links} == {f"#{e.anchor}" for entry in told for e in entry.edges}


def test_many_roles_are_drawn_by_account() -> None:
    """Accounts stand for their roles, the worst first, and those that don't fit stand together."""
    told = entries(to_document(fleet(2_000)))
    picture = diagram_of(told)
    (group,) = picture.right

    assert len(group.nodes) == MOST_ACCOUNTS + 1
    assert group.nodes[-1].label == f"{2_000 // 25 - MOST_ACCOUNTS} other accounts"
    assert group.nodes[0].word == "refuted"
    assert {link.target for link in picture.links} <= {node.key for node in group.nodes}


def test_a_refusal_is_drawn_as_one() -> None:
    """A line ends in a bar where everybody was refused, in an arrow where somebody got in."""
    picture = diagram_of(entries(to_document(fleet(1))))

    assert {link.source.split(" ", 1)[1]: link.gets_in for link in picture.links} == {
        "profile tools": True,
        "profile stranger": False,
    }
