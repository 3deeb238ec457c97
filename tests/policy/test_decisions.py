"""Decisions: who has a say, what settles it, and what is told about the rest."""

import pytest
from tests.policy.support import (
    ALICE,
    DEV,
    ROLE,
    ROOT_1,
    ROOT_2,
    SESSION,
    identity,
    policy,
    request,
    statement,
)

from rolecall.errors import DeclarationError
from rolecall.policy import (
    UNKNOWN,
    Answer,
    Bar,
    CallerSide,
    Guardrails,
    Mismatch,
    PolicyKind,
    StatementRef,
    decide,
)

ALLOWED, DENIED, UNSURE = Answer.ALLOWED, Answer.DENIED, Answer.UNKNOWN
OWN_SESSION = "arn:aws:sts::222222222222:assumed-role/ci/run-7"
OWN_ROLE = "arn:aws:iam::222222222222:role/ci"
WITH_ID = {"StringEquals": {"sts:ExternalId": "acme"}}
NOT_STS = identity(action="s3:*")


def of_kind(kind, *statements):
    return policy(*statements, kind=kind)


def caller(identity_policies=None, boundary=None, session=None):
    def read(kind, found):
        return of_kind(kind, *found) if isinstance(found, list) else found

    one = read(PolicyKind.IDENTITY, identity_policies)
    return CallerSide(
        identity_policies=(one,) if isinstance(identity_policies, list) else one,
        permissions_boundary=read(PolicyKind.BOUNDARY, boundary),
        session_policies=() if session is None else (of_kind(PolicyKind.SESSION, *session),),
    )


ALLOWS, DENIES = [identity()], [identity(), identity("Deny")]

SIDES = [
    # whom the trust names, who asks, their own side, the caller's own answer, the answer of all
    (ROOT_1, ALICE, caller([NOT_STS]), DENIED, DENIED),
    (ALICE, ALICE, caller([NOT_STS]), DENIED, DENIED),
    ("*", ALICE, caller([NOT_STS]), DENIED, DENIED),
    (ALICE, ALICE, caller(ALLOWS), ALLOWED, ALLOWED),
    (ALICE, ALICE, caller(UNKNOWN), UNSURE, UNSURE),
    (ALICE, ALICE, caller(ALLOWS, boundary=UNKNOWN), UNSURE, UNSURE),
    (ALICE, ALICE, caller(DENIES, boundary=UNKNOWN), DENIED, DENIED),
    (DEV, DEV, caller([NOT_STS]), DENIED, ALLOWED),
    (DEV, DEV, caller(DENIES), DENIED, DENIED),
    (DEV, DEV, caller(UNKNOWN), UNSURE, UNSURE),
    (DEV, DEV, caller(ALLOWS, boundary=[NOT_STS]), DENIED, UNSURE),
    (DEV, DEV, caller(ALLOWS, boundary=DENIES), DENIED, DENIED),
    ("*", DEV, caller([NOT_STS]), DENIED, UNSURE),
    ("*", DEV, caller(ALLOWS), ALLOWED, ALLOWED),
    (ROOT_2, DEV, caller([NOT_STS]), DENIED, DENIED),
    ([ROOT_2, DEV], DEV, caller([NOT_STS]), DENIED, ALLOWED),
    (OWN_ROLE, OWN_SESSION, caller([NOT_STS]), DENIED, ALLOWED),
    (OWN_ROLE, OWN_SESSION, caller(ALLOWS, boundary=[NOT_STS]), DENIED, DENIED),
    (OWN_ROLE, OWN_SESSION, caller(ALLOWS, session=[NOT_STS]), DENIED, DENIED),
    (OWN_SESSION, OWN_SESSION, caller([NOT_STS], session=[NOT_STS]), DENIED, ALLOWED),
    (OWN_SESSION, OWN_SESSION, caller(ALLOWS, session=DENIES), DENIED, DENIED),
]


@pytest.mark.shows("AssumeRole", "decided")
@pytest.mark.shows("AssumeRole: session policies", "decided")
@pytest.mark.parametrize(("named", "who", "side", "own", "answer"), SIDES)
def test_sides(named, who, side, own, answer):
    """Across accounts both sides have to allow; within one, what the trust names directly needs less."""
    decision = decide(request(who), policy(statement(named)), caller=side)

    assert (decision.trust, decision.caller, decision.answer) == (ALLOWED, own, answer)


