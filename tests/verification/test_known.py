"""What is known of a caller, and what isn't: the one decides a refusal, the other never does."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.verification.fakes import (
    ALLOW_ALL,
    ROLE,
    TOOLS,
    Clock,
    FakeCaller,
    assumed,
    like_aws,
    refused,
    trust,
    verified,
)

from rolecall.policy import Answer
from rolecall.verification import (
    Call,
    Cause,
    LiveRole,
    ProbeResult,
    Reply,
    RoleReport,
    Verdict,
    attest,
    from_dict,
    read_verify,
    receipt_of,
    reconsider,
    to_dict,
)

PERSON = "arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_Admin_0a1b2c3d4e5f6071/alice"
PERMISSION_SET = (
    "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/eu-west-1/"
    "AWSReservedSSO_Admin_0a1b2c3d4e5f6071"
)
HUB = "arn:aws:iam::111111111111:role/platform/hub"
HUB_SESSION = "arn:aws:sts::111111111111:assumed-role/hub/rolecall-chain"
EVERY_ADMIN = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-reserved/*/AWSReservedSSO_Admin_*"}}
PLATFORM = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/platform/*"}}
PROFILE = {"callers": [{"profile": "tools"}]}
STRANGER = {"callers": [{"profile": "tools", "expect": "denied"}]}
ID = {"sts:ExternalId": "acme-3f1c9a0e7b52"}


def always(reply: Reply) -> FakeCaller:
    return FakeCaller(lambda _: reply)


def only(report: RoleReport, kind: str) -> ProbeResult:
    (found,) = [each for each in report.results if each.kind == kind]
    return found


@pytest.mark.parametrize(
    ("role", "verdict", "cause"),
    [
        pytest.param(
            PERMISSION_SET.replace("Admin", "Reader"), Verdict.PROVED, None, id="another permission set"
        ),
        pytest.param(None, Verdict.INCONCLUSIVE, Cause.TRUST_UNDECIDED, id="not to be read"),
    ],
)
def test_the_path_of_a_permission_set_decides(
    role: str | None, verdict: Verdict, cause: Cause | None
) -> None:
    """A session's ARN lacks its role's path: where IAM tells it, it decides."""
    stranger = FakeCaller(lambda _: refused(), arn=PERSON.replace("Admin", "Reader"), role=role)

    result = verified(stranger, trust(EVERY_ADMIN), STRANGER).results[0]
    assert (result.verdict, result.cause) == (verdict, cause)


def test_the_path_of_a_role_on_the_way_is_known_from_its_arn() -> None:
    """The last role of ``via`` is whose session calls, so nobody has to read it."""
    elsewhere = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/ci/*"}}
    raw = {"callers": [{"profile": "tools", "via": [HUB], "expect": "denied"}]}
    hub = FakeCaller(lambda _: refused(), arn=HUB_SESSION)

    assert verified(hub, trust(PLATFORM), raw).results[0].cause is Cause.REFUSED_BY_CALLER_SIDE
    assert verified(hub, trust(elsewhere), raw).verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("may_carry_mfa", "verdict"),
    [
        pytest.param(False, Verdict.PROVED, id="access key"),
        pytest.param(True, Verdict.INCONCLUSIVE, id="session"),
    ],
)
def test_a_users_session_may_carry_mfa(may_carry_mfa: bool, verdict: Verdict) -> None:
    """STS doesn't say whether a session was opened with MFA, so a trust that asks for it decides nothing."""
    stranger = FakeCaller(lambda _: refused(), may_carry_mfa=may_carry_mfa)
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}

    assert verified(stranger, trust(condition), STRANGER).verdict is verdict


def test_mfa_of_an_expectation_is_as_fresh_as_the_trust_wants_it() -> None:
    """A session with MFA serves a whole run, and one that is too old would refute what is right."""
    condition = {"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}
    mfa = {"mfa_serial": "arn:aws:iam::111111111111:mfa/ci", "mfa_code": {"env": "CODE"}}
    raw = {
        "callers": [{"profile": "tools", "name": "ci", **mfa}],
        "expect": [{"caller": "ci", "mfa": True, "expect": "allowed"}],
    }
    caller = FakeCaller(like_aws(trust()), has_mfa=True)
    verified(caller, trust(condition), raw)

    assert {call.mfa_age_seconds for call in caller.calls if call.mfa} == {300}


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param({"StringLike": {"sts:RoleSessionName": "${aws:PrincipalTag/team}-*"}}, id="variable"),
        pytest.param({"StringEquals": {"aws:PrincipalTag/team": "blue"}}, id="key"),
    ],
)
def test_a_key_that_is_not_known_decides_nothing(condition: Mapping[str, Any]) -> None:
    """Whether a condition tests the caller's tag or takes a value from it: nobody here knows the tag."""
    result = verified(always(refused()), trust(condition), STRANGER).results[0]

    assert result.prediction is not None
    assert (result.prediction.trust, result.cause) == (Answer.UNKNOWN, Cause.TRUST_UNDECIDED)


