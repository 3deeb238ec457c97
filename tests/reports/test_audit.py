"""How an audit is told."""

import io

import pytest
from rich.console import Console
from tests.reach.accounts import PROD, TOOLS, VENDOR, account, arn, may, role, root, trusts, user

from rolecall.reach import build
from rolecall.reports.audit import Audit, audit, edge_conditions
from rolecall.reports.audit_table import draw_audit


def found(*statements: object) -> Audit:
    deploy = role(PROD, "deploy", *statements)
    return audit(build([account(PROD, deploy), account(TOOLS, user(TOOLS, "ci", may()))]))


def drawn(told: Audit, *, terminal: bool, width: int = 160, rows: int = 25) -> str:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=width, color_system=None)
    draw_audit(told, console, rows=rows)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (trusts(root(VENDOR)), "nothing"),
        (trusts(root(VENDOR), StringLike={"aws:SourceVpc": "vpc-*"}), 'aws:SourceVpc StringLike "vpc-*"'),
        (
            trusts(root(VENDOR), StringEquals={"sts:ExternalId": "x"}),
            "sts:ExternalId StringEquals sha256:2d711642",
        ),
        (
            trusts(root(VENDOR), StringEquals={"aws:SourceVpc": ["a", "b", "c", "d", "e"]}),
            'aws:SourceVpc StringEquals "a", "b", "c" and 2 more',
        ),
    ],
)
def test_what_is_asked(statement: object, told: str) -> None:
    """A condition is told with its values, an external ID by its fingerprint."""
    (edge,) = found(statement).outside

    assert edge_conditions(edge) == told


def test_a_deny_and_a_caller_that_ask() -> None:
    """What a Deny asks is negated; what the caller's own side asks is told as such."""
    deny = trusts(root(TOOLS), BoolIfExists={"aws:MultiFactorAuthPresent": "false"}) | {"Effect": "Deny"}
    ci = user(TOOLS, "ci", may("*", IpAddress={"aws:SourceIp": "192.0.2.0/24"}))
    graph = build([account(PROD, role(PROD, "deploy", trusts(root(TOOLS)), deny)), account(TOOLS, ci)])

    assert edge_conditions(graph.edges[0]) == (
        'not aws:MultiFactorAuthPresent BoolIfExists "false"; aws:SourceIp IpAddress "192.0.2.0/24" (caller)'
    )


def test_a_table_for_terminals() -> None:
    """A terminal gets columns."""
    text = drawn(found(trusts(root(VENDOR))), terminal=True)

    assert "who " in text
    assert f"account {VENDOR}  arn:aws:iam::{PROD}:role/deploy  nothing" in text


def test_lines_for_pipes() -> None:
    """A pipe gets a line for each answer, however narrow it says to be."""
    text = drawn(found(trusts(root(VENDOR))), terminal=False, width=20)

    assert f"  account {VENDOR} -> arn:aws:iam::{PROD}:role/deploy: nothing\n" in text


@pytest.mark.parametrize("terminal", [True, False])
def test_long_lists_are_cut(terminal: bool) -> None:
    """Rows beyond the limit are counted, not lost silently."""
    everybody = [arn(VENDOR, f"r{number}") for number in range(9)]

    assert "and 4 more; --json tells all" in drawn(found(trusts(everybody)), terminal=terminal, rows=5)
