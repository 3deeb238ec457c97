"""Session tags and source identities: what a trust asks for is sent, and what differs from it is refused."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.verification.fakes import FakeCaller, like_aws, refused, trust, verified

from rolecall.verification import (
    Cause,
    Disagreement,
    Level,
    Outcome,
    RoleReport,
    Verdict,
)

TAGGING = ["sts:AssumeRole", "sts:TagSession"]
NAMING = ["sts:AssumeRole", "sts:SetSourceIdentity"]
TEAM = {"StringEquals": {"aws:RequestTag/team": ["blue", "red"]}}
ONLY_TEAM = {**TEAM, "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}
TRANSITIVE = {**TEAM, "ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": "team"}}
ALICE = {"StringEquals": {"sts:SourceIdentity": "alice"}}
ANYBODY = {"StringLike": {"sts:SourceIdentity": "*"}}


def run(
    live: Mapping[str, object],
    caller: FakeCaller | None = None,
    declared: Mapping[str, object] | None = None,
    **source: Any,
) -> tuple[RoleReport, FakeCaller]:
    made = caller or FakeCaller(like_aws(live))
    raw = {"callers": [{"profile": "tools", **source}]}
    return verified(made, live, raw, declared=declared), made


@pytest.mark.shows("AssumeRole: session tags", "performed")
@pytest.mark.shows("AssumeRole: source identity", "performed")
@pytest.mark.parametrize(
    ("condition", "action", "kinds"),
    [
        (TEAM, TAGGING, {"tag-absent", "tag-wrong"}),
        (ONLY_TEAM, TAGGING, {"tag-absent", "tag-wrong", "tag-undeclared"}),
        (TRANSITIVE, TAGGING, {"tag-absent", "tag-wrong", "transitive-tag-absent"}),
        ({"StringLike": {"aws:RequestTag/team": "*"}}, TAGGING, {"tag-absent"}),
        ({"Null": {"aws:RequestTag/team": "false"}}, TAGGING, {"tag-absent"}),
        (ALICE, NAMING, {"source-identity-absent", "source-identity-wrong"}),
        (ANYBODY, NAMING, {"source-identity-absent"}),
    ],
)
def test_what_the_trust_asks_for_is_sent_and_its_neighbours_are_refused(
    condition: Mapping[str, object], action: list[str], kinds: set[str]
) -> None:
    """Each thing that is asked for is left out once, and is wrong once where values are listed: live."""
    report, _ = run(trust(condition, action=action))

    assert {result.kind for result in report.results} == {"as-declared", *kinds}
    assert (report.verdict, report.level) == (Verdict.PROVED, Level.LIVE)


def test_each_tag_is_left_out_by_itself() -> None:
    """A probe differs in one thing, so of two tags each has probes of its own, named by its key."""
    both = {"StringEquals": {"aws:RequestTag/team": "blue", "aws:RequestTag/cost": "42"}}
    report, caller = run(trust(both, action=TAGGING))

    absent = [result.label for result in report.results if result.kind == "tag-absent"]
    assert sorted(absent) == ["cost", "team"]
    assert {tuple(dict(call.tags)) for call in caller.calls} == {("team", "cost"), ("team",), ("cost",)}
    assert report.verdict is Verdict.PROVED


def test_a_condition_that_a_missing_tag_passes_is_refuted() -> None:
    """Under IfExists an untagged session gets in."""
    report, _ = run(trust({"StringEqualsIfExists": {"aws:RequestTag/team": "blue"}}, action=TAGGING))

    by_kind = {result.kind: result for result in report.results}
    assert (by_kind["tag-absent"].verdict, by_kind["tag-absent"].cause) == (Verdict.REFUTED, Cause.GOT_IN)
    assert by_kind["tag-wrong"].verdict is Verdict.PROVED


@pytest.mark.shows("AssumeRole: session tags", "decided")
def test_tags_without_the_permission_to_tag_are_predicted_as_refused() -> None:
    """sts:TagSession has to be allowed by the trust policy, too; the report names the lacking action."""
    report, _ = run(trust(TEAM))

    (declared, *_) = report.results
    assert (declared.cause, declared.unmet[0].action) == (Cause.TRUST_REFUSES, "sts:TagSession")
    assert declared.disagreement is None


@pytest.mark.shows("AssumeRole: source identity", "decided")
def test_a_source_identity_without_the_permission_to_set_it_is_predicted_as_refused() -> None:
    """Likewise sts:SetSourceIdentity."""
    report, _ = run(trust(ALICE))
    assert report.results[0].unmet[0].action == "sts:SetSourceIdentity"


def test_a_caller_may_say_what_it_sends() -> None:
    """Its own tags go out as they are; the report says why leaving them out isn't tried."""
    report, caller = run(
        trust(action=TAGGING), tags={"project": "x", "cost": "7"}, transitive_tag_keys=["cost"]
    )

    assert {call.tags for call in caller.calls} == {(("project", "x"), ("cost", "7"))}
    assert {call.transitive_tag_keys for call in caller.calls} == {("cost",)}
    assert [(each.kind, "doesn't ask" in each.reason) for each in report.skipped] == [("tag-absent", True)]


def test_a_lost_condition_on_tags_is_found() -> None:
    """Probes are planned from the declaration: what IAM has lost of it gets in."""
    report, _ = run(trust(action=TAGGING), declared=trust(TEAM, action=TAGGING))

    refuted = {result.kind for result in report.results if result.verdict is Verdict.REFUTED}
    assert refuted == {"tag-absent", "tag-wrong"}


def test_the_statements_of_one_trust_may_share_the_work() -> None:
    """Who tags may be allowed to by another statement than the one that lets in."""
    entering = trust(TEAM)
    tagging = trust(TEAM, action="sts:TagSession")
    document = {**entering, "Statement": [*entering["Statement"], *tagging["Statement"]]}  # type: ignore[misc]
    report, _ = run(document)

    assert (report.verdict, report.level) == (Verdict.PROVED, Level.LIVE)


def test_an_sts_that_contradicts_the_trust_policy_is_pointed_out() -> None:
    """Let in against the trust policy as it was read: proved as declared, and a disagreement."""
    other = trust({"StringEquals": {"sts:ExternalId": "another"}})
    report, _ = run(other, FakeCaller(like_aws(trust())), external_id="blue-heron-71")

    assert report.results[0].outcome is Outcome.ALLOWED
    assert report.results[0].disagreement is Disagreement.LET_IN
    assert report.level is Level.EVALUATED


def test_a_refusal_that_both_sides_contradict_is_pointed_out() -> None:
    """Refused though trust policy and caller's own policies allow: something that isn't read decided."""
    report, _ = run(trust(), FakeCaller(lambda _: refused()))
    assert report.results[0].disagreement is Disagreement.REFUSED


def test_a_side_that_was_not_read_is_unknown_in_the_prediction() -> None:
    """The caller's policies are read for an unexpected refusal only, guardrails never."""
    report, _ = run(trust())
    prediction = report.results[0].prediction

    assert prediction is not None
    assert (prediction.trust, prediction.caller, prediction.guardrails) == ("allowed", "unknown", "unknown")
