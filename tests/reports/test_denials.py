"""Decoded authorization messages in words: who was refused what, by which statement, and what to do."""

from collections.abc import Mapping
from typing import Any

import pytest

from rolecall.reports.denials import Row, denial_rows, denial_sentence, read_denial

ALICE = "arn:aws:iam::111111111111:user/alice"
SESSION = "arn:aws:sts::222222222222:assumed-role/deploy/ci-7"
INSTANCE = "arn:aws:ec2:us-east-1:222222222222:instance/*"


def items(*values: object) -> dict[str, Any]:
    return {"items": list(values)}


def values(*texts: str) -> dict[str, Any]:
    return items(*({"value": text} for text in texts))


def statement(sid: str, **changes: object) -> dict[str, Any]:
    return {
        "statementId": sid,
        "effect": "DENY",
        "principals": values("AROAEXAMPLE"),
        "principalGroups": items(),
        "actions": values("ec2:RunInstances", "ec2:StopInstances"),
        "resources": values("*"),
        "conditions": items({"key": "aws:RequestedRegion", "values": values("eu-west-1", "eu-west-2")}),
    } | changes


def message(*statements: Mapping[str, Any], principal: str = SESSION, **changes: object) -> dict[str, Any]:
    """A message of the form that EC2's messages decode to."""
    return {
        "allowed": False,
        "explicitDeny": bool(statements),
        "matchedStatements": items(*statements),
        "failures": items(),
        "context": {
            "principal": {"id": "AROAEXAMPLE:ci-7", "arn": principal},
            "action": "ec2:RunInstances",
            "resource": INSTANCE,
            "conditions": items(
                {"key": "ec2:InstanceType", "values": values("t3.micro")},
                {"key": "aws:Region", "values": values("us-east-1")},
            ),
        },
    } | changes


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        pytest.param(
            message(),
            f'Role "deploy" of 222222222222 (session "ci-7") was refused ec2:RunInstances on {INSTANCE}: no '
            "statement allows it. Allow it in an identity policy, and check the boundary, the session "
            "policies and the organization's policies, each of which has to allow it too.",
            id="nothing allows it",
        ),
        pytest.param(
            message(statement("OnlyEurope"), principal=ALICE),
            f'User "alice" of 111111111111 was refused ec2:RunInstances on {INSTANCE}: '
            'statement "OnlyEurope" denies it, whatever else allows it. Change that statement, or make the '
            "request one that it isn't about.",
            id="a statement denies it",
        ),
        pytest.param(
            message(statement(""), statement("B", actions=items()), principal="somebody"),
            f'"somebody" was refused ec2:RunInstances on {INSTANCE}: a statement without Sid about '
            'ec2:RunInstances, ec2:StopInstances and statement "B" deny it, whatever else allows it. Change '
            "those statements, or make the request one that they aren't about.",
            id="two statements",
        ),
        pytest.param(
            message(statement("", actions=items())) | {"context": {}},
            "Somebody was refused something that the message doesn't name: a statement without Sid denies "
            "it, whatever else allows it. Change that statement, or make the request one that it isn't "
            "about.",
            id="next to nothing said",
        ),
        pytest.param(
            message(explicitDeny=True),
            f'Role "deploy" of 222222222222 (session "ci-7") was refused ec2:RunInstances on {INSTANCE}: a '
            "statement that the message doesn't name denies it, whatever else allows it. Change that "
            "statement, or make the request one that it isn't about.",
            id="an explicit deny without statements",
        ),
        pytest.param(
            message(allowed=True),
            f'Role "deploy" of 222222222222 (session "ci-7") was allowed ec2:RunInstances on {INSTANCE}: the '
            "refusal had another reason than policies.",
            id="allowed after all",
        ),
        pytest.param(
            message(principal="arn:aws:sts::222222222222:federated-user/bob"),
            f"arn:aws:sts::222222222222:federated-user/bob was refused ec2:RunInstances on {INSTANCE}: no "
            "statement allows it. Allow it in an identity policy, and check the boundary, the session "
            "policies and the organization's policies, each of which has to allow it too.",
            id="neither user nor role",
        ),
    ],
)
def test_the_sentence_says_whom_what_and_why(document: Mapping[str, Any], sentence: str) -> None:
    """An explicit deny names its statements; otherwise nothing allowed it."""
    assert denial_sentence(read_denial(document)) == sentence


def test_the_table_has_the_request_and_then_the_statements() -> None:
    """All that the message says about both, a row each."""
    rows = denial_rows(read_denial(message(statement("OnlyEurope"))))

    assert rows == (
        Row("principal", SESSION),
        Row("action", "ec2:RunInstances"),
        Row("resource", INSTANCE),
        Row("ec2:InstanceType", "t3.micro"),
        Row("aws:Region", "us-east-1"),
        Row("denied by", 'statement "OnlyEurope"'),
        Row("  principals", "AROAEXAMPLE"),
        Row("  actions", "ec2:RunInstances, ec2:StopInstances"),
        Row("  resources", "*"),
        Row("  aws:RequestedRegion", "eu-west-1, eu-west-2"),
    )


def test_several_statements_are_numbered() -> None:
    """So that each one's rows are told from the other's."""
    rows = denial_rows(read_denial(message(statement("A"), statement("B"))))

    assert [row.what for row in rows if row.what.startswith("denied")] == ["denied by 1", "denied by 2"]


@pytest.mark.parametrize("sid", ["\x1b[2Jgone", "a\nb"])
def test_what_others_wrote_does_nothing_to_a_terminal(sid: str) -> None:
    """Sids, names and values come from policies that others write."""
    document = message(statement(sid), principal=f"arn:aws:iam::111111111111:user/{sid}")
    denial = read_denial(document)
    shown = denial_sentence(denial) + "".join(row.what + row.value for row in denial_rows(denial))

    assert shown.isprintable()


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"context": None, "matchedStatements": None},
        {
            "context": {"principal": "x", "conditions": {"items": "y"}},
            "matchedStatements": {"items": [1, None]},
        },
        {"context": {"action": 7, "conditions": items({"key": None, "values": items(1)})}},
        {"matchedStatements": []},
    ],
)
def test_an_unknown_form_is_no_error(broken: Mapping[str, Any]) -> None:
    """AWS doesn't document the form: what isn't understood is left out, and never guessed."""
    denial = read_denial(broken)

    assert denial_sentence(denial).startswith("Somebody was refused")
    assert (denial.explicit, denial.allowed) == (False, False)