@pytest.mark.shows("GetFederationToken", "decided")
@pytest.mark.parametrize(
    ("who", "action", "bar"),
    [
        (ROOT_1, "sts:AssumeRole", Bar.ROOT_USER),
        ("arn:aws:sts::111111111111:federated-user/bob", "sts:AssumeRole", Bar.FEDERATED_USER),
        ("arn:aws-cn:iam::111111111111:user/bob", "sts:AssumeRole", Bar.OTHER_PARTITION),
        (ALICE, "sts:AssumeRoleWithWebIdentity", Bar.OTHER_OPERATION),
        (ALICE, "sts:AssumeRole", None),
    ],
)
def test_bars(who, action, bar):
    """Some callers get in nowhere; the decision names the rule, and its sides still speak for themselves."""
    trust = policy(statement("*", action=["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"]))
    decision = decide(request(who, action=action), trust)

    assert decision.barred_by is bar
    assert decision.trust is ALLOWED
    assert decision.answer is (ALLOWED if bar is None else DENIED)


def test_allowed_by():
    """An allowed request is settled by the statements that allow it, on both sides."""
    trust = policy(statement(DEV), {**statement(), "Sid": "Vendor"}, statement(ALICE))
    side = CallerSide(
        identity_policies=(
            of_kind(PolicyKind.IDENTITY, NOT_STS),
            of_kind(PolicyKind.IDENTITY, NOT_STS, identity()),
        )
    )
    decision = decide(request(), trust, caller=side)

    assert decision.settled_by == (
        StatementRef(PolicyKind.TRUST, 0, 1, "Vendor"),
        StatementRef(PolicyKind.TRUST, 0, 2),
        StatementRef(PolicyKind.IDENTITY, 1, 1),
    )
    assert [mismatch.statement.index for mismatch in decision.mismatches] == [0]


def test_denied_by():
    """A denied request is settled by the explicit denies, whichever side they are on."""
    guardrails = Guardrails(
        service_control_policies=(
            (of_kind(PolicyKind.SERVICE_CONTROL, identity(action="*")),),
            (of_kind(PolicyKind.SERVICE_CONTROL, identity(action="*"), identity("Deny")),),
        )
    )
    decision = decide(request(), policy(statement()), caller=caller(DENIES), guardrails=guardrails)

    assert decision.settled_by == (
        StatementRef(PolicyKind.IDENTITY, 0, 1),
        StatementRef(PolicyKind.SERVICE_CONTROL, 1, 1),
    )
    assert (decision.trust, decision.caller, decision.guardrails) == (ALLOWED, DENIED, DENIED)


MISMATCHES = [
    # the statement, the request, and why the one does not apply to the other
    (
        statement(DEV),
        request(),
        {"element": "Principal", "wanted": (DEV,), "given": (ALICE,)},
    ),
    (
        statement(action="sts:TagSession", **WITH_ID),
        request(),
        {"element": "Action", "wanted": ("sts:TagSession",), "given": ("sts:AssumeRole",)},
    ),
    (
        statement(**WITH_ID),
        request(),
        {
            "element": "Condition",
            "operator": "StringEquals",
            "key": "sts:ExternalId",
            "wanted": ("acme",),
            "given": None,
        },
    ),
    (
        statement(StringLike={"STS:externalID": ["a*", "b*"]}),
        request(ALICE, {"sts:ExternalId": "c"}),
        {
            "element": "Condition",
            "operator": "StringLike",
            "key": "STS:externalID",
            "wanted": ("a*", "b*"),
            "given": ("c",),
        },
    ),
    (
        statement(**{"Null": {"aws:TokenIssueTime": "true"}, **WITH_ID}),
        request(ALICE, {"aws:TagKeys": ["a", "b"]}),
        {
            "element": "Condition",
            "operator": "StringEquals",
            "key": "sts:ExternalId",
            "wanted": ("acme",),
            "given": None,
        },
    ),
]


@pytest.mark.parametrize(("trusted", "asked", "reason"), MISMATCHES)
def test_mismatches(trusted, asked, reason):
    """For a statement that does not apply, the first element that fails is told with its values."""
    decision = decide(asked, policy(trusted))

    ref = StatementRef(PolicyKind.TRUST, 0, 0)
    assert decision.mismatches == (Mismatch(statement=ref, effect="Allow", **reason),)
    assert decision.settled_by == decision.doubts == ()


