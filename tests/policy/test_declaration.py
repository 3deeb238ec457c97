"""Reading declared trusts: everything that can't be right is told at once, with its place."""

from dataclasses import fields

import pytest

from rolecall.errors import DeclarationError
from rolecall.policy import Trust, read_trusts
from rolecall.policy.fields import READERS
from rolecall.policy.trust import CONDITION_RULES, NOUNS, Kind

A1, A2 = "111111111111", "222222222222"
USER = "arn:aws:iam::111111111111:user/people/alice"
OTHER_ROLE = "arn:aws:iam::111111111111:role/ci"


def faults(raw, **options):
    with pytest.raises(DeclarationError) as caught:
        read_trusts(raw, **options)
    return {fault.path: f"{fault.problem}. {fault.remedy}" for fault in caught.value.faults}


READ = [
    ({"accounts": [A1]}, Trust(accounts=(A1,))),
    ({"accounts": A1}, Trust(accounts=(A1,))),
    ({"accounts": (A1, A2), "external_ids": ["acme-1"]}, Trust(accounts=(A1, A2), external_ids=("acme-1",))),
    (
        {"users": [USER], "requires_mfa": True, "mfa_age": 3600.0},
        Trust(users=(USER,), requires_mfa=True, mfa_age=3600),
    ),
    ({"users": [USER], "requires_mfa": False, "mfa_age": None}, Trust(users=(USER,))),
    ({"roles": [OTHER_ROLE], "external_ids": "acme-1"}, Trust(roles=(OTHER_ROLE,), external_ids=("acme-1",))),
    ({"services": ["ec2.amazonaws.com"]}, Trust(services=("ec2.amazonaws.com",))),
    (
        {"accounts": [A1], "role_session_name": "${aws:username}-*"},
        Trust(accounts=(A1,), role_session_name="${aws:username}-*"),
    ),
]


@pytest.mark.parametrize(("raw", "trust"), READ)
def test_read(raw, trust):
    """A trust comes out with tuples; left out is left out, whole floats are ints."""
    assert read_trusts([raw]) == (trust,)


REFUSED = [
    # where, what the message says, the trust
    ("trusts[0].account", "Did you mean accounts?", {"account": [A1]}),
    ("trusts[0].mfa", "no field of a trust", {"mfa": True}),
    ("trusts[0]", "trusts nobody", {}),
    ("trusts[0]", "trusts nobody", {"accounts": [], "external_ids": ["acme-1"]}),
    ("trusts[0]", "accounts and users together", {"accounts": [A1], "users": [USER]}),
    ("trusts[0]", "not a trust", "111111111111"),
    ("trusts[0].accounts[1]", '"11111111111" has 11 characters', {"accounts": [A1, "11111111111"]}),
    ("trusts[0].accounts[0]", "111111111111 is not a text", {"accounts": [111111111111]}),
    ("trusts[0].accounts[0]", "at position 12", {"accounts": ["11111111111x"]}),
    ("trusts[0].accounts[0]", "at position 1", {"accounts": ["\u0661" * 12]}),
    ("trusts[0].accounts[1]", "already", {"accounts": [A1, A1]}),
    ("trusts[0].accounts", "not a list", {"accounts": 111111111111}),
    ("trusts[0].users[0]", "wildcard", {"users": ["arn:aws:iam::111111111111:user/*"]}),
    ("trusts[0].users[0]", "does not belong here", {"users": [OTHER_ROLE]}),
    ("trusts[0].users[0]", "does not belong here", {"users": ["alice"]}),
    ("trusts[0].users[0]", "not a text", {"users": [None]}),
    ("trusts[0].roles[0]", "wildcard", {"roles": ["arn:aws:iam::111111111111:role/app-?"]}),
    ("trusts[0].roles[0]", "does not belong here", {"roles": [USER]}),
    ("trusts[0].services[0]", "no service principal", {"services": ["*"]}),
    ("trusts[0].services[0]", "not a text", {"services": [1]}),
    ("trusts[0].external_ids[0]", "has 1 character", {"accounts": [A1], "external_ids": ["x"]}),
    ("trusts[0].external_ids[1]", "at position 3", {"accounts": [A1], "external_ids": ["ok", "no good"]}),
    ("trusts[0].external_ids", "empty", {"accounts": [A1], "external_ids": []}),
    ("trusts[0].requires_mfa", "neither true nor false", {"accounts": [A1], "requires_mfa": "yes"}),
    ("trusts[0].requires_mfa", "role", {"roles": [OTHER_ROLE], "requires_mfa": True}),
    ("trusts[0].requires_mfa", "service", {"services": ["ec2.amazonaws.com"], "requires_mfa": True}),
    ("trusts[0].external_ids", "service", {"services": ["ec2.amazonaws.com"], "external_ids": ["acme"]}),
    ("trusts[0].mfa_age", "without requires_mfa", {"accounts": [A1], "mfa_age": 60}),
    ("trusts[0].mfa_age", "out of range", {"accounts": [A1], "requires_mfa": True, "mfa_age": 0}),
    ("trusts[0].mfa_age", "out of range", {"accounts": [A1], "requires_mfa": True, "mfa_age": 129601}),
    ("trusts[0].mfa_age", "not a whole number", {"accounts": [A1], "requires_mfa": True, "mfa_age": 0.5}),
    ("trusts[0].mfa_age", "not a whole number", {"accounts": [A1], "requires_mfa": True, "mfa_age": True}),
    ("trusts[0].role_session_name", "no role session name", {"accounts": [A1], "role_session_name": "x"}),
    (
        "trusts[0].role_session_name",
        "no role session name",
        {"accounts": [A1], "role_session_name": "x" * 65},
    ),
    (
        "trusts[0].role_session_name",
        "no role session name has",
        {"accounts": [A1], "role_session_name": "a b"},
    ),
    ("trusts[0].role_session_name", "closing", {"accounts": [A1], "role_session_name": "${aws:username"}),
    ("trusts[0].role_session_name", "not a text", {"accounts": [A1], "role_session_name": 7}),
]


