"""Verifying one role: what is tried, and what each course of events comes to."""

from collections.abc import Mapping

import pytest
from tests.verification.fakes import (
    ALLOW_ALL,
    NOT_READABLE,
    NOTHING,
    ROLE,
    Clock,
    FakeCaller,
    FakeOwner,
    assumed,
    like_aws,
    refused,
    trust,
)

from rolecall.verification import (
    Cause,
    EnforcedBy,
    Level,
    Outcome,
    ProbeKind,
    Reply,
    RoleReport,
    Unanswered,
    Verdict,
    read_verify,
    verify_role,
)

EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}}
IF_EXISTS = {"StringEqualsIfExists": {"sts:ExternalId": "acme-3f1c9a0e7b52"}}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
MFA_IF_EXISTS = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}
ALICE = "arn:aws:iam::111111111111:user/alice"
MFA_CALLER = {
    "profile": "tools",
    "mfa_serial": "arn:aws:iam::111111111111:mfa/alice",
    "mfa_code": {"env": "CODE"},
}


def run(
    caller: FakeCaller,
    live: Mapping[str, object] | None,
    *,
    verify: Mapping[str, object] | None = None,
    changed: bool = False,
    clock: Clock | None = None,
    declared: Mapping[str, object] | None = None,
) -> RoleReport:
    spec = read_verify(verify or {"callers": [{"profile": "tools"}]})
    return verify_role(
        ROLE,
        spec,
        callers={source.name: caller for source in spec.callers},
        owner=FakeOwner(live),
        surroundings=(clock or Clock()).surroundings(),
        default_region="eu-west-1",
        changed=changed,
        declared_trust=declared,
    )


def verdicts(report: RoleReport) -> dict[str, str]:
    return {result.kind: result.verdict for result in report.results}


def test_a_right_trust_is_proved_both_ways() -> None:
    """The right call gets in, each call that lacks one thing is refused by the trust policy: live."""
    report = run(FakeCaller(like_aws(trust(EXTERNAL_ID))), trust(EXTERNAL_ID))

    assert verdicts(report) == {
        "as-declared": "proved",
        "external-id-absent": "proved",
        "external-id-suffixed": "proved",
        "external-id-unrelated": "proved",
    }
    assert (report.verdict, report.level) == (Verdict.PROVED, Level.LIVE)
    assert {result.enforced_by for result in report.results} == {None, EnforcedBy.TRUST}


def test_each_denied_probe_differs_in_one_thing_and_lies_between_two_controls() -> None:
    """The declared call is made before and after the denied ones, with the same session name."""
    caller = FakeCaller(like_aws(trust(EXTERNAL_ID)))
    run(caller, trust(EXTERNAL_ID))

    sent = [call.external_id for call in caller.calls]
    assert sent == [
        "acme-3f1c9a0e7b52",
        None,
        "acme-3f1c9a0e7b52x",
        "unrelated-0a1b2c3d",
        "acme-3f1c9a0e7b52",
    ]
    assert {call.session_name for call in caller.calls} == {"rolecall-0a1b2c3d"}


def test_an_external_id_under_if_exists_is_refuted() -> None:
    """A condition that is only tested when the key is there lets in who leaves it out."""
    report = run(FakeCaller(like_aws(trust(IF_EXISTS))), trust(IF_EXISTS))

    by_kind = {result.kind: result for result in report.results}
    assert by_kind[ProbeKind.EXTERNAL_ID_ABSENT].verdict is Verdict.REFUTED
    assert by_kind[ProbeKind.EXTERNAL_ID_ABSENT].cause is Cause.GOT_IN
    assert report.level is Level.EVALUATED


def test_a_wrong_external_id_at_the_caller_is_refuted_by_the_trust() -> None:
    """A caller that sends another external ID than the trust lists doesn't get in."""
    verify = {"callers": [{"profile": "tools", "external_id": "another-id"}]}
    report = run(FakeCaller(like_aws(trust(EXTERNAL_ID))), trust(EXTERNAL_ID), verify=verify)

    declared = report.results[0]
    assert (declared.verdict, declared.cause) == (Verdict.REFUTED, Cause.TRUST_REFUSES)


def test_a_lost_condition_is_refuted_and_named() -> None:
    """Where IAM has lost the declared condition, the probe without it gets in, and the drift is said."""
    report = run(FakeCaller(like_aws(trust())), trust(), declared=trust(EXTERNAL_ID))

    assert verdicts(report)["external-id-absent"] == "refuted"
    assert [each.requirement for each in report.broken] == ["declared-trust-policy"]


def test_mfa_is_proved_with_a_device() -> None:
    """With MFA the caller gets in; with plain keys it doesn't."""
    caller = FakeCaller(like_aws(trust(MFA, ALICE), ALICE), arn=ALICE, has_mfa=True)
    report = run(caller, trust(MFA, ALICE), verify={"callers": [MFA_CALLER]})

    assert verdicts(report) == {"as-declared": "proved", "mfa-absent": "proved"}
    assert [call.mfa for call in caller.calls] == [True, False, True]


