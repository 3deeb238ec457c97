"""Findings beyond the rules' own examples: what each rule tells apart, and who the witness is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from rolecall.errors import DeclarationError
from rolecall.guarantee import Requirements
from rolecall.lint import Finding, LintContext, Severity, lint_document
from rolecall.policy import Answer, decide, parse

VENDOR = "111111111111"
OTHER = "333333333333"
ROLE = "arn:aws:iam::222222222222:role/deploy"
ALICE = f"arn:aws:iam::{VENDOR}:user/alice"
CI = f"arn:aws:iam::{VENDOR}:role/ci"
ID = "acme-3f1c9a0e7b52"
RESERVED = f"arn:aws:iam::{VENDOR}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_*"
GITHUB = "token.actions.githubusercontent.com"
CONTEXT = LintContext(role_arn=ROLE, now=datetime(2026, 1, 1, tzinfo=UTC))

Statement = Mapping[str, Any]


def allow(principal: object, condition: object = None, **more: object) -> Statement:
    named = principal if isinstance(principal, dict) else {"AWS": principal}
    conditions = {} if condition is None else {"Condition": condition}
    return {"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole", **conditions, **more}


def deny(principal: object, condition: object = None, **more: object) -> Statement:
    return {**allow(principal, condition, **more), "Effect": "Deny"}


def external(operator: str, value: object = ID) -> Mapping[str, object]:
    return {operator: {"sts:ExternalId": value}}


def github(subject: object, operator: str = "StringLike") -> Statement:
    condition = {operator: {f"{GITHUB}:sub": subject}}
    condition.setdefault("StringEquals", {})[f"{GITHUB}:aud"] = "sts.amazonaws.com"
    provider = {"Federated": f"arn:aws:iam::222222222222:oidc-provider/{GITHUB}"}
    return allow(provider, condition, Action="sts:AssumeRoleWithWebIdentity")


def document(*statements: Statement) -> Mapping[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def lint(*statements: Statement, context: LintContext = CONTEXT) -> list[Finding]:
    return list(lint_document(document(*statements), context=context))


def found(rule: str, *statements: Statement, context: LintContext = CONTEXT) -> list[Finding]:
    return [each for each in lint(*statements, context=context) if each.rule == rule]


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
FOUND: list[tuple[str, str, tuple[Statement, ...]]] = [
    (
        "third-party-without-external-id",
        "a role of another account",
        (allow(CI),),
    ),
    (
        "external-id-if-exists",
        "beside another condition",
        (allow(VENDOR, {**external("StringLikeIfExists"), "StringLike": {"sts:RoleSessionName": "x-*"}}),),
    ),
    ("external-id-excluded", "Null asks for absence", (allow(VENDOR, external("Null", "true")),)),
    (
        "external-id-set-operator",
        "ForAllValues in a pattern",
        (allow(VENDOR, external("ForAllValues:StringLike")),),
    ),
    ("external-id-wildcard", "a pattern", (allow(VENDOR, external("StringLike", "acme-*")),)),
    ("external-id-guessable", "an account ID", (allow(VENDOR, external("StringEquals", VENDOR)),)),
    ("external-id-guessable", "short", (allow(VENDOR, external("StringEquals", "x7q2")),)),
    ("external-id-guessable", "sequential", (allow(VENDOR, external("StringEquals", "1234567890")),)),
    (
        "external-id-guessable",
        "a variable",
        (allow(VENDOR, external("StringEquals", "${aws:PrincipalAccount}")),),
    ),
    (
        "external-id-guessable",
        "words and a year",
        (allow(VENDOR, external("StringEquals", "acme-prod-2024")),),
    ),
    ("external-id-format", "too short", (allow(VENDOR, external("StringEquals", "x")),)),
    (
        "mfa-if-exists",
        "for an account",
        (allow(VENDOR, {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}),),
    ),
    (
        "mfa-age-unit",
        "less than a minute",
        (allow(ALICE, {"NumericLessThan": {"aws:MultiFactorAuthAge": "5"}}),),
    ),
    (
        "mfa-behind-chain",
        "by a Deny",
        (allow(CI), deny("*", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})),
    ),
    (
        "mfa-not-carried",
        "of Identity Center",
        (
            allow(
                VENDOR,
                {**MFA, "ArnLike": {"aws:PrincipalArn": RESERVED}},
            ),
        ),
    ),
    (
        "sibling-opens",
        "MFA",
        (allow(ALICE, MFA), allow(VENDOR, {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}})),
    ),
    (
        "sibling-opens",
        "by everyone",
        (
            allow(VENDOR, external("StringEquals")),
            allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        ),
    ),
    (
        "public-behind-organization",
        "IfExists",
        (allow("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),),
    ),
    (
        "statement-never-applies",
        "two sets of values",
        (
            allow(
                VENDOR, {"StringEquals": {"sts:ExternalId": ID}, "StringLike": {"sts:ExternalId": "zeta-*"}}
            ),
        ),
    ),
    (
        "statement-never-applies",
        "a Deny",
        (
            allow(CI),
            deny(
                "*", {"Null": {"sts:SourceIdentity": "true"}, "StringEquals": {"sts:SourceIdentity": "alice"}}
            ),
        ),
    ),
    ("statement-needless", "the same twice", (allow(ALICE, MFA), allow(ALICE, MFA))),
    ("statement-needless", "a user beside its account", (allow(VENDOR, MFA), allow(ALICE, MFA))),
    (
        "deny-locks-out",
        "by a condition that all meet",
        (allow(CI), deny("*", {"ArnNotEquals": {"aws:PrincipalArn": ALICE}})),
    ),
    ("cross-partition-principal", "a GovCloud account", (allow("arn:aws-us-gov:iam::111111111111:root"),)),
    (
        "action-of-other-principals",
        "a service by web identity",
        (allow({"Service": "ssm.amazonaws.com"}, Action="sts:AssumeRoleWithWebIdentity"),),
    ),
    (
        "useless-action",
        "an action of other principals",
        (allow(CI, Action=["sts:AssumeRole", "sts:AssumeRoleWithSAML"]),),
    ),
    (
        "action-wildcard",
        "NotAction",
        ({**{k: v for k, v in allow(CI).items() if k != "Action"}, "NotAction": "sts:TagSession"},),
    ),
    (
        "key-never-present",
        "SAML claims of a role",
        (allow(CI, {"StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml"}}),),
    ),
    (
        "key-never-present",
        "of another operation",
        (allow(CI, {"NumericLessThan": {"sts:DurationSeconds": "3600"}}),),
    ),
    (
        "unknown-condition-key",
        "a misspelt MFA key",
        (allow(ALICE, {"Bool": {"aws:MultifactorAuthPresented": "true"}}),),
    ),
    ("oidc-subject-wide", "owner not ended", (github("repo:acme*"),)),
    ("oidc-subject-wide", "all of an owner", (github("repo:acme/*"),)),
    ("oidc-subject-wide", "all of a repository", (github("repo:acme/infra:*"),)),
    (
        "saml-without-audience",
        "a negated audience",
        (
            allow(
                {"Federated": "arn:aws:iam::222222222222:saml-provider/corp"},
                {"StringNotEquals": {"saml:aud": "https://other.example.com"}},
                Action="sts:AssumeRoleWithSAML",
            ),
        ),
    ),
    (
        "private-source-ip",
        "a host",
        (allow(ALICE, {"IpAddress": {"aws:SourceIp": ["198.51.100.7", "192.168.1.7"]}}),),
    ),
    (
        "time-window-past",
        "a date of seconds",
        (allow(ALICE, {"DateLessThan": {"aws:EpochTime": "1700000000"}}),),
    ),
    ("policy-size", "many accounts", (allow([f"{number:012d}" for number in range(1, 150)]),)),
]


@pytest.mark.parametrize(
    ("rule", "statements"), [(r, s) for r, _, s in FOUND], ids=[f"{r}: {w}" for r, w, _ in FOUND]
)
def test_found(rule: str, statements: tuple[Statement, ...]) -> None:
    """The rule finds this case, and every witness gets in."""
    findings = found(rule, *statements)

    assert findings
    for each in findings:
        if each.witness is not None:
            policy = parse(document(*statements), stored=True)
            assert decide(each.witness, policy).trust is Answer.ALLOWED


LET_BE: list[tuple[str, str, tuple[Statement, ...]]] = [
    ("third-party-without-external-id", "an own account", (allow("222222222222"),)),
    (
        "third-party-without-external-id",
        "demanded by a Deny",
        (allow(VENDOR), deny("*", external("StringNotEquals"))),
    ),
    (
        "external-id-if-exists",
        "closed by a Deny",
        (allow(VENDOR, external("StringEqualsIfExists")), deny("*", {"Null": {"sts:ExternalId": "true"}})),
    ),
    (
        "external-id-wildcard",
        "narrowed by another",
        (allow(VENDOR, {**external("StringLike", "acme-*"), **external("StringEquals")}),),
    ),
    (
        "external-id-guessable",
        "random letters and digits",
        (allow(VENDOR, external("StringEquals", "9f86d081-884c-4d65-9a2f-eaa0c55ad015")),),
    ),
    (
        "external-id-guessable",
        "long random letters",
        (allow(VENDOR, external("StringEquals", "qzvxkjwplmfrtgbnhyui")),),
    ),
    ("external-id-reused", "two users of one account", (allow([ALICE, CI], external("StringEquals")),)),
    (
        "mfa-if-exists",
        "age beside presence",
        (allow(ALICE, {**MFA, "NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}),),
    ),
    (
        "mfa-deny-bool",
        "presence in the Allow",
        (allow(ALICE, MFA), deny("*", {"Bool": {"aws:MultiFactorAuthPresent": "false"}})),
    ),
    ("mfa-behind-chain", "a role beside people with MFA", (allow(ALICE, MFA), allow(CI))),
    (
        "sibling-opens",
        "what another rule finds",
        (allow(VENDOR, external("StringEquals")), allow(VENDOR, external("StringEqualsIfExists"))),
    ),
    (
        "mfa-if-exists",
        "a role, which has no MFA",
        (allow(CI, {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}),),
    ),
    ("sibling-opens", "a role may come without MFA", (allow(VENDOR, MFA), allow(CI))),
    ("sibling-opens", "another account", (allow(VENDOR, external("StringEquals")), allow(OTHER))),
    (
        "public-principal",
        "denied to others",
        (allow("*"), deny("*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
    ),
    (
        "statement-needless",
        "a user of the role's own account beside the account",
        (allow("222222222222"), allow("arn:aws:iam::222222222222:user/dev")),
    ),
    ("statement-needless", "with session tags", (allow(CI), allow(CI, Action="sts:TagSession"))),
    (
        "statement-never-applies",
        "an action beside assuming",
        (allow(CI, {"StringEquals": {"aws:RequestTag/team": "a"}}, Action="sts:TagSession"),),
    ),
    ("deny-locks-out", "of one of two", (allow([CI, ALICE]), deny(ALICE))),
    (
        "deny-locks-out",
        "the others only",
        (allow(VENDOR), deny("*", {"ArnNotEquals": {"aws:PrincipalArn": ALICE}})),
    ),
    (
        "action-of-other-principals",
        "tags in a statement of their own",
        (allow(CI), allow(CI, Action="sts:TagSession")),
    ),
    ("key-never-present", "a tag", (allow(CI, {"StringEquals": {"aws:PrincipalTag/team": "a"}}),)),
    ("unknown-condition-key", "a claim of an OIDC token", (github("repo:acme/infra:ref:refs/heads/main"),)),
    (
        "wildcard-under-equals",
        "an escaped star",
        (allow(CI, {"StringEquals": {"sts:RoleSessionName": "a${*}b"}}),),
    ),
    (
        "for-all-values-of-nothing",
        "with Null",
        (
            allow(
                CI, {"ForAllValues:StringEquals": {"aws:TagKeys": "team"}, "Null": {"aws:TagKeys": "false"}}
            ),
        ),
    ),
    ("oidc-subject-wide", "an environment", (github("repo:acme/infra:environment:*"),)),
    ("service-without-source", "EC2", (allow({"Service": "ec2.amazonaws.com"}),)),
    (
        "service-without-source",
        "a source ARN",
        (
            allow(
                {"Service": "ssm.amazonaws.com"},
                {"ArnLike": {"aws:SourceArn": "arn:aws:ssm:*:222222222222:*"}},
            ),
        ),
    ),
    (
        "time-window-empty",
        "a moment",
        (
            allow(
                ALICE,
                {
                    "DateGreaterThanEquals": {"aws:CurrentTime": "2026-07-01"},
                    "DateLessThanEquals": {"aws:CurrentTime": "2026-07-01"},
                },
            ),
        ),
    ),
    (
        "private-source-ip",
        "VPC addresses by their own key",
        (allow(ALICE, {"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}),),
    ),
]


@pytest.mark.parametrize(
    ("rule", "statements"), [(r, s) for r, _, s in LET_BE], ids=[f"{r}: {w}" for r, w, _ in LET_BE]
)
def test_let_be(rule: str, statements: tuple[Statement, ...]) -> None:
    """The rule finds nothing here."""
    parse(document(*statements))

    assert found(rule, *statements) == []


def test_what_grants_by_itself_is_not_needless() -> None:
    """A named user of the role's own account needs no policy; one whose account is named does."""
    dev = "arn:aws:iam::222222222222:user/dev"

    findings = found("statement-needless", allow("222222222222"), allow(dev, MFA), allow(dev))

    assert [each.path for each in findings] == ["/Statement/1"]


