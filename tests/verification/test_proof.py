"""The proof that a state keeps: there and back, its age, and what it is worth after a change."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from tests.verification.fakes import (
    NOTHING,
    ROLE,
    Clock,
    FakeCaller,
    FakeOwner,
    like_aws,
    refused,
    trust,
)

from rolecall.verification import (
    Cause,
    Level,
    LiveRole,
    RoleReport,
    StatementLevel,
    TrustUnread,
    Unreadable,
    Verdict,
    VerifySpec,
    failures,
    from_dict,
    is_refuted,
    overdue,
    read_verify,
    reconsider,
    to_dict,
    verify_role,
    warnings,
)

RIGHT = trust({"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}})
TOOLS = read_verify({"callers": [{"profile": "tools"}]})


def proof(caller: FakeCaller | None = None, live: Mapping[str, object] = RIGHT) -> RoleReport:
    return verify_role(
        ROLE,
        TOOLS,
        callers={"profile tools": caller or FakeCaller(like_aws(live))},
        owner=FakeOwner(live),
        surroundings=Clock().surroundings(),
        default_region="eu-west-1",
        declared_trust=live,
    )


def again(
    report: RoleReport, live: Mapping[str, object] | None, declared: Mapping[str, object] | None = RIGHT
) -> RoleReport:
    role = (
        LiveRole(arn=ROLE, unique_id="AROADEPLOY", trust_policy=live, max_session_duration_seconds=3600)
        if live is not None
        else Unreadable(cause="NoSuchEntity", missing=True)
    )
    return reconsider(report, role, spec=TOOLS, declared_trust=declared, requirements=None, now=Clock().now())


def spec(**raw: Any) -> VerifySpec:
    return read_verify({"callers": [{"profile": "tools"}], **raw})


def test_a_proof_survives_the_state() -> None:
    """Written as JSON, with its numbers turned into floats as Pulumi does, it is the same report."""
    report = proof()
    stored = json.loads(json.dumps(to_dict(report)), parse_int=float)

    assert from_dict(stored) == report


@pytest.mark.parametrize("data", [{}, {"role_arn": 1}, {"results": 3}, {"results": [{"kind": "new"}]}])
def test_what_is_no_proof_is_refused(data: dict[str, object]) -> None:
    """A state that was edited by hand is noticed, not guessed at."""
    with pytest.raises(ValueError, match="report"):
        from_dict(data)


def test_an_unchanged_trust_policy_keeps_its_proof() -> None:
    """On refresh nothing is called for a role whose trust policy is the one that was proved."""
    report = proof()
    assert again(report, RIGHT) == report


def test_iams_own_spelling_is_no_change() -> None:
    """IAM gives a list of one value as the value, and an account ID as its root ARN."""
    written = trust({"StringEquals": {"sts:ExternalId": ["acme-3f1c9a0e7b52"]}})
    written["Statement"][0]["Principal"] = {"AWS": ["111111111111"]}  # type: ignore[index]

    assert again(proof(live=RIGHT), written).verdict is Verdict.PROVED


def test_a_lost_condition_refutes_the_proof_without_a_call() -> None:
    """The refused call would get in now; what still holds is left as it was."""
    after = again(proof(), trust())

    by_kind = {result.kind: result for result in after.results}
    assert by_kind["as-declared"].verdict is Verdict.PROVED
    assert by_kind["external-id-absent"].cause is Cause.WOULD_GET_IN
    assert (after.verdict, after.level) == (Verdict.REFUTED, Level.EVALUATED)
    assert after.verified_at == proof().verified_at


def test_a_closed_door_refutes_the_proof() -> None:
    """Who got in would be refused now."""
    after = again(proof(), trust(principal="555555555555"))
    assert after.results[0].cause is Cause.WOULD_BE_REFUSED


def test_a_change_that_answers_the_same_is_still_not_as_declared() -> None:
    """Another trust policy than the declared one is named even where no probe would notice."""
    wider = trust({"StringEquals": {"sts:ExternalId": ["acme-3f1c9a0e7b52", "another-one"]}})
    after = again(proof(), wider)
    assert [each.requirement for each in after.broken] == ["declared-trust-policy"]


def test_without_a_declaration_the_change_itself_is_named() -> None:
    """For a role that rolecall doesn't declare, the proof was about the policy of that day."""
    after = again(proof(), trust(), declared=None)
    assert "trust-policy-changed" in [each.requirement for each in after.broken]


def test_a_role_that_is_gone_is_told() -> None:
    """Nothing is known of a role that can't be read any more."""
    after = again(proof(), None)
    assert (after.trust_unreadable, after.level) == ("NoSuchEntity", Level.NONE)
    assert failures(after, TOOLS) == (TrustUnread(cause="NoSuchEntity"),)


def test_a_repaired_policy_needs_a_new_proof_only_where_it_was_refuted() -> None:
    """A refuted proof stays refuted until it is probed again."""
    broken = again(proof(), trust())
    repaired = again(broken, RIGHT)
    assert repaired.verdict is Verdict.REFUTED


def test_a_proof_grows_old() -> None:
    """Its age counts from the last answer, and only where an age is set."""
    report = proof()
    later = report.verified_at + timedelta(hours=9)

    assert overdue(report, 28800, later) == timedelta(hours=9)
    assert overdue(report, 36000, later) is None
    assert overdue(report, None, later) is None


def test_a_pending_verdict_warns_unless_it_is_told_to_fail() -> None:
    """The caller's own stack usually comes later, so pending lets the run go on."""
    report = proof(FakeCaller(lambda _: refused(), side=NOTHING))

    lenient = spec(on_inconclusive="warn")
    assert failures(report, lenient) == ()
    assert {result.verdict for result in warnings(report, lenient)} >= {Verdict.PENDING}  # type: ignore[union-attr]
    strict = spec(on_pending="fail", on_inconclusive="warn")
    assert [result.verdict for result in failures(report, strict)] == [Verdict.PENDING]  # type: ignore[union-attr]


def test_a_required_level_that_is_not_reached_fails() -> None:
    """With require=live, what was only evaluated isn't enough."""
    report = again(proof(), trust({"StringEquals": {"sts:ExternalId": ["acme-3f1c9a0e7b52", "other-id"]}}))
    shortfalls = [each for each in failures(report, spec(require="live")) if isinstance(each, StatementLevel)]

    assert shortfalls == [StatementLevel(statement=0, level=Level.EVALUATED)]


def test_refuted_and_could_not_tell_are_told_apart() -> None:
    """Exit codes depend on it: 1 is not as declared, 3 is could not tell."""
    assert is_refuted(again(proof(), trust()).broken[0])
    assert not is_refuted(TrustUnread(cause="no network"))