def test_mismatch_of_the_callers_side():
    """Where the trust policy allows and the caller's own side does not, the reasons are the caller's."""
    own = identity(resource="arn:aws:iam::222222222222:role/audit")
    (mismatch,) = decide(request(), policy(statement()), caller=caller([own])).mismatches

    assert mismatch.statement.kind is PolicyKind.IDENTITY
    assert (mismatch.element, mismatch.given) == ("Resource", (ROLE,))


UNKNOWN_ID = {"sts:ExternalId": UNKNOWN}
WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
DENY_OTHER_ID = statement("*", "Deny", StringNotEquals={"sts:ExternalId": "acme"})


@pytest.mark.parametrize(
    ("statements", "answer"),
    [
        ([statement(**WITH_ID)], UNSURE),
        ([statement(**WITH_ID), statement()], ALLOWED),
        ([statement(**WITH_ID, **WITH_MFA)], DENIED),
        ([statement(DEV, **WITH_ID)], DENIED),
        ([statement(), DENY_OTHER_ID], UNSURE),
        ([statement(DEV), DENY_OTHER_ID], DENIED),
        ([statement(), DENY_OTHER_ID, statement("*", "Deny")], DENIED),
        ([statement(), statement(DEV, "Deny", **WITH_ID)], ALLOWED),
    ],
)
def test_unknown_context(statements, answer):
    """An unknown value matters only where the answer hangs on it; a Deny that can't be read is no pass."""
    decision = decide(request(ALICE, UNKNOWN_ID), policy(*statements))

    assert decision.answer is answer
    assert bool(decision.doubts) == (answer is UNSURE)
    assert all(doubt.given is UNKNOWN and doubt.key == "sts:ExternalId" for doubt in decision.doubts)


@pytest.mark.parametrize("resource", ["arn:aws:iam::*", "arn:aws:iam::222222222222:role/${aws:userid}"])
def test_doubtful_resources(resource):
    """A Resource that can't be compared with the role's ARN leaves a doubt."""
    decision = decide(request(), policy(statement()), caller=caller([identity(resource=resource)]))

    assert decision.answer is decision.caller is UNSURE
    assert [doubt.element for doubt in decision.doubts] == ["Resource"]


def test_undocumented_need_of_the_callers_side():
    """Where AWS doesn't say whether a boundary limits a named user, the doubt is what the boundary lacks."""
    side = caller(ALLOWS, boundary=[NOT_STS])
    (doubt,) = decide(request(DEV), policy(statement(DEV)), caller=side).doubts

    assert (doubt.statement.kind, doubt.element) == (PolicyKind.BOUNDARY, "Action")