def test_the_witness_lacks_what_was_left_out() -> None:
    """A finding on an external ID shows a request without one, and nothing that it doesn't need."""
    [finding] = found("external-id-if-exists", allow(VENDOR, external("StringEqualsIfExists")))

    assert finding.path == "/Statement/0/Condition/StringEqualsIfExists/sts:ExternalId"
    assert finding.witness is not None
    assert (finding.witness.role, finding.witness.context) == (ROLE, {})
    assert f":{VENDOR}:" in finding.witness.principal.value


def test_the_witness_holds_nothing_that_no_condition_asks_for() -> None:
    """A token's subject is left out of the request where the policy doesn't look at it."""
    issuer = "idp.example.com"
    provider = {"Federated": f"arn:aws:iam::222222222222:oidc-provider/{issuer}"}
    audience = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"}}

    [finding] = found(
        "oidc-without-subject", allow(provider, audience, Action="sts:AssumeRoleWithWebIdentity")
    )

    assert finding.witness is not None
    assert finding.witness.context == {f"{issuer}:aud": "sts.amazonaws.com"}


@pytest.mark.parametrize(
    ("subject", "severity"),
    [
        ("repo:*", Severity.ERROR),
        ("repo:acme*", Severity.ERROR),
        ("repo:acme/*", Severity.WARNING),
        ("repo:acme/infra:*", Severity.NOTE),
    ],
)
def test_subjects_are_too_wide_by_degrees(subject: str, severity: Severity) -> None:
    """The more strangers fit a subject's pattern, the worse it is."""
    [finding] = found("oidc-subject-wide", github(subject))

    assert finding.severity is severity
    assert finding.witness is not None