def test_mfa_without_a_device_is_refuted_and_the_missing_probe_is_explained() -> None:
    """A caller without a device can't get into a role that requires MFA."""
    report = run(FakeCaller(like_aws(trust(MFA, ALICE), ALICE), arn=ALICE), trust(MFA, ALICE))

    assert verdicts(report) == {"as-declared": "refuted"}
    assert [(each.kind, "no MFA device" in each.reason) for each in report.skipped] == [
        (ProbeKind.MFA_ABSENT, True)
    ]


def test_a_refusal_by_the_callers_own_policy_proves_nothing() -> None:
    """Where the trust policy would let plain keys in, a caller's force-MFA policy hides that."""

    def force_mfa(call: object) -> Reply:
        return assumed() if getattr(call, "mfa", False) else refused()

    caller = FakeCaller(force_mfa, arn=ALICE, has_mfa=True)
    report = run(caller, trust(MFA_IF_EXISTS, ALICE), verify={"callers": [MFA_CALLER]})

    absent = report.results[1]
    assert (absent.verdict, absent.cause) == (Verdict.INCONCLUSIVE, Cause.REFUSED_BY_CALLER_SIDE)
    assert absent.enforced_by is EnforcedBy.CALLER


@pytest.mark.parametrize(
    ("side", "verdict", "cause"),
    [
        pytest.param(NOTHING, Verdict.PENDING, Cause.CALLER_SIDE_MISSING, id="caller lacks a policy"),
        pytest.param(NOT_READABLE, Verdict.PENDING, Cause.CALLER_SIDE_UNREADABLE, id="caller unreadable"),
        pytest.param(ALLOW_ALL, Verdict.REFUTED, Cause.NEVER_ASSUMABLE, id="both sides allow"),
    ],
)
def test_a_refusal_that_the_trust_policy_does_not_explain(
    side: object, verdict: Verdict, cause: Cause
) -> None:
    """The trust side allows and STS refuses: whose turn it is depends on the caller's own policies."""
    caller = FakeCaller(lambda _: refused(), side=side)  # type: ignore[arg-type]
    report = run(caller, trust(EXTERNAL_ID), changed=True)

    assert (report.results[0].verdict, report.results[0].cause) == (verdict, cause)


def test_a_refused_control_takes_the_meaning_from_denied_probes() -> None:
    """Who doesn't get in at all shows nothing by being refused."""
    report = run(FakeCaller(lambda _: refused(), side=NOTHING), trust(EXTERNAL_ID))

    causes = {result.kind: result.cause for result in report.results}
    assert causes[ProbeKind.EXTERNAL_ID_ABSENT] is Cause.CONTROL_REFUSED


def test_a_role_that_becomes_assumable_later_is_waited_for() -> None:
    """A fresh role is refused for a while; it is proved soon after, not at the end of the timeout."""
    clock = Clock()
    aws = like_aws(trust(EXTERNAL_ID))
    caller = FakeCaller(lambda call: aws(call) if clock.elapsed >= 6 else refused())
    report = run(caller, trust(EXTERNAL_ID), changed=True, clock=clock)

    assert report.verdict is Verdict.PROVED
    assert 6 <= clock.elapsed < 10


def test_a_tightened_policy_that_bites_later_is_waited_for() -> None:
    """A changed trust policy lets the old calls in for some seconds more; that doesn't refute it."""
    clock = Clock()
    aws = like_aws(trust(EXTERNAL_ID))
    caller = FakeCaller(lambda call: aws(call) if clock.elapsed >= 4 else assumed())
    report = run(caller, trust(EXTERNAL_ID), changed=True, clock=clock)

    assert report.verdict is Verdict.PROVED


def test_a_role_that_never_becomes_assumable_is_given_up_at_the_timeout() -> None:
    """Both sides allow, yet STS refuses until the timeout: refuted, with the reason."""
    clock = Clock()
    verify = {"callers": [{"profile": "tools"}], "allowed_timeout_seconds": 20}
    report = run(FakeCaller(lambda _: refused()), trust(), verify=verify, changed=True, clock=clock)

    assert report.results[0].cause is Cause.NEVER_ASSUMABLE
    assert clock.elapsed == pytest.approx(20, abs=2)


def test_what_the_evaluator_expects_to_stay_wrong_is_not_waited_for() -> None:
    """Where the live policy itself says that a call stays refused, three refusals settle it."""
    clock = Clock()
    verify = {"callers": [{"profile": "tools", "external_id": "another-id"}]}
    report = run(
        FakeCaller(like_aws(trust(EXTERNAL_ID))),
        trust(EXTERNAL_ID),
        verify=verify,
        changed=True,
        clock=clock,
    )

    assert report.results[0].attempts == 3
    assert clock.elapsed < 5