@pytest.mark.parametrize(("path", "says", "raw"), REFUSED)
def test_refused(path, says, raw):
    """Each fault tells its place, what is wrong, and what is allowed."""
    assert says in faults([raw])[path]


@pytest.mark.parametrize("raw", [[], "x", {"accounts": [A1]}, None])
def test_refused_as_a_whole(raw):
    """``trusts`` is a list with something in it."""
    assert set(faults(raw, path="role.trusts")) == {"role.trusts"}


def test_all_faults_at_once():
    """Every fault of every trust is told, not only the first."""
    raw = [{"accounts": ["1"], "mfa_age": -1}, {"accounts": [A1]}, {"user": [USER]}]

    assert set(faults(raw)) == {"trusts[0].accounts[0]", "trusts[0].mfa_age", "trusts[2].user", "trusts[2]"}


def test_external_ids_stay_out_of_messages():
    """An external ID may be a secret, so no message quotes one."""
    assert "hidden" not in str(faults([{"accounts": [A1], "external_ids": ["hidden id", "hidden\u00e9"]}]))


SESSION = "arn:aws:sts::111111111111:assumed-role/ci/run-7"
OIDC = "arn:aws:iam::222222222222:oidc-provider/token.example.com"
SHARED = "arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com"
SAML = "arn:aws:iam::222222222222:saml-provider/corp"
ORG = "o-a1b2c3d4e5"
SERVICE = {"services": ["sns.amazonaws.com"]}
CUSTOM = {"Effect": "Allow", "Principal": {"AWS": A1}, "Action": "sts:AssumeRole"}

