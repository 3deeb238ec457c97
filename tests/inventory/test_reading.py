"""Roles are read from every kind of file that holds them, and each tells where it stands."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rolecall.errors import DeclarationError
from rolecall.inventory import KINDS, Role, lines_of, read_roles
from rolecall.policy import parse

CASES = Path(__file__).parents[1] / "cases" / "inventory"
ACME, ZETA = "acme-3f1c9a0e7b52", "zeta-b80d24f6c913"
ARN = "arn:aws:iam::222222222222:role/"

EXPECTED: Mapping[str, list[tuple[str, str | None, str | None, int | None]]] = {
    "policy.json": [("policy", None, ACME, None)],
    "get_role.json": [("deploy", ARN + "deploy", ACME, 7200)],
    "get_role_encoded.json": [("deploy", ARN + "deploy", ACME, 3600)],
    "list_roles.json": [("deploy", ARN + "deploy", ACME, None), ("reader", ARN + "reader", ZETA, None)],
    "authorization_details.json": [
        ("deploy", ARN + "deploy", ACME, None),
        ("reader", ARN + "reader", ZETA, None),
    ],
    "terraform_plan.json": [
        ("deploy", None, ACME, 3600),
        ("module.team.aws_iam_role.reader[0]", None, ZETA, 43200),
        ("later", None, None, None),
    ],
    "terraform_state.json": [("deploy", ARN + "deploy", ACME, 3600)],
    "terraform_tfstate.json": [
        ("deploy", ARN + "deploy", ACME, 3600),
        ('module.team.aws_iam_role.reader["blue"]', ARN + "reader", ZETA, 43200),
    ],
    "pulumi_preview.json": [
        ("deploy", None, ACME, 3600),
        ("reader", ARN + "reader", ZETA, None),
        ("later", None, None, None),
    ],
    "pulumi_state.json": [
        ("deploy", ARN + "deploy", ACME, 3600),
        ("reader", ARN + "reader", ZETA, None),
        ("sealed", ARN + "sealed", None, None),
    ],
}
"""What is in each file: name, ARN, the external ID that the trust policy asks for, longest session."""


def roles(name: str) -> tuple[Role, ...]:
    return read_roles((CASES / name).read_bytes(), file=name)


def asked_id(role: Role) -> str | None:
    if role.trust_policy is None:
        return None
    [test] = parse(role.trust_policy).statements[0].conditions
    return test.values[0]


@pytest.mark.parametrize("name", EXPECTED)
def test_roles_of_each_kind_of_file(name: str) -> None:
    """Names, ARNs, policies and durations are the file's; data sources and deletions are no roles."""
    read = [(each.name, each.arn, asked_id(each), each.max_session_duration) for each in roles(name)]

    assert read == EXPECTED[name]


def test_every_kind_has_a_case() -> None:
    """Each row of the table of kinds reads one of the files."""
    contents = [json.loads((CASES / name).read_text()) for name in EXPECTED]

    assert all(any(kind.fits(content) for content in contents) for kind in KINDS)
    assert {each.name for each in CASES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_source_leads_to_the_policy(name: str) -> None:
    """The pointer of a role's source is where its trust policy stands in the file."""
    whole = json.loads((CASES / name).read_text())

    for role in roles(name):
        here: Any = whole
        for part in role.source.pointer.split("/")[1:]:
            here = here[int(part)] if isinstance(here, list) else here.get(part)
        assert (here is None) <= (role.trust_policy is None)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff\xfe", "not UTF-8 at byte 0"),
        ("{", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[1, 2]", "no JSON object"),
        ("{}", "no roles"),
        ('{"Role": []}', "no roles"),
        ('{"steps": "none"}', "no roles"),
    ],
)
def test_what_holds_no_roles_is_refused(content: str | bytes, problem: str) -> None:
    """One clear error says what is wrong with a file, and what could have been given."""
    with pytest.raises(DeclarationError) as raised:
        read_roles(content, file="some.json")

    [fault] = raised.value.faults
    assert fault.path == "some.json"
    assert problem in fault.problem


@pytest.mark.parametrize("arn", ["", "deploy", "arn:aws:iam::222222222222:user/x", 7, None])
def test_only_the_arn_of_a_role_is_one(arn: object) -> None:
    """Marks for what isn't known yet, and ARNs of other things, aren't taken for the role's."""
    [role] = read_roles(json.dumps({"Role": {"RoleName": "x", "Arn": arn}}), file="role.json")

    assert role.arn is None


@pytest.mark.parametrize(
    "content",
    [
        {"Role": {}},
        {"Roles": [1, None, {"RoleName": 7, "Arn": [], "MaxSessionDuration": "long"}]},
        {"planned_values": {"root_module": {"resources": [{"type": ["aws_iam_role"]}], "child_modules": 3}}},
        {"steps": [{"op": "create", "newState": None}, {"op": ["create"]}]},
        {"deployment": {"resources": [{"type": "aws:iam/role:Role", "inputs": [], "outputs": None}]}},
    ],
)
def test_odd_files_are_read_as_far_as_they_go(content: object) -> None:
    """A member of another type than expected is a member that isn't there, never a crash."""
    assert all(each.trust_policy is None for each in read_roles(json.dumps(content), file="odd.json"))


def test_a_byte_order_mark_is_let_pass() -> None:
    """Windows editors put one at the start of a file."""
    content = (CASES / "policy.json").read_text()

    [role] = read_roles("\N{ZERO WIDTH NO-BREAK SPACE}" + content, file="policy.json")

    assert asked_id(role) == ACME


def test_lines_of_pointers() -> None:
    """A pointer has the line on which its value begins; one that leads nowhere that of what is around it."""
    text = '{\n  "a/b": [\n    1,\n    {"x": "}\\n{", "": {\n      "y": true\n    }}\n  ],\n  "c": "{}"\n}\n'
    lines = {
        "": 1,
        "/a~1b": 2,
        "/a~1b/0": 3,
        "/a~1b/1": 4,
        "/a~1b/1/x": 4,
        "/a~1b/1/": 4,
        "/a~1b/1//y": 5,
        "/a~1b/2": 2,
        "/c": 8,
        "/c/Statement/0": 8,
        "/d": 1,
    }

    assert lines_of(text, lines) == lines
