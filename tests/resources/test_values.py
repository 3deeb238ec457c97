"""Plain data in which some values are outputs."""

from typing import Any

import pulumi
import pytest

from rolecall.policy import read_trusts
from rolecall.resources.values import has_outputs, with_stand_ins


def output(value: Any = None) -> pulumi.Output[Any]:
    return pulumi.Output.from_input(value)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: {"a": [{"b": output()}]}, True),
        (output, True),
        (lambda: {"a": [{"b": "text"}], "c": None, "d": 1}, False),
        (lambda: "text", False),
    ],
)
def test_has_outputs(run: Any, make: Any, expected: bool) -> None:
    """Outputs are found at any depth."""
    assert run(lambda: has_outputs(make())) is expected


@pytest.mark.parametrize(
    "make",
    [
        output,
        lambda: [output()],
        lambda: [{"accounts": output()}],
        lambda: [{"accounts": [output(), output(), "111111111111"]}],
        lambda: [{"users": [output()], "requires_mfa": output(), "mfa_age": 3600}],
        lambda: [{"roles": [output()], "role_session_name": output(), "requires_mfa": output()}],
        lambda: [{"services": [output(), output()]}],
        lambda: [{"accounts": ["111111111111"], "external_ids": [output(), output()]}],
        lambda: [{"provider_arn": output(), "oidc_subjects": [output(), "x"]}],
        lambda: [{"provider_arn": output(), "oidc_claims": {"ref": output(), "b": [output(), output()]}}],
        lambda: [{"provider_arn": output(), "saml_endpoints": output()}],
        lambda: [{"provider_arn": output()}],
        lambda: [{"users": [output()], "session_tags": {"team": [output(), "x"]}, "not_before": output()}],
        lambda: [{"users": [output()], "conditions": {"StringEquals": {"aws:PrincipalTag/t": output()}}}],
        lambda: [{"statement": output()}, {"statement": {"Effect": output()}}],
        lambda: [{"organization_ids": [output(), output()], "organization_paths": [output()]}],
        lambda: [{"services": ["x.amazonaws.com"], "source_arns": output(), "source_accounts": [output()]}],
        lambda: [{"sessions": output(), "source_ips": [output(), output()], "source_identity": output()}],
        lambda: [{"accounts": output(), "permission_sets": [output()], "deny": output()}],
    ],
)
def test_stand_ins_are_right(run: Any, make: Any) -> None:
    """Whatever stands for an output is no fault of the user's."""
    read_trusts(run(lambda: with_stand_ins(make())))


def test_the_rest_stays(run: Any) -> None:
    """What is known is checked as it was written, in its place."""
    trusts = run(lambda: with_stand_ins([{"accounts": [output(), "1"], "oops": 1}, 7]))

    assert trusts[0]["accounts"][1] == "1"
    assert trusts[0]["oops"] == 1
    assert trusts[1] == 7