BY_ID = trust({"StringEquals": {**ID, "aws:userid": "AIDAEXAMPLE"}})


def live(document: Mapping[str, object]) -> LiveRole:
    return LiveRole(
        arn=ROLE, unique_id="AROADEPLOY", trust_policy=document, max_session_duration_seconds=3600
    )


def seen_by_sts(call: Call) -> Reply:
    return assumed() if call.external_id == ID["sts:ExternalId"] else refused()


def test_a_proof_does_not_hold_the_callers_id() -> None:
    """On refresh a condition on ``aws:userid`` is open, so nothing that was proved is refuted by it."""
    report = verified(FakeCaller(seen_by_sts), BY_ID, PROFILE)
    changed = trust({"StringEquals": {**ID, "aws:userid": ["AIDAEXAMPLE", "AIDAOTHER"]}})

    after = reconsider(
        report,
        live(changed),
        spec=read_verify(PROFILE),
        declared_trust=None,
        requirements=None,
        now=Clock().now(),
    )
    assert only(after, "as-declared").verdict is Verdict.PROVED


def test_a_receipt_does_not_hold_the_callers_id() -> None:
    """A refusal that only the vendor's unknown id would explain isn't proved by its word."""
    raw = {"callers": [{"profile": "tools", "external_id": ID["sts:ExternalId"]}]}
    vendor = verified(FakeCaller(seen_by_sts), None, raw)
    loose = trust({"StringLike": {"sts:ExternalId": "*"}, "StringEquals": {"aws:userid": "AIDAEXAMPLE"}})

    report = attest(
        verified(always(refused()), loose, {}),
        [receipt_of([vendor], read_verify(raw).callers, run_id="0a1b2c3d", salt=b"0123456789abcdef")],
        live(loose | {"Statement": [*loose["Statement"], *BY_ID["Statement"]]}),
        declared_trust=None,
        max_age_seconds=3600.0,
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    suffixed = [each for each in report.attested if each.kind == "external-id-suffixed"]
    assert [each.cause for each in suffixed] == [Cause.TRUST_UNDECIDED]


def test_what_is_reconsidered_says_only_what_was_read() -> None:
    """A refresh reads the trust policy alone, and asks nobody."""
    report = verified(FakeCaller(seen_by_sts), trust({"StringEquals": ID}), PROFILE)
    after = reconsider(
        report,
        live(trust()),
        spec=read_verify(PROFILE),
        declared_trust=trust({"StringEquals": ID}),
        requirements=None,
        now=Clock().now(),
    )

    result = only(after, "external-id-absent")
    assert result.prediction is not None
    assert (result.prediction.trust, result.prediction.caller, result.prediction.guardrails) == (
        Answer.ALLOWED,
        Answer.UNKNOWN,
        Answer.UNKNOWN,
    )
    assert (result.attempts, result.first_at, result.last_at, result.endpoint) == (0, None, None, "")


def test_a_report_on_a_role_that_nobody_saw_survives_the_state() -> None:
    """Neither read nor assumed, a role has no unique id; the report is the same one all the same."""
    report = verified(FakeCaller(lambda _: refused(), arn=TOOLS, side=ALLOW_ALL), None, PROFILE)

    assert report.role_unique_id is None
    assert from_dict(to_dict(report)) == report


@pytest.mark.parametrize("key", ["sts:RequestContext/identitystore:UserId", "sts:RequestContextProviders"])
def test_a_probe_brings_no_context(key: str) -> None:
    """A role for those whom a context names is closed to a caller that names nobody, and that is proved."""
    report = verified(always(refused()), trust({"StringEquals": {key: "u-1"}}), STRANGER)

    assert only(report, "stranger").verdict is Verdict.PROVED
