"""Trusted context assertions: who stands behind a role session, as IAM Identity Center says."""

import pytest
from tests.sandbox.helpers import Clock, may, refused, trusting, unchecked_sts

from rolecall.sandbox import Account, Role, Sandbox, User

PROVIDER = "arn:aws:iam::aws:contextProvider/IdentityCenter"
BOB, EVE = "90676718-0001", "90676718-0666"


@pytest.fixture
def person(tools: Account) -> User:
    """A user that may hand a context on."""
    return tools.user("app", policies=[may("sts:AssumeRole", "sts:SetContext")])


@pytest.fixture
def role(workload: Account, person: User) -> Role:
    """A role for one person, behind an application."""
    conditions = {
        "StringEquals": {"sts:RequestContext/identitystore:UserId": BOB},
        "ForAnyValue:ArnEquals": {"sts:RequestContextProviders": PROVIDER},
    }
    return workload.role("data", trusting(person.arn, "sts:AssumeRole", "sts:SetContext", **conditions))


def contexts(sandbox: Sandbox, user_id: str, provider: str = PROVIDER) -> list[dict[str, str]]:
    assertion = sandbox.context_assertion({"identitystore:UserId": user_id})
    return [{"ProviderArn": provider, "ContextAssertion": assertion}]


@pytest.mark.shows("AssumeRole: contexts", "enforced")
def test_the_asserted_person_counts(sandbox: Sandbox, person: User, role: Role) -> None:
    """A trust policy may ask who stands behind a call; without an assertion nobody does."""
    sts = sandbox.client("sts", person.credentials)
    call = {"RoleArn": role.arn, "RoleSessionName": "run"}

    assert sts.assume_role(**call, ProvidedContexts=contexts(sandbox, BOB))
    assert refused(sts.assume_role, **call, ProvidedContexts=contexts(sandbox, EVE)).code == "AccessDenied"
    assert refused(sts.assume_role, **call).code == "AccessDenied"


@pytest.mark.shows("AssumeRole: contexts", "enforced")
def test_set_context_is_an_action(sandbox: Sandbox, ci: User, workload: Account) -> None:
    """A context needs sts:SetContext from the trust policy and the caller's own policies."""
    role = workload.role("plain", trusting(ci.arn))
    call = {"RoleArn": role.arn, "RoleSessionName": "run", "ProvidedContexts": contexts(sandbox, BOB)}

    refusal = refused(sandbox.client("sts", ci.credentials).assume_role, **call)
    assert (refusal.code, "sts:SetContext" in refusal.message) == ("AccessDenied", True)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ContextAssertion": "eyJhbGciOiJub25lIn0.e30."}, "InvalidParameterValue"),
        ({"ProviderArn": "arn:aws:iam::aws:contextProvider/Another"}, "InvalidParameterValue"),
        ({"ProviderArn": None}, "InvalidParameterValue"),
        ({"ContextAssertion": "abc"}, "ValidationError"),
        ({"ContextAssertion": "x" * 2049}, "ValidationError"),
    ],
)
def test_bad_contexts(
    sandbox: Sandbox, person: User, role: Role, changed: dict[str, str | None], code: str
) -> None:
    """An assertion that this AWS didn't make, or for another provider, is refused."""
    context = {name: value for name, value in (contexts(sandbox, BOB)[0] | changed).items() if value}

    refusal = refused(
        unchecked_sts(sandbox, person.credentials).assume_role,
        RoleArn=role.arn,
        RoleSessionName="run",
        ProvidedContexts=[context],
    )
    assert (refusal.code, refusal.status) == (code, 400)


def test_assertions_end(sandbox: Sandbox, person: User, role: Role, clock: Clock) -> None:
    """An assertion is good for an hour."""
    given = contexts(sandbox, BOB)
    clock.advance(3600)

    sts = sandbox.client("sts", person.credentials)
    refusal = refused(sts.assume_role, RoleArn=role.arn, RoleSessionName="run", ProvidedContexts=given)
    assert (refusal.code, refusal.status) == ("ExpiredTokenException", 400)


def test_five_at_most(sandbox: Sandbox, person: User, role: Role) -> None:
    """A call carries five contexts at most."""
    refusal = refused(
        unchecked_sts(sandbox, person.credentials).assume_role,
        RoleArn=role.arn,
        RoleSessionName="run",
        ProvidedContexts=contexts(sandbox, BOB) * 6,
    )
    assert (refusal.code, "providedContexts" in refusal.message) == ("ValidationError", True)