def test_findings_come_worst_first() -> None:
    """Errors stand before warnings, warnings before notes."""
    findings = lint(allow("*"), allow(CI, external("StringLike", "acme-prod")), allow(VENDOR, Action="sts:*"))

    severities = [list(Severity).index(each.severity) for each in findings]
    assert severities == sorted(severities, reverse=True)
    assert len(set(severities)) == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"\xff", "not UTF-8"),
        ("{", "not JSON"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17"}', "twice"),
        ("[]", "the document is"),
        ('{"Version": "2012-10-17", "Statement": []}', "no statements"),
    ],
)
def test_what_is_no_policy_is_a_finding(text: str | bytes, sentence: str) -> None:
    """A document that AWS would refuse is an error finding, whatever is wrong with it."""
    [finding] = lint_document(text)

    assert (finding.rule, finding.severity) == ("malformed-policy", Severity.ERROR)
    assert sentence in finding.sentence


def test_a_misspelt_operator_is_corrected() -> None:
    """The fix names the operator that is spelt most like it."""
    [finding] = found("unknown-operator", allow(VENDOR, external("StringEqual")))

    assert "StringEquals" in finding.fix


def test_an_external_id_is_never_told() -> None:
    """Sentences and fixes on external IDs don't repeat them: the policy may be a secret."""
    for value in ("hunter2", "bad id!", "acme-prod", "abcdefgh", VENDOR + "-x"):
        for finding in lint(allow([OTHER, ALICE], external("StringEquals", value))):
            assert value not in finding.sentence + finding.fix


