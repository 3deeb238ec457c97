"""The common cases of who may assume what, staged with real principals and asked over the wire.

Every case that plain calls can stage is here; what needs an organisation, a network or a past is decided in
tests/policy.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.sandbox.helpers import may, root, session, trusting

from rolecall.errors import SandboxError
from rolecall.policy.arn import Arn
from rolecall.sandbox import Credentials, Sandbox

Case = dict[str, Any]

_CASES: list[Case] = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases" / "trust_cases.jsonl").read_text().splitlines()
]
_SENT = {"sts:ExternalId": "ExternalId", "sts:RoleSessionName": "RoleSessionName"}
_DERIVED = {"aws:PrincipalArn", "aws:PrincipalAccount", "aws:username", "aws:MultiFactorAuthPresent"}
_TAG = "aws:PrincipalTag/"


def _can_be_staged(case: Case) -> bool:
    request = case["request"]
    principal = request["principal"].get("AWS", "")
    arn = Arn.parse(principal) if principal else None
    if arn is None or not (arn.is_user or arn.is_role_session) or arn.partition != "aws":
        return False
    keys = {key for key in request["context"] if not key.startswith(_TAG)}
    organisation = {"service_control_policies", "resource_control_policies"} & case.keys()
    own_role = arn.is_role_session and _role_of(case) == request["role"]
    tags = arn.is_role_session and any(key.startswith(_TAG) for key in request["context"])
    policies = arn.is_user and "session_policies" in case
    return (
        request["action"] == "sts:AssumeRole"
        and keys <= _SENT.keys() | _DERIVED
        and not (organisation or own_role or tags or policies)
    )


def _role_of(case: Case) -> str:
    """Return the ARN, with its path, of the role behind a session."""
    request = case["request"]
    session_arn = Arn.parse(request["principal"]["AWS"])
    return str(request["context"].get("aws:PrincipalArn", session_arn.role_of_session()))


class Stage:
    """Makes what a case speaks of."""

    def __init__(self, sandbox: Sandbox, case: Case) -> None:
        self._sandbox = sandbox
        self._case = case
        self.role = Arn.parse(case["request"]["role"])
        self.caller = Arn.parse(case["request"]["principal"]["AWS"])
        sandbox.account(self.role.account)
        sandbox.account(self.caller.account)

    def trust(self) -> None:
        """Make the role, after whomever its trust policy names."""
        there = {str(self.caller)} if self.caller.is_user else {_role_of(self._case)}
        for principal in _names(self._case["trust_policy"]) - there:
            self._make(principal)
        self._sandbox.account(self.role.account).role(
            self.role.name, self._case["trust_policy"], path=self.role.path
        )

    def call(self) -> Credentials:
        """Make the caller, and return its credentials."""
        account = self._sandbox.account(self.caller.account)
        own = self._case.get("identity_policies", [may("*")])
        tags = self._tags()
        boundary = self._case.get("permissions_boundary")
        iam = account.client("iam")
        limit = {}
        if boundary is not None:
            made = iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps(boundary))
            limit = {"PermissionsBoundary": made["Policy"]["Arn"]}
        if self.caller.is_user:
            user = account.user(self.caller.name, policies=own, path=self.caller.path, mfa=True)
            iam.tag_user(UserName=user.name, Tags=tags)
            if limit:
                iam.put_user_permissions_boundary(UserName=user.name, **limit)
            present = self._case["request"]["context"].get("aws:MultiFactorAuthPresent")
            if present is None:
                return user.credentials
            code = {"SerialNumber": user.mfa_serial, "TokenCode": user.totp()} if present == "true" else {}
            return session(self._sandbox.client("sts", user.credentials).get_session_token(**code))
        role = Arn.parse(_role_of(self._case))
        helper = account.user("helper", policies=[may("*")])
        account.role(role.name, trusting(root(role.account)), policies=own, path=role.path)
        if limit:
            iam.put_role_permissions_boundary(RoleName=role.name, **limit)
        policies = self._case.get("session_policies", [])
        assert len(policies) <= 1
        inline = {"Policy": json.dumps(policies[0])} if policies else {}
        return session(
            self._sandbox.client("sts", helper.credentials).assume_role(
                RoleArn=str(role), RoleSessionName=self.caller.name, **inline
            )
        )

    def _tags(self) -> list[dict[str, str]]:
        context = self._case["request"]["context"]
        return [
            {"Key": key.removeprefix(_TAG), "Value": value}
            for key, value in context.items()
            if key.startswith(_TAG)
        ]

    def _make(self, principal: str) -> None:
        """Make a user or role that a trust policy names: AWS looks for it when it stores the policy."""
        try:
            arn = Arn.parse(principal)
        except ValueError:
            return
        if arn.is_user:
            self._sandbox.account(arn.account).user(arn.name, path=arn.path)
        elif arn.is_role:
            self._sandbox.account(arn.account).role(arn.name, trusting(root(arn.account)), path=arn.path)


def _names(trust: Case) -> set[str]:
    statements = trust["Statement"]
    named = [
        statement["Principal"].get("AWS", [])
        for statement in (statements if isinstance(statements, list) else [statements])
    ]
    return {value for values in named for value in (values if isinstance(values, list) else [values])}


@pytest.mark.parametrize(
    "case",
    [case for case in _CASES if case["expect"] != "malformed" and _can_be_staged(case)],
    ids=lambda case: case["id"],
)
def test_decision(sandbox: Sandbox, case: Case) -> None:
    """STS answers a staged case as AWS would."""
    stage = Stage(sandbox, case)
    sts = sandbox.client("sts", stage.call())
    stage.trust()
    context = case["request"]["context"]
    sent = {name: context[key] for key, name in _SENT.items() if key in context}
    call = {"RoleArn": str(stage.role), "RoleSessionName": "run"} | sent

    try:
        sts.assume_role(**call)
        answer = "allowed"
    except ClientError as error:
        code = error.response["Error"]["Code"]
        answer = {"AccessDenied": "denied"}.get(code, code)
    assert answer == case["expect"], case["why"]


@pytest.mark.parametrize(
    "case", [case for case in _CASES if case["expect"] == "malformed"], ids=lambda case: case["id"]
)
def test_malformed(sandbox: Sandbox, case: Case) -> None:
    """A trust policy that AWS would not store is never stored."""
    role = Arn.parse(case["request"]["role"])

    with pytest.raises(SandboxError, match="MalformedPolicyDocument"):
        sandbox.account(role.account).role(role.name, case["trust_policy"], path=role.path)