WIDER = [
    ({"sessions": SESSION}, Trust(sessions=(SESSION,))),
    (
        {"accounts": [A1], "permission_sets": "Admin"},
        Trust(accounts=(A1,), permission_sets=("Admin",)),
    ),
    ({"organization_ids": [ORG]}, Trust(organization_ids=(ORG,))),
    (
        {"users": [USER], "session_tags": {"team": "ops", "stage": ["a", "b"]}},
        Trust(users=(USER,), session_tags=(("team", ("ops",)), ("stage", ("a", "b")))),
    ),
    (
        {"provider_arn": OIDC, "oidc_subjects": "x:*", "oidc_claims": {"ref": "main"}},
        Trust(provider_arn=OIDC, oidc_subjects=("x:*",), oidc_claims=(("ref", ("main",)),)),
    ),
    (
        {"provider_arn": SAML, "saml_endpoints": "https://signin.aws.amazon.com/saml"},
        Trust(provider_arn=SAML, saml_endpoints=("https://signin.aws.amazon.com/saml",)),
    ),
    (
        {"provider_arn": SAML, "saml_claims": {"eduPersonAffiliation": "staff"}},
        Trust(provider_arn=SAML, saml_claims=(("eduPersonAffiliation", ("staff",)),)),
    ),
    (
        {**SERVICE, "source_accounts": A1, "source_arns": "arn:aws:sns:*:111111111111:t*"},
        Trust(
            services=("sns.amazonaws.com",),
            source_accounts=(A1,),
            source_arns=("arn:aws:sns:*:111111111111:t*",),
        ),
    ),
    (
        {"accounts": A1, "not_before": "2026-01-01T00:00:00Z", "not_after": "2026-01-31T18:00:00+01:00"},
        Trust(accounts=(A1,), not_before="2026-01-01T00:00:00Z", not_after="2026-01-31T18:00:00+01:00"),
    ),
    ({"roles": OTHER_ROLE, "deny": True}, Trust(roles=(OTHER_ROLE,), deny=True)),
    ({"statement": CUSTOM}, Trust(statement=CUSTOM)),
]


@pytest.mark.parametrize(("raw", "trust"), WIDER)
def test_read_more(raw, trust):
    """Every field is read; a text stands for a list of one."""
    assert read_trusts([raw]) == (trust,)


