"""Building wider trusts: who meets them gets in, and who comes near does not."""

import json
import subprocess
import sys

import pytest
from tests.policy.support import ALICE, ROLE

from rolecall.policy import (
    Answer,
    Principal,
    Request,
    build_trust_policy,
    decide,
    parse,
    read_trusts,
    to_json,
)

A1, A2 = "111111111111", "222222222222"
ROOT = "arn:aws:iam::111111111111:root"
CI = "arn:aws:iam::111111111111:role/ci"
SESSION = "arn:aws:sts::111111111111:assumed-role/ci/run-7"
OIDC = "arn:aws:iam::222222222222:oidc-provider/token.example.com/acme"
SAML = "arn:aws:iam::222222222222:saml-provider/corp"
ORG = "o-a1b2c3d4e5"
ASSUME = "sts:AssumeRole"
SSO = "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com"

STATEMENTS = [
    # declared, principal, action, condition
    ({"sessions": [SESSION]}, {"AWS": SESSION}, ASSUME, None),
    (
        {"accounts": [A1], "permission_sets": ["Admin", "Ops"]},
        {"AWS": ROOT},
        ASSUME,
        {
            "ArnLike": {
                "aws:PrincipalArn": [
                    f"{SSO}*/AWSReservedSSO_Admin_????????????????",
                    f"{SSO}*/AWSReservedSSO_Ops_????????????????",
                ]
            }
        },
    ),
    (
        {"accounts": [A1, A2], "permission_sets": ["Admin"]},
        {"AWS": [ROOT, "arn:aws:iam::222222222222:root"]},
        ASSUME,
        {"ArnLike": {"aws:PrincipalArn": f"{SSO}*/AWSReservedSSO_Admin_????????????????".replace(A1, "*")}},
    ),
    (
        {"organization_ids": [ORG], "external_ids": ["acme-1"]},
        {"AWS": "*"},
        ASSUME,
        {"StringEquals": {"sts:ExternalId": "acme-1", "aws:PrincipalOrgID": ORG}},
    ),
    (
        {"accounts": [A1], "organization_paths": [f"{ORG}/r-ab12/*"]},
        {"AWS": ROOT},
        ASSUME,
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORG}/r-ab12/*"}},
    ),
    (
        {"services": ["sns.amazonaws.com"], "organization_ids": [ORG], "source_accounts": [A1]},
        {"Service": "sns.amazonaws.com"},
        ASSUME,
        {"StringEquals": {"aws:SourceOrgID": ORG, "aws:SourceAccount": A1}},
    ),
    (
        {"services": ["sns.amazonaws.com"], "source_arns": ["arn:aws:sns:*:111111111111:t"]},
        {"Service": "sns.amazonaws.com"},
        ASSUME,
        {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111111111111:t"}},
    ),
    (
        {"users": [ALICE], "source_identity": ["${aws:username}"], "session_tags": {"team": ["a", "b"]}},
        {"AWS": ALICE},
        [ASSUME, "sts:SetSourceIdentity", "sts:TagSession"],
        {
            "StringLike": {"sts:SourceIdentity": "${aws:username}"},
            "StringEquals": {"aws:RequestTag/team": ["a", "b"]},
            "ForAllValues:StringEquals": {"aws:TagKeys": "team"},
        },
    ),
    (
        {
            "users": [ALICE],
            "source_ips": ["203.0.113.0/24", "2001:db8::/32"],
            "not_before": "2026-01-01T00:00:00Z",
            "not_after": "2026-02-01T00:00:00Z",
        },
        {"AWS": ALICE},
        ASSUME,
        {
            "IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]},
            "DateGreaterThanEquals": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
            "DateLessThanEquals": {"aws:CurrentTime": "2026-02-01T00:00:00Z"},
        },
    ),
    (
        {"provider_arn": OIDC, "oidc_subjects": ["job:1"]},
        {"Federated": OIDC},
        "sts:AssumeRoleWithWebIdentity",
        {
            "StringEquals": {
                "token.example.com/acme:aud": "sts.amazonaws.com",
                "token.example.com/acme:sub": "job:1",
            }
        },
    ),
    (
        {
            "provider_arn": OIDC,
            "oidc_subjects": ["job:*"],
            "oidc_audiences": "x",
            "oidc_claims": {"ref": "main"},
        },
        {"Federated": OIDC},
        "sts:AssumeRoleWithWebIdentity",
        {
            "StringEquals": {"token.example.com/acme:aud": "x", "token.example.com/acme:ref": "main"},
            "StringLike": {"token.example.com/acme:sub": "job:*"},
        },
    ),
    (
        {"provider_arn": "accounts.google.com", "oidc_subjects": ["7"], "oidc_audiences": ["x"]},
        {"Federated": "accounts.google.com"},
        "sts:AssumeRoleWithWebIdentity",
        {"StringEquals": {"accounts.google.com:aud": "x", "accounts.google.com:sub": "7"}},
    ),
    (
        {"provider_arn": SAML, "session_tags": {"team": "*"}},
        {"Federated": SAML},
        ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        {
            "StringLike": {"aws:RequestTag/team": "*"},
            "ForAllValues:StringEquals": {"aws:TagKeys": "team"},
            "StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"},
        },
    ),
    (
        {
            "provider_arn": SAML,
            "saml_endpoints": [
                "https://signin.aws.amazon.com/saml",
                "https://eu-west-1.signin.aws.amazon.com/saml",
            ],
            "saml_claims": {
                "sub_type": "persistent",
                "eduPersonAffiliation": ["staff", "fac*"],
                "mail": "*@acme.io",
            },
        },
        {"Federated": SAML},
        "sts:AssumeRoleWithSAML",
        {
            "StringEquals": {
                "SAML:aud": [
                    "https://signin.aws.amazon.com/saml",
                    "https://eu-west-1.signin.aws.amazon.com/saml",
                ],
                "SAML:sub_type": "persistent",
            },
            "ForAnyValue:StringLike": {"SAML:eduPersonAffiliation": ["staff", "fac*"]},
            "StringLike": {"SAML:mail": "*@acme.io"},
        },
    ),
    (
        {"provider_arn": SAML.replace("aws:", "aws-cn:", 1)},
        {"Federated": SAML.replace("aws:", "aws-cn:", 1)},
        "sts:AssumeRoleWithSAML",
        {"StringEquals": {"SAML:aud": "https://signin.amazonaws.cn/saml"}},
    ),
    (
        {
            "users": [ALICE],
            "external_ids": ["acme-1"],
            "conditions": {"StringEquals": {"aws:PrincipalTag/t": "a"}},
        },
        {"AWS": ALICE},
        ASSUME,
        {"StringEquals": {"sts:ExternalId": "acme-1", "aws:PrincipalTag/t": "a"}},
    ),
]


@pytest.mark.parametrize(("declared", "principal", "action", "condition"), STATEMENTS)
def test_statements(declared, principal, action, condition):
    """Each field becomes the condition of AWS that means it, and nothing else is written."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    expected = {**statement, "Condition": condition} if condition else statement

    document = build_trust_policy(read_trusts([declared]))

    assert document == {"Version": "2012-10-17", "Statement": [expected]}
    assert parse(to_json(document)).statements


def test_a_deny():
    """A trust with ``deny`` keeps its principals out; what AWS's usual values are narrows no Deny."""
    document = build_trust_policy(
        read_trusts([{"accounts": [A1]}, {"roles": [CI], "deny": True}, {"provider_arn": SAML, "deny": True}])
    )

    assert document["Statement"][1:] == [
        {"Effect": "Deny", "Principal": {"AWS": CI}, "Action": ASSUME},
        {"Effect": "Deny", "Principal": {"Federated": SAML}, "Action": "sts:AssumeRoleWithSAML"},
    ]


def test_a_whole_statement_stays_as_it_is():
    """What the user wrote is neither reordered nor completed."""
    statement = {"Action": [ASSUME], "Principal": {"AWS": [A1]}, "Effect": "Allow", "Sid": "Mine"}

    document = build_trust_policy(read_trusts([{"statement": statement}]))

    assert to_json(document["Statement"][0]) == to_json(statement)


def answer(declared, who, context=None, *, kind="AWS", action=ASSUME):
    policy = parse(to_json(build_trust_policy(read_trusts(declared))))
    request = Request(role=ROLE, principal=Principal(kind, who), action=action, context=context or {})
    return decide(request, policy).answer


def permission_set(name, suffix="0123456789abcdef", region="/eu-west-1", account=A1):
    role = f"AWSReservedSSO_{name}_{suffix}"
    session = f"arn:aws:sts::{account}:assumed-role/{role}/alice@example.com"
    path = f"aws-reserved/sso.amazonaws.com{region}"
    return session, {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/{path}/{role}"}


MEMBERS = [
    (permission_set("Admin"), Answer.ALLOWED),
    (permission_set("Admin", region=""), Answer.ALLOWED),
    (permission_set("Admin", suffix="fedcba9876543210"), Answer.ALLOWED),
    (permission_set("Admin_Temp"), Answer.DENIED),
    (permission_set("SuperAdmin"), Answer.DENIED),
    (permission_set("admin"), Answer.DENIED),
    (permission_set("Admin", account="333333333333"), Answer.DENIED),
    ((SESSION, {"aws:PrincipalArn": CI}), Answer.DENIED),
    (
        (
            "arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/x",
            {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/mine/AWSReservedSSO_Admin_0123456789abcdef"},
        ),
        Answer.DENIED,
    ),
]


@pytest.mark.parametrize("accounts", [[A1], [A1, A2]])
@pytest.mark.parametrize(("who", "expected"), MEMBERS)
def test_permission_sets(accounts, who, expected):
    """Sessions of the reserved role of that very permission set get in, wherever Identity Center is."""
    session, context = who

    assert answer([{"accounts": accounts, "permission_sets": ["Admin"]}], session, context) is expected


IN_ORG = {"aws:PrincipalOrgID": ORG, "aws:PrincipalOrgPaths": [f"{ORG}/r-ab12/ou-ab12-11111111/"]}
TAGGED = {"aws:RequestTag/team": "ops", "aws:TagKeys": ["team"]}
NAMED = {"sts:SourceIdentity": "alice"}
NEAR_MISSES = [
    # declared, who, context that gets in, changes of it that don't (None takes a key away)
    (
        {"organization_ids": [ORG]},
        ALICE,
        IN_ORG,
        [{"aws:PrincipalOrgID": None}, {"aws:PrincipalOrgID": "o-other"}],
    ),
    (
        {"organization_paths": [f"{ORG}/r-ab12/ou-ab12-11111111/*"]},
        ALICE,
        IN_ORG,
        [{"aws:PrincipalOrgPaths": [f"{ORG}/r-ab12/ou-ab12-11111112/"]}, {"aws:PrincipalOrgPaths": None}],
    ),
    (
        {"users": [ALICE], "session_tags": {"team": ["ops", "dev"]}},
        ALICE,
        TAGGED,
        [
            {"aws:RequestTag/team": "admin"},
            {"aws:RequestTag/team": None, "aws:TagKeys": None},
            {"aws:TagKeys": ["team", "admin"], "aws:RequestTag/admin": "true"},
        ],
    ),
    (
        {"users": [ALICE], "source_identity": ["${aws:username}"]},
        ALICE,
        NAMED,
        [{"sts:SourceIdentity": None}, {"sts:SourceIdentity": "bob"}],
    ),
    (
        {"users": [ALICE], "source_ips": ["203.0.113.0/24"]},
        ALICE,
        {"aws:SourceIp": "203.0.113.9"},
        [{"aws:SourceIp": "203.0.114.9"}, {"aws:SourceIp": None}],
    ),
    (
        {"users": [ALICE], "not_before": "2026-01-01T00:00:00Z", "not_after": "2026-02-01T00:00:00Z"},
        ALICE,
        {"aws:CurrentTime": "2026-01-15T00:00:00Z"},
        [
            {"aws:CurrentTime": "2025-12-31T23:59:59Z"},
            {"aws:CurrentTime": "2026-02-01T00:00:01Z"},
            {"aws:CurrentTime": None},
        ],
    ),
]


@pytest.mark.shows("AssumeRole: session tags", "declared", "decided")
@pytest.mark.shows("AssumeRole: source identity", "declared", "decided")
@pytest.mark.parametrize(("declared", "who", "context", "changes"), NEAR_MISSES)
def test_near_misses(declared, who, context, changes):
    """Who meets the trust gets in; with any one thing changed or left out, not."""
    assert answer([declared], who, context) is Answer.ALLOWED
    for change in changes:
        changed = {key: value for key, value in {**context, **change}.items() if value is not None}
        assert answer([declared], who, changed) is Answer.DENIED


@pytest.mark.shows("AssumeRole: session tags", "decided")
@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:TagSession"])
def test_tagging_is_allowed_with_the_same_tags(action):
    """The trust policy allows to pass the tags, and those only."""
    declared = [{"users": [ALICE], "session_tags": {"team": "ops"}}]

    assert answer(declared, ALICE, TAGGED, action=action) is Answer.ALLOWED
    assert answer(declared, ALICE, {**TAGGED, "aws:RequestTag/team": "x"}, action=action) is Answer.DENIED


def test_a_deny_wins():
    """Whom a deny names doesn't get in, whatever else lets them."""
    declared = [{"accounts": [A1]}, {"roles": [CI], "deny": True}]

    assert answer(declared, SESSION, {"aws:PrincipalArn": CI}) is Answer.DENIED
    assert answer(declared, ALICE) is Answer.ALLOWED


PROGRAM = """
import json, sys
from rolecall.policy import build_trust_policy, read_trusts, to_json
print(to_json(build_trust_policy(read_trusts(json.loads(sys.argv[1])))))
"""


def test_documents_are_byte_identical_across_runs():
    """Neither hash seeds nor the order of fields in a declaration change a byte."""
    declared = [row[0] for row in STATEMENTS]
    turned = [dict(reversed(each.items())) for each in declared]

    texts = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, json.dumps(each)],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for each, seed in [(declared, "1"), (declared, "2"), (turned, "3")]
    }

    assert len(texts) == 1