def test_without_a_change_each_call_is_made_once() -> None:
    """An unchanged role is asked once a probe, and nothing is waited for."""
    clock = Clock()
    caller = FakeCaller(like_aws(trust(EXTERNAL_ID)))
    run(caller, trust(EXTERNAL_ID), clock=clock)

    assert (len(caller.calls), clock.slept) == (5, [])


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        pytest.param(Unanswered(cause="no route to host"), Cause.NO_ANSWER, id="no network"),
        pytest.param(refused("SomethingNew"), Cause.UNEXPECTED_CODE, id="unknown code"),
        pytest.param(refused(mfa_failed=True), Cause.UNEXPECTED_CODE, id="bad MFA code"),
    ],
)
def test_what_is_no_answer_is_inconclusive(reply: Reply, cause: Cause) -> None:
    """Neither a network fault nor an unknown code is taken for a refusal."""
    report = run(FakeCaller(lambda _: reply), trust(EXTERNAL_ID))

    assert {result.verdict for result in report.results} == {Verdict.INCONCLUSIVE}
    assert report.results[0].cause is cause


def test_another_role_than_the_one_meant_is_not_proved() -> None:
    """A role recreated under the same name has another unique id: the proof isn't about it."""
    report = run(FakeCaller(lambda _: assumed("AROAOTHER")), trust())

    assert report.results[0].cause is Cause.WRONG_ROLE


def test_credentials_that_can_assume_nothing_prove_nothing() -> None:
    """What GetFederationToken gives is refused by every role; that says nothing about this one."""
    bob = "arn:aws:sts::111111111111:federated-user/bob"
    report = run(FakeCaller(lambda _: refused(), arn=bob), trust())

    assert (report.verdict, report.results[0].cause) == (Verdict.INCONCLUSIVE, Cause.CALLER_BARRED)


STRANGER = {"callers": [{"profile": "eve", "expect": "denied"}]}
EVE = "arn:aws:iam::444444444444:user/eve"


def test_a_stranger_with_the_right_external_id_is_refused() -> None:
    """A caller of another account is refused by the trust policy even with the right external ID."""
    caller = FakeCaller(like_aws(trust(EXTERNAL_ID), EVE), arn=EVE)
    report = run(caller, trust(EXTERNAL_ID), verify=STRANGER)

    assert verdicts(report) == {"stranger": "proved"}
    assert caller.calls[0].external_id == "acme-3f1c9a0e7b52"


def test_a_stranger_that_cannot_assume_anything_shows_nothing() -> None:
    """The refusal of who isn't allowed to call AssumeRole at all says nothing about the trust policy."""
    caller = FakeCaller(lambda _: refused(), arn=EVE, side=NOTHING)
    report = run(caller, trust(EXTERNAL_ID), verify=STRANGER)

    assert report.results[0].cause is Cause.CANNOT_ASSUME_ANYTHING


def test_an_expectation_beyond_the_declaration_is_tried() -> None:
    """What a declaration leaves out is found by an expectation."""
    verify = {
        "callers": [{"profile": "tools"}],
        "expect": [{"caller": "profile tools", "expect": "denied"}],
    }
    report = run(FakeCaller(like_aws(trust())), trust(), verify=verify)

    assert verdicts(report)["expected"] == "refuted"


def test_an_unreadable_trust_policy_leaves_refusals_unexplained() -> None:
    """Without the live trust policy a refusal can't be laid to it."""
    report = run(FakeCaller(like_aws(trust(EXTERNAL_ID))), None, declared=trust(EXTERNAL_ID))

    assert report.trust_unreadable
    assert verdicts(report)["external-id-absent"] == "inconclusive"
    assert report.level is Level.NONE


def test_denied_probes_can_be_evaluated_instead() -> None:
    """With denied_probes=evaluate nothing that must fail is tried, and nothing of it is called proved."""
    verify = {"callers": [{"profile": "tools"}], "denied_probes": "evaluate"}
    caller = FakeCaller(like_aws(trust(EXTERNAL_ID)))
    report = run(caller, trust(EXTERNAL_ID), verify=verify)

    assert len(caller.calls) == 1
    assert verdicts(report) == {"as-declared": "proved"}
    assert len(report.skipped) == 3
    assert report.level is Level.EVALUATED


def test_evaluated_denied_probes_that_would_get_in_are_refuted() -> None:
    """Deciding is enough to refute: the live policy itself would let the call in."""
    verify = {"callers": [{"profile": "tools"}], "denied_probes": "evaluate"}
    report = run(FakeCaller(like_aws(trust(IF_EXISTS))), trust(IF_EXISTS), verify=verify)

    absent = report.results[1]
    assert (absent.cause, absent.outcome) == (Cause.WOULD_GET_IN, Outcome.INCONCLUSIVE)


def test_a_role_without_callers_is_evaluated_only() -> None:
    """Without anybody who tries, the live policy is read and nothing is called proved."""
    report = run(FakeCaller(lambda _: refused()), trust(EXTERNAL_ID), verify={"callers": []})

    assert (report.verdict, report.level) == (None, Level.EVALUATED)


def test_no_report_holds_an_external_id() -> None:
    """Reports go into state and logs; the external ID doesn't."""
    report = run(FakeCaller(like_aws(trust(IF_EXISTS))), trust(IF_EXISTS))

    assert "acme-3f1c9a0e7b52" not in repr(report)
