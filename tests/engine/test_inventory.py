"""What the real Pulumi prints of roles is read, before the first update and after it."""

import json
import subprocess
from typing import Any

from tests.engine.harness import MakeStack, Stack

from rolecall.inventory import Role, read_roles
from rolecall.lint import LintContext, lint_document

PROGRAM = """
import json
import pulumi
import pulumi_aws as aws

def trust(principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}

plain = aws.iam.Role("plain", name="plain", assume_role_policy=json.dumps(trust({"AWS": "*"})))
secret = aws.iam.Role(
    "secret", name="secret", assume_role_policy=pulumi.Output.secret(json.dumps(trust({"AWS": "*"})))
)
later = aws.iam.Role(
    "later",
    name="later",
    assume_role_policy=plain.unique_id.apply(lambda _: json.dumps(trust({"AWS": plain.arn and "*"}))),
)
"""


def printed(stack: Stack, *arguments: str) -> str:
    done = subprocess.run(
        ["pulumi", "--non-interactive", *arguments],
        cwd=stack.project,
        env=stack.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def by_name(text: str) -> dict[str, Role]:
    return {role.name: role for role in read_roles(text, file="-")}


def rules(role: Role) -> set[str]:
    assert role.trust_policy is not None
    context = LintContext(role_arn=role.arn)
    return {each.rule for each in lint_document(role.trust_policy, context=context)}


def test_previews_and_states_are_read(stack: MakeStack) -> None:
    """Trust policies are there as soon as they are known; those that are unknown or encrypted are none."""
    project = stack(PROGRAM)
    before = by_name(printed(project, "preview", "--json"))
    project.up().ok()
    exported: dict[str, Any] = project.export()
    after = by_name(json.dumps(exported))

    assert set(before) == set(after) == {"plain", "secret", "later"}
    assert rules(before["plain"]) == {"public-principal"}
    assert (before["plain"].arn, before["later"].trust_policy) == (None, None)
    assert after["plain"].arn == "arn:aws:iam::222222222222:role/plain"
    assert rules(after["plain"]) == rules(after["later"]) == {"public-principal"}
    assert after["secret"].trust_policy is None
    assert rules(by_name(printed(project, "stack", "export", "--show-secrets"))["secret"]) == {
        "public-principal"
    }
