"""The rooms that need no Pulumi: policies as data, decisions, and the embedded AWS."""

from rolecall.policy import (
    Answer,
    CallerSide,
    Decision,
    Policy,
    Principal,
    Request,
    build_trust_policy,
    decide,
    parse,
    read_trusts,
    to_json,
)
from rolecall.reports import explain
from rolecall.sandbox import Account, Role, Sandbox, User

text: str = to_json(build_trust_policy(read_trusts([{"accounts": ["111111111111"]}])))
policy: Policy = parse(text)
request = Request(
    role="arn:aws:iam::222222222222:role/deploy",
    principal=Principal("AWS", "arn:aws:iam::111111111111:user/alice"),
    context={"sts:ExternalId": "acme-3f1c9a0e7b52", "aws:MultiFactorAuthPresent": "true"},
)
decision: Decision = decide(request, policy, caller=CallerSide(identity_policies=()))
gets_in: bool = decision.answer is Answer.ALLOWED
reasons: tuple[str, ...] = explain(decision, redact={"sts:ExternalId"})

with Sandbox() as sandbox:
    account: Account = sandbox.account("111111111111")
    alice: User = account.user("alice", mfa=True)
    role: Role = account.role("deploy", {"Version": "2012-10-17", "Statement": []})
    sandbox.faults.propagation(seconds=5)
    names: list[str] = [alice.arn, role.arn, alice.totp(), sandbox.endpoint_url]


def test_of_a_user(sandbox: Sandbox) -> None:
    """What somebody writes who uses the pytest plugin."""
    assert not sandbox.calls