MORE_REFUSED = [
    # where, what the message says, the trust
    ("trusts[0].roles[0]", "does not belong here", {"roles": [SESSION]}),
    ("trusts[0].sessions[0]", "does not belong here", {"sessions": [OTHER_ROLE]}),
    ("trusts[0].permission_sets", "without accounts", {"permission_sets": ["Admin"]}),
    ("trusts[0].permission_sets[0]", "position 6", {"accounts": [A1], "permission_sets": ["Admin*"]}),
    (
        "trusts[0].requires_mfa",
        "sessions of roles never do",
        {"accounts": [A1], "permission_sets": ["Ad"], "requires_mfa": True},
    ),
    ("trusts[0].organization_ids[0]", "organization ID", {"accounts": [A1], "organization_ids": ["o-*"]}),
    ("trusts[0].organization_paths[0]", "organization path", {"organization_paths": [f"{ORG}/ou-x"]}),
    ("trusts[0].provider_arn", "no identity provider", {"provider_arn": OTHER_ROLE}),
    ("trusts[0].provider_arn", "not a text", {"provider_arn": [OIDC]}),
    ("trusts[0]", "everybody with a token", {"provider_arn": OIDC}),
    ("trusts[0]", "everybody with a token", {"provider_arn": OIDC, "oidc_audiences": ["x"]}),
    ("trusts[0]", "issues tokens to everyone", {"provider_arn": SHARED, "oidc_claims": {"ref": "main"}}),
    ("trusts[0]", "issues tokens to everyone", {"provider_arn": SHARED, "oidc_subjects": ["*"]}),
    (
        "trusts[0].oidc_subjects",
        "can't be asked of a SAML provider",
        {"provider_arn": SAML, "oidc_subjects": ["x"]},
    ),
    ("trusts[0].oidc_subjects", "can't be asked of a user", {"users": [USER], "oidc_subjects": ["x"]}),
    (
        "trusts[0].saml_endpoints",
        "can't be asked of an OIDC provider",
        {"provider_arn": OIDC, "oidc_subjects": ["x"], "saml_endpoints": ["https://x/saml"]},
    ),
    ("trusts[0].saml_claims.aud", "saml_endpoints", {"provider_arn": SAML, "saml_claims": {"aud": "x"}}),
    ("trusts[0].saml_claims.email", "condition key", {"provider_arn": SAML, "saml_claims": {"email": "x"}}),
    ("trusts[0].saml_claims.maill", "mean mail", {"provider_arn": SAML, "saml_claims": {"maill": "x"}}),
    ("trusts[0].saml_endpoints[0]", "no URL", {"provider_arn": SAML, "saml_endpoints": ["https://*/saml"]}),
    ("trusts[0].external_ids", "remove it", {"provider_arn": SAML, "external_ids": ["acme-1"]}),
    ("trusts[0].requires_mfa", "remove it", {"provider_arn": SAML, "requires_mfa": True}),
    ("trusts[0].organization_ids", "in no organization", {"provider_arn": SAML, "organization_ids": [ORG]}),
    ("trusts[0].oidc_claims.sub", "oidc_subjects", {"provider_arn": OIDC, "oidc_claims": {"sub": "x"}}),
    ("trusts[0].oidc_claims.a:b", "no name of a claim", {"provider_arn": OIDC, "oidc_claims": {"a:b": "x"}}),
    ("trusts[0].oidc_claims", "no object", {"provider_arn": OIDC, "oidc_claims": ["ref"]}),
    ("trusts[0].oidc_subjects[0]", "closing", {"provider_arn": OIDC, "oidc_subjects": ["a${b"]}),
    ("trusts[0].oidc_subjects[0]", "it is empty", {"provider_arn": OIDC, "oidc_subjects": [""]}),
    ("trusts[0]", "users and OIDC provider_arn together", {"provider_arn": OIDC, "users": [USER]}),
    ("trusts[0].source_accounts", "Only AWS services", {"users": [USER], "source_accounts": [A1]}),
    ("trusts[0].source_arns[0]", "fits no ARN", {**SERVICE, "source_arns": ["arn:aws:sns:*"]}),
    ("trusts[0].source_ips", "can't be asked of a service", {**SERVICE, "source_ips": ["203.0.113.0/24"]}),
    ("trusts[0].source_ips[0]", "no address", {"users": [USER], "source_ips": ["203.0.113.0/33"]}),
    ("trusts[0].source_ips[0]", "not a text", {"users": [USER], "source_ips": [7]}),
    ("trusts[0].not_before", "no moment", {"users": [USER], "not_before": "2026-01-31"}),
    ("trusts[0].not_after", "no moment", {"users": [USER], "not_after": "2026-13-31T00:00:00Z"}),
    (
        "trusts[0].not_after",
        "is not after",
        {"users": [USER], "not_before": "2026-01-31T18:00:00Z", "not_after": "2026-01-31T18:00:00+01:00"},
    ),
    ("trusts[0].source_identity[0]", "no source identity", {"users": [USER], "source_identity": ["a:b"]}),
    ("trusts[0].source_identity", "the list is empty", {"users": [USER], "source_identity": []}),
    ("trusts[0].session_tags", "the list is empty", {"users": [USER], "session_tags": {}}),
    ("trusts[0].session_tags.team", "the list is empty", {"users": [USER], "session_tags": {"team": []}}),
    (
        "trusts[0].session_tags.Team",
        "letter case only",
        {"users": [USER], "session_tags": {"team": "a", "Team": "b"}},
    ),
    ("trusts[0].session_tags.a*", "tag key", {"users": [USER], "session_tags": {"a*": "b"}}),
    (
        "trusts[0].session_tags",
        "51 tags",
        {"users": [USER], "session_tags": {f"t{n}": "x" for n in range(51)}},
    ),
    (
        "trusts[0].external_ids",
        "keeps nobody out",
        {"accounts": [A1], "external_ids": ["acme-1"], "deny": True},
    ),
    ("trusts[0].requires_mfa", "keeps nobody out", {"accounts": [A1], "requires_mfa": True, "deny": True}),
    ("trusts[0].deny", "neither true nor false", {"accounts": [A1], "deny": "yes"}),
    ("trusts[0]", "accounts, deny beside a statement", {"statement": CUSTOM, "accounts": [A1], "deny": True}),
    ("trusts[0].statement", "no statement", {"statement": "x"}),
    ("trusts[0].statement.Effect", '"Maybe"', {"statement": {**CUSTOM, "Effect": "Maybe"}}),
    (
        "trusts[0].statement.Condition.StringEqual",
        "no condition operator",
        {"statement": {**CUSTOM, "Condition": {"StringEqual": {}}}},
    ),
    ("trusts[0].conditions", "no object", {"users": [USER], "conditions": ["x"]}),
    ("trusts[0].conditions.Bool", "no object", {"users": [USER], "conditions": {"Bool": True}}),
    (
        "trusts[0].conditions.StringEqual",
        "no condition operator",
        {"users": [USER], "conditions": {"StringEqual": {"a:b": "c"}}},
    ),
    (
        "trusts[0].conditions.Bool.a:b",
        "true nor false",
        {"users": [USER], "conditions": {"Bool": {"a:b": "c"}}},
    ),
    (
        "trusts[0].conditions.Bool.AWS:MultiFactorAuthPresent",
        "another field",
        {
            "users": [USER],
            "requires_mfa": True,
            "conditions": {"Bool": {"AWS:MultiFactorAuthPresent": "true"}},
        },
    ),
]


