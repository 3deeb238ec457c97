"""The stand-in's rules that need no engine: its tables, policies in two spellings, inputs and differences."""

import json
from importlib import import_module
from typing import Any

import pytest
from tools.offline.aws_plugin.catalog import RESOURCES
from tools.offline.aws_plugin.lifecycle import (
    DEFAULTS,
    UNKNOWN,
    Change,
    check,
    deletes_first,
    diff,
    foreseen,
    refreshed_inputs,
)
from tools.offline.aws_plugin.policies import same_policy
from tools.offline.aws_plugin.policy_document import policy_document

ROLE = RESOURCES["aws:iam/role:Role"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("pulumi_type", sorted(RESOURCES))
def test_names_are_those_of_the_sdk(pulumi_type: str) -> None:
    """Every property and output of a row is one of the installed pulumi-aws, spelled the same."""
    row = RESOURCES[pulumi_type]
    module, name = pulumi_type.removeprefix("aws:").split("/")[0], pulumi_type.rsplit(":", 1)[1]
    sdk = getattr(import_module(f"pulumi_aws.{module}"), name)
    names = {_camel(each) for each in dir(sdk) if isinstance(getattr(sdk, each), property)}

    assert {each.name for each in row.properties} <= names
    assert set(row.outputs) <= names


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _statement(**elements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **elements}]})


def _trust(principal: str) -> str:
    return _statement(Principal={"AWS": principal})


def _when(operator: str, key: str, value: object) -> str:
    return _statement(Condition={operator: {key: value}})


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (_statement(Action="a:b"), _statement(Action=["a:b"]), True),
        (_statement(Action=["a:b", "a:c"]), _statement(Action=["a:c", "a:b"]), True),
        (_statement(Action=["a:b", "a:c"]), _statement(Action=["a:b"]), False),
        (_trust("111111111111"), _trust("arn:aws:iam::111111111111:root"), True),
        (_trust("111111111111"), _trust("222222222222"), False),
        (_trust("*"), _statement(Principal="*"), False),
        (_when("Bool", "aws:X", True), _when("Bool", "AWS:x", "true"), True),
        (_when("Bool", "aws:X", "true"), _when("BoolIfExists", "aws:X", "true"), False),
        (_statement(Sid="A"), _statement(), False),
        ('{"Statement": {"Effect": "Deny"}}', '{"Statement": [{"Effect": "Deny"}]}', True),
        ("no json", "no json", True),
        ("no json", _statement(), False),
    ],
)  # fmt: skip
def test_same_policy(left: str, right: str, same: bool) -> None:
    """Spelling is no difference between two policies; anything that could mean something else is."""
    assert same_policy(left, right) is same
    assert same_policy(right, left) is same


def test_check_generates_a_name_once() -> None:
    """A name that the program leaves out is generated once, and kept from then on."""
    first, faults = check(ROLE, "deploy", {}, {"assumeRolePolicy": "{}"}, b"seed")
    again, _ = check(ROLE, "deploy", first, {"assumeRolePolicy": "{}"}, b"another seed")

    assert faults == []
    assert first["name"].startswith("deploy-")
    assert first[DEFAULTS] == ["name"]
    assert again == first


@pytest.mark.parametrize(
    ("news", "fault"),
    [
        ({}, "missing required property 'assumeRolePolicy'"),
        ({"assumeRolePolicy": "{"}, "assumeRolePolicy is not valid JSON"),
        ({"assumeRolePolicy": "{}", "colour": "red"}, "does not know the property 'colour'"),
    ],
)
def test_check_finds_faults(news: dict[str, Any], fault: str) -> None:
    """What can't work, or would be ignored, is named before anything happens."""
    _, faults = check(ROLE, "deploy", {}, news, b"seed")

    assert [each for each in faults if fault in each]