FILLED_IN = [
    # who asks, and the keys that follow from that
    (
        ("AWS", ALICE),
        {
            "aws:PrincipalArn": ALICE,
            "aws:PrincipalAccount": "111111111111",
            "aws:PrincipalType": "User",
            "aws:username": "alice",
            "aws:PrincipalIsAWSService": "false",
            "aws:ResourceAccount": "222222222222",
        },
    ),
    (
        ("AWS", SESSION),
        {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/ci", "aws:PrincipalType": "AssumedRole"},
    ),
    (("Service", "ec2.amazonaws.com"), {"aws:PrincipalIsAWSService": "true"}),
    (("Service", "ec2.amazonaws.com"), {"aws:PrincipalServiceName": "ec2.amazonaws.com"}),
]


@pytest.mark.parametrize(("who", "keys"), FILLED_IN)
def test_context_filled_in(who, keys):
    """Keys that follow from the ARNs are there although the request leaves them out."""
    kind, value = who
    trust = policy(statement({kind: value}, StringEquals=keys))

    assert decide(request(value, kind=kind), trust).answer is ALLOWED
    for key in keys:
        assert decide(request(value, {key: "other"}, kind=kind), trust).answer is DENIED


@pytest.mark.parametrize(
    ("who", "key", "answer"),
    [
        (SESSION, "aws:username", DENIED),
        (ALICE, "aws:userid", UNSURE),
        (SESSION, "aws:userid", UNSURE),
        (ALICE, "sts:RoleSessionName", DENIED),
        ("arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_Admin_0a/a", "aws:PrincipalArn", UNSURE),
    ],
)
def test_context_not_guessed(who, key, answer):
    """A key that the principal lacks is absent; one that it has but that ARNs don't tell is unknown."""
    assert decide(request(who), policy(statement(StringLike={key: "*x*"}))).answer is answer


PATHED = "arn:aws:iam::111111111111:role/pipelines/ci"


@pytest.mark.shows("AssumeRole: chains", "decided")
@pytest.mark.parametrize(
    ("named", "who", "context", "answer"),
    [
        (PATHED, SESSION, {}, ALLOWED),
        (PATHED, SESSION, {"aws:PrincipalArn": PATHED}, ALLOWED),
        (PATHED, SESSION, {"aws:PrincipalArn": UNKNOWN}, ALLOWED),
        ("arn:aws:iam::111111111111:role/ci", SESSION, {"aws:PrincipalArn": PATHED}, DENIED),
        (PATHED, PATHED, {}, ALLOWED),
        ("arn:aws:iam::333333333333:role/ci", SESSION, {}, DENIED),
        (SESSION, SESSION, {}, ALLOWED),
        (SESSION, "arn:aws:iam::111111111111:role/ci", {}, UNSURE),
        ("AIDAQXZEXAMPLE12345", ALICE, {"aws:userid": "AIDAQXZEXAMPLE12345"}, ALLOWED),
        ("AIDAQXZEXAMPLE12345", ALICE, {"aws:userid": "AIDAOTHER0123456789"}, DENIED),
        ("AIDAQXZEXAMPLE12345", ALICE, {}, UNSURE),
        ("AROAQXZEXAMPLE12345", SESSION, {"aws:userid": "AROAQXZEXAMPLE12345:run-7"}, ALLOWED),
    ],
)
def test_roles_and_sessions(named, who, context, answer):
    """A role stands for its sessions, found by name where its path isn't told; an id for one identity."""
    assert decide(request(who, context), policy(statement(named))).answer is answer


@pytest.mark.shows("AssumeRole: contexts", "decided")
@pytest.mark.parametrize(
    ("person", "answer"), [("u-1", ALLOWED), ("u-2", DENIED), (None, DENIED), (UNKNOWN, UNSURE)]
)
@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:SetContext"])
def test_who_stands_behind_a_call(action, person, answer):
    """What a trusted context says is a condition key like others, in the call and in what it sets."""
    key = "sts:RequestContext/identitystore:UserId"
    trust = policy(statement(action=["sts:AssumeRole", "sts:SetContext"], StringEquals={key: "u-1"}))
    context = {} if person is None else {key: person}

    assert decide(request(ALICE, context, action=action), trust).answer is answer


@pytest.mark.parametrize(
    ("kind", "who", "action"),
    [
        ("Service", "ec2.amazonaws.com", "sts:AssumeRole"),
        ("Federated", "accounts.google.com", "sts:AssumeRoleWithWebIdentity"),
    ],
)
def test_everyone_and_those_without_account(kind, who, action):
    """Whether ``{"AWS": "*"}`` means services and federated identities is not documented: unknown."""
    trust = policy(statement("*", action=action))

    assert decide(request(who, kind=kind, action=action), trust).answer is UNSURE


def test_service_control_policies_spare_services():
    """Service control policies bind the principals of accounts, not AWS services."""
    guardrails = Guardrails(
        service_control_policies=((of_kind(PolicyKind.SERVICE_CONTROL, identity("Deny")),),)
    )
    service = {"Service": "ec2.amazonaws.com"}

    decision = decide(
        request("ec2.amazonaws.com", kind="Service"), policy(statement(service)), guardrails=guardrails
    )

    assert decision.answer is ALLOWED


@pytest.mark.parametrize(
    "asked",
    [
        request("alice"),
        request("arn:aws:iam::111111111111:group/admins"),
        request("arn:aws:s3:::bucket"),
        request(role="deploy"),
        request(role=ALICE),
        request(ALICE, {"sts:ExternalId": "a", "sts:externalid": "b"}),
    ],
)
def test_impossible_requests(asked):
    """A request that nobody can make is an error, not a denial."""
    with pytest.raises(DeclarationError):
        decide(asked, policy(statement("*")))


def test_other_kinds_of_policy_trust_nobody():
    """A policy without principals, taken for a trust policy by mistake, would let everyone in: refused."""
    with pytest.raises(ValueError, match="identity policy"):
        decide(request(), of_kind(PolicyKind.IDENTITY, identity()))