@pytest.mark.parametrize(("path", "says", "raw"), MORE_REFUSED)
def test_refused_more(path, says, raw):
    """What can't be asked of a kind of principal, and what AWS would not store, is told in its place."""
    assert says in faults([raw])[path]


def test_sids_of_whole_statements_differ():
    """What is wrong only with several statements together is found, too."""
    named = {"statement": {**CUSTOM, "Sid": "Same"}}

    assert "earlier statement" in faults([{"users": [USER]}, named, named])["trusts[2].statement.Sid"]


def test_every_condition_has_a_row():
    """The table of conditions has each field that is neither a principal nor an effect."""
    others = {"accounts", "users", "roles", "sessions", "permission_sets", "services", "provider_arn"}
    others |= {"deny", "statement"}

    assert {*CONDITION_RULES} == {field.name for field in fields(Trust)} - others
    assert {*READERS} == {field.name for field in fields(Trust)}


ONE_OF_EACH = {
    Kind.ACCOUNTS: {"accounts": [A1]},
    Kind.USERS: {"users": [USER]},
    Kind.ROLES: {"roles": [OTHER_ROLE]},
    Kind.SESSIONS: {"sessions": [SESSION]},
    Kind.PERMISSION_SETS: {"accounts": [A1], "permission_sets": ["Admin"]},
    Kind.ORGANIZATIONS: {"organization_ids": [ORG]},
    Kind.SERVICES: SERVICE,
    Kind.OIDC: {"provider_arn": OIDC, "oidc_subjects": ["x"]},
    Kind.SAML: {"provider_arn": SAML},
}
ASKED = {
    "external_ids": ["acme-1"],
    "requires_mfa": True,
    "mfa_age": 60,
    "role_session_name": "nightly",
    "source_identity": ["alice"],
    "session_tags": {"team": "ops"},
    "source_ips": ["203.0.113.7"],
    "organization_ids": [ORG],
    "organization_paths": [f"{ORG}/*"],
    "source_accounts": [A1],
    "source_arns": ["arn:aws:s3:::logs"],
    "oidc_subjects": ["x"],
    "oidc_audiences": ["y"],
    "oidc_claims": {"ref": "main"},
    "saml_endpoints": ["https://signin.aws.amazon.com/saml"],
    "saml_claims": {"sub_type": "persistent"},
    "not_before": "2026-01-01T00:00:00Z",
    "not_after": "2026-02-01T00:00:00Z",
    "conditions": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("name", CONDITION_RULES)
def test_what_can_be_asked_of_whom(name, kind):
    """A condition is taken with the kinds of its row, and refused with every other kind."""
    asked = {name: ASKED[name]}
    if name == "mfa_age":
        asked["requires_mfa"] = True
    raw = [{**ONE_OF_EACH[kind], **asked}]

    if kind in CONDITION_RULES[name].kinds:
        assert read_trusts(raw)[0].kinds == (kind,)
    else:
        assert f"can't be asked of {NOUNS[kind]}" in faults(raw)[f"trusts[0].{name}"]


@pytest.mark.parametrize(
    "kind", [Kind.ROLES, Kind.SESSIONS, Kind.PERMISSION_SETS, Kind.SERVICES, Kind.OIDC, Kind.SAML]
)
def test_mfa_is_asked_only_of_those_who_can_carry_it(kind):
    """Only IAM users carry MFA into AssumeRole."""
    assert "trusts[0].requires_mfa" in faults([{**ONE_OF_EACH[kind], "requires_mfa": True}])