@pytest.mark.parametrize(
    ("state", "news", "changes"),
    [
        ({}, {}, []),
        ({"path": "/"}, {}, []),
        ({"maxSessionDuration": 3600}, {"maxSessionDuration": 3600.0}, []),
        ({}, {"description": "x"}, [Change("description", "ADD")]),
        ({"description": "x"}, {}, [Change("description", "DELETE")]),
        ({"description": "x"}, {"description": UNKNOWN}, [Change("description", "UPDATE")]),
        ({"name": "a"}, {"name": "b"}, [Change("name", "UPDATE", replaces=True)]),
        ({"name": "made-up"}, {}, []),
        ({"tagsAll": {"a": "1", "d": "0"}}, {"tags": {"b": "2"}},
         [Change('tags["a"]', "DELETE"), Change('tags["b"]', "ADD")]),
    ],
)  # fmt: skip
def test_diff(state: dict[str, Any], news: dict[str, Any], changes: list[Change]) -> None:
    """A difference is one of meaning, measured against AWS's defaults and the provider's default tags."""
    default_tags = {"d": "0"} if "tagsAll" in state else {}

    assert diff(ROLE, state, news, default_tags) == changes


def test_replacement_with_a_kept_name_deletes_first() -> None:
    """A replacement can't be made beside its predecessor when both must have the name that was declared."""
    state = {"name": "deploy", "path": "/"}

    assert deletes_first(ROLE, state, {"name": "deploy", "path": "/x/", DEFAULTS: []})
    assert not deletes_first(ROLE, state, {"name": "other", "path": "/", DEFAULTS: []})
    assert not deletes_first(ROLE, state, {"name": "deploy", "path": "/x/", DEFAULTS: ["name"]})


def test_preview_foresees_what_it_can() -> None:
    """Before a creation, what AWS decides is unknown; before an update it is what it was."""
    inputs = {"assumeRolePolicy": "{}", "name": "deploy", DEFAULTS: []}

    before_creation = foreseen(ROLE, inputs, None, {"d": "0"})
    before_update = foreseen(ROLE, inputs, {"arn": "arn:x"}, {})

    assert before_creation["arn"] == UNKNOWN
    assert before_creation["path"] == "/"
    assert before_creation["tagsAll"] == {"d": "0"}
    assert before_update["arn"] == "arn:x"


def test_refreshed_inputs_show_drift_only() -> None:
    """A refresh keeps the program's spelling, drops what is gone, and adds what was set behind its back."""
    inputs = {"assumeRolePolicy": _statement(Action="a"), "permissionsBoundary": "x", "name": "deploy"}
    live = {
        "assumeRolePolicy": _statement(Action=["a"]),
        "description": "by hand",
        "name": "deploy",
        "path": "/",
        "tags": {"d": "0", "new": "1"},
    }

    assert refreshed_inputs(ROLE, inputs, live, {"d": "0"}) == {
        "assumeRolePolicy": inputs["assumeRolePolicy"],
        "description": "by hand",
        "name": "deploy",
        "tags": {"new": "1"},
        DEFAULTS: [],
    }


def test_policy_document_merges_by_sid() -> None:
    """Statements come in order, and a later one takes the place of an earlier one with the same Sid."""
    source = json.dumps({"Statement": [{"Sid": "A", "Effect": "Deny"}, {"Effect": "Deny"}]})
    override = json.dumps({"Statement": {"Sid": "B", "Effect": "Deny"}})

    document = policy_document(
        {
            "sourcePolicyDocuments": [source],
            "statements": [
                {"sid": "A", "actions": ["x:b", "x:a"], "principals": [{"type": "*", "identifiers": ["*"]}]},
                {"sid": "B"},
            ],
            "overridePolicyDocuments": [override],
        }
    )

    assert document["Statement"] == [
        {"Effect": "Allow", "Sid": "A", "Action": ["x:a", "x:b"], "Principal": "*"},
        {"Effect": "Deny"},
        {"Sid": "B", "Effect": "Deny"},
    ]