def test_what_is_not_known_is_not_judged() -> None:
    """Without a moment, an organisation or a duration, the rules that need them find nothing."""
    statement = allow(
        CI, {"DateLessThan": {"aws:CurrentTime": "2001-01-01"}, "StringEquals": {"aws:PrincipalOrgID": "o-x"}}
    )

    rules = {each.rule for each in lint(statement, context=LintContext())}

    assert not rules & {"time-window-past", "organization-of-others", "session-duration-beyond-chaining"}


def test_broken_requirements_are_findings() -> None:
    """What an organisation requires counts as an error, named after the requirement."""
    required = Requirements(third_party_external_id=True)

    findings = lint_document(document(allow(VENDOR)), context=CONTEXT, requirements=required)

    assert "require-third-party-external-id" in {
        each.rule for each in findings if each.severity is Severity.ERROR
    }


@pytest.mark.parametrize("arn", ["arn:aws:iam::222222222222:user/x", "deploy"])
def test_a_role_that_is_none_is_refused(arn: str) -> None:
    """The context is the caller's own: a wrong ARN there is raised, not reported."""
    with pytest.raises(DeclarationError, match="role_arn"):
        lint_document(document(), context=LintContext(role_arn=arn))


def test_the_witness_spells_keys_as_the_policy_does() -> None:
    """Keys have no letter case, but a reader looks for what the policy says."""
    [finding] = found("public-behind-external-id", allow("*", external("StringEquals")))

    assert finding.witness is not None
    assert finding.witness.context == {"sts:ExternalId": ID}
