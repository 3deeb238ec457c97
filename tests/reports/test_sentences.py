"""Every cause and every kind of probe is told in a sentence that says what, where and what next."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.reports.facts import LETS_IN, REFUSES, ROLE, allowed, attested, report, result

from rolecall.policy import Answer
from rolecall.reports import (
    about,
    broken_sentence,
    disagreement_sentence,
    failure_sentence,
    headline,
    open_points,
    receipt_sentence,
    role_name,
    sentence,
    skipped_sentence,
)
from rolecall.reports.sentences import CAUSES
from rolecall.reports.words import PROBES, REFUSERS, VERDICTS
from rolecall.verification.model import (
    Cause,
    EnforcedBy,
    Expectation,
    Level,
    Outcome,
    ProbeKind,
    ProbeResult,
    Unmet,
    Verdict,
)
from rolecall.verification.report import BrokenRequirement, Skipped, StatementLevel, TrustUnread

GOLDEN = Path(__file__).parent / "golden"
SAID = "User: arn:aws:iam::111111111111:user/ci is not authorized to perform: sts:AssumeRole."


def can_do(**changed: Any) -> ProbeResult:
    """A call to a service that was carried out, with what a test changes in it."""
    facts: dict[str, Any] = {
        "expectation": Expectation.ALLOWED,
        "outcome": Outcome.ALLOWED,
        "enforced_by": None,
        "prediction": None,
        "label": "s3 list_buckets",
    }
    return result(ProbeKind.CAN_DO, **(facts | changed))


BY_CAUSE: dict[Cause, ProbeResult] = {
    Cause.GOT_IN: result(outcome=Outcome.ALLOWED, prediction=LETS_IN),
    Cause.TRUST_REFUSES: allowed(
        outcome=Outcome.DENIED,
        detail=SAID,
        prediction=REFUSES,
        unmet=(Unmet(statement=0, element="Principal"),),
    ),
    Cause.NEVER_ASSUMABLE: allowed(outcome=Outcome.DENIED, detail=SAID, attempts=60),
    Cause.WRONG_ROLE: allowed(),
    Cause.CALLER_SIDE_MISSING: allowed(outcome=Outcome.DENIED, detail=SAID),
    Cause.CALLER_SIDE_UNREADABLE: allowed(outcome=Outcome.DENIED, detail=SAID),
    Cause.REFUSED_BY_CALLER_SIDE: result(
        ProbeKind.MFA_ABSENT, enforced_by=EnforcedBy.CALLER, detail=SAID, prediction=LETS_IN
    ),
    Cause.TRUST_UNREADABLE: result(detail=SAID, prediction=None),
    Cause.TRUST_UNDECIDED: result(detail=SAID),
    Cause.CONTROL_REFUSED: result(detail=SAID),
    Cause.CALLER_BARRED: allowed(outcome=Outcome.DENIED, detail=SAID),
    Cause.CANNOT_ASSUME_ANYTHING: result(ProbeKind.STRANGER, detail=SAID),
    Cause.UNEXPECTED_CODE: result(
        outcome=Outcome.INCONCLUSIVE, code="RegionDisabledException", detail="STS is not activated"
    ),
    Cause.NO_ANSWER: allowed(outcome=Outcome.INCONCLUSIVE, detail="Could not connect to the endpoint."),
    Cause.UNSETTLED: allowed(outcome=Outcome.DENIED, detail=SAID, attempts=31),
    Cause.MAY_NOT: can_do(outcome=Outcome.DENIED, detail=SAID),
    Cause.MAY: can_do(expectation=Expectation.DENIED, code=None),
    Cause.NEITHER_MAY: can_do(outcome=Outcome.INCONCLUSIVE, code="NoSuchBucket", detail="no such bucket"),
    Cause.WOULD_GET_IN: result(outcome=Outcome.INCONCLUSIVE, attempts=0, prediction=LETS_IN),
    Cause.WOULD_BE_REFUSED: allowed(outcome=Outcome.INCONCLUSIVE, attempts=0, prediction=REFUSES),
}


def with_cause(told: ProbeResult, cause: Cause) -> ProbeResult:
    facts = {name: getattr(told, name) for name in ProbeResult.__dataclass_fields__}
    return ProbeResult(**(facts | {"cause": cause}))


def test_every_cause_probe_verdict_and_refuser_has_words() -> None:
    """A new member of an enumeration without words is noticed here, not by a user."""
    assert set(Cause) == set(CAUSES) == set(BY_CAUSE)
    assert set(ProbeKind) == set(PROBES)
    assert set(Verdict) == set(VERDICTS)
    assert set(EnforcedBy) == set(REFUSERS)


def test_causes_in_words() -> None:
    """The sentence of every cause, compared whole."""
    told = "".join(f"{sentence(with_cause(case, cause))}\n" for cause, case in BY_CAUSE.items())

    assert (GOLDEN / "causes.txt").read_text(encoding="utf-8") == told


def test_open_doors_in_words() -> None:
    """For every probe that got in: what the trust policy lacks, and what closes it."""
    told = "".join(
        f"{sentence(result(kind, outcome=Outcome.ALLOWED, cause=Cause.GOT_IN, prediction=LETS_IN))}\n"
        for kind in ProbeKind
    )

    assert (GOLDEN / "open_doors.txt").read_text(encoding="utf-8") == told


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("kind", ProbeKind)
def test_any_cause_of_any_probe_can_be_told(cause: Cause, kind: ProbeKind) -> None:
    """Where, who and what next stand in the sentence, whatever the combination."""
    told = sentence(result(kind, cause=cause, label="a label", detail="said"))

    assert '"profile tools"' in told
    assert "(eu-west-1)" in told
    assert "gain" in told.rsplit(". ", 1)[-1] or cause is Cause.TRUST_UNDECIDED or "today" in told
    assert told.endswith(".")
    assert "{" not in told


def test_what_is_proved_is_told_too() -> None:
    """A proved probe says who got in, or who was refused by which side."""
    assert sentence(allowed()) == '"profile tools" got in with the declared call (eu-west-1).'
    assert (
        sentence(result())
        == '"profile tools" was refused without an external ID (eu-west-1), by the trust policy.'
    )


def test_what_a_session_may_do_is_told() -> None:
    """A call that a session of the role made, or was rightly refused, is named by service and operation."""
    may = '"profile tools" assumed the role (eu-west-1), and its session may do "s3 list_buckets".'
    assert sentence(can_do()) == may
    refused = can_do(expectation=Expectation.DENIED, outcome=Outcome.DENIED)
    assert sentence(refused) == may.replace("may do", "may not do")


def test_a_stranger_with_the_external_id_is_told_as_such() -> None:
    """That who knows the external ID is refused for who it is says more than the refusal of just anybody."""
    told = sentence(result(ProbeKind.STRANGER, holds_external_id=True))
    assert told.startswith('"profile tools" was refused as a stranger that holds the external ID (eu-west-1)')


@pytest.mark.parametrize(
    ("told", "part"),
    [
        (
            allowed(prediction=REFUSES),
            "Either STS still decides by an earlier trust policy, or rolecall reads",
        ),
        (allowed(outcome=Outcome.DENIED, prediction=LETS_IN), "a service or resource control policy"),
        (allowed(prediction=LETS_IN), ""),
        (result(prediction=None), ""),
        (result(prediction=replace(LETS_IN, caller=Answer.UNKNOWN)), ""),
        (can_do(prediction=REFUSES), ""),
    ],
)
def test_a_disagreement_with_the_prediction_is_explained(told: ProbeResult, part: str) -> None:
    """An answer that the policies as they were read don't give is pointed out; an unread side explains it."""
    assert part in disagreement_sentence(told)
    assert bool(part) is bool(disagreement_sentence(told)) is (told.disagreement is not None)


def test_a_proved_probe_that_was_predicted_otherwise_stays_an_open_point() -> None:
    """What is proved by STS against the prediction isn't passed over."""
    doubtful = allowed(prediction=REFUSES)
    found = open_points(report(results=(doubtful,), broken=()))
    assert found == (disagreement_sentence(doubtful),)


def test_a_receipt_is_told_as_somebodys_word() -> None:
    """Who states it, when, and that it isn't proved here; or why it doesn't count."""
    told = receipt_sentence(attested(results=(allowed(), result())))
    assert "2 probes at 2026-03-01 12:00 UTC" in told
    assert "not proved here" in told
    assert failure_sentence(attested(refused="it is too old")) == (
        "the receipt of account 333333333333 (arn:aws:iam::333333333333:user/probe) of 2026-03-01 12:00 UTC "
        "does not count: it is too old. Ask for a new one, then run again."
    )


def test_an_action_that_no_statement_allows_is_named() -> None:
    """Session tags and source identities need actions of their own, which a sentence on a refusal names."""
    lacking = (Unmet(statement=0, element="Action", action="sts:TagSession"),)
    told = sentence(allowed(outcome=Outcome.DENIED, cause=Cause.TRUST_REFUSES, unmet=lacking))
    assert "statement 1 does not allow sts:TagSession" in told


def test_a_door_that_the_policy_closes_may_close_yet() -> None:
    """A call that got in although the policy as read refuses it points at propagation, not at the policy."""
    told = sentence(result(outcome=Outcome.ALLOWED, cause=Cause.GOT_IN, prediction=REFUSES))

    assert "STS may still decide by the one before" in told
    assert "Wait a minute" in told


def test_foreign_text_in_sentences_is_safe() -> None:
    """A profile's name and what AWS said can't move a terminal, nor pass for a template."""
    told = sentence(
        allowed(
            caller="profile \x1b[31mred {gap}",
            outcome=Outcome.INCONCLUSIVE,
            cause=Cause.NO_ANSWER,
            detail="line one\nline two {remedy}",
        )
    )

    assert "\x1b" not in told
    assert "\n" not in told
    assert "{gap}" in told
    assert "{remedy}" in told


def test_a_sentence_about_a_role_names_it() -> None:
    """The role's name and ARN come first."""
    assert f'role "deploy" ({ROLE}): it is so.' == about(ROLE, "it is so.")
    assert role_name(ROLE) == "deploy"


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (
            BrokenRequirement(requirement="humans_mfa", sentence="alice gets in without MFA."),
            (
                'requirement "humans_mfa" is broken: alice gets in without MFA. Correct the trust policy, '
                "then run again."
            ),
        ),
        (
            StatementLevel(statement=1, level=Level.EVALUATED),
            (
                'statement 2 of the trust policy is verified to level "evaluated", and "live" is required. '
                "Give a caller that this statement lets in, then run again."
            ),
        ),
        (
            TrustUnread(cause="AccessDenied: not authorized to perform: iam:GetRole."),
            (
                "the live trust policy could not be read: AccessDenied: not authorized to perform: "
                "iam:GetRole. Put that right, then run again."
            ),
        ),
        (result(cause=Cause.GOT_IN), sentence(result(cause=Cause.GOT_IN))),
    ],
)
def test_failures_in_words(
    failure: ProbeResult | BrokenRequirement | StatementLevel | TrustUnread, told: str
) -> None:
    """Whatever keeps a verification from being as declared has its sentence."""
    assert told == failure_sentence(failure)


def test_a_skipped_probe_gives_its_reason() -> None:
    """What was not tried is told with the reason."""
    skipped = Skipped(kind=ProbeKind.MFA_ABSENT, caller="profile tools", reason="there is no MFA device")

    assert skipped_sentence(skipped) == '"profile tools" was not tried without MFA: there is no MFA device.'


def test_open_points_come_worst_first_and_once() -> None:
    """Broken requirements, the unread policy, refuted, inconclusive, pending; the same sentence only once."""
    refuted = result(outcome=Outcome.ALLOWED, verdict=Verdict.REFUTED, cause=Cause.GOT_IN)
    pending = allowed(outcome=Outcome.DENIED, verdict=Verdict.PENDING, cause=Cause.CALLER_SIDE_MISSING)
    open_question = result(verdict=Verdict.INCONCLUSIVE, cause=Cause.TRUST_UNDECIDED)
    told = report(
        results=(allowed(), pending, open_question, refuted, refuted),
        trust_unreadable="no network",
    )

    assert (
        broken_sentence(told.broken[0]),
        failure_sentence(TrustUnread(cause="no network")),
        sentence(refuted),
        sentence(open_question),
        sentence(pending),
    ) == open_points(told)


@pytest.mark.parametrize(
    ("unmet", "told"),
    [
        ((), "the trust policy does not let it in. "),
        (
            (Unmet(statement=0, element="Principal"), Unmet(statement=2, element="Action")),
            "does not let it in (statement 1 trusts other principals; statement 3 is about other actions). ",
        ),
        (
            (Unmet(statement=1, element="Condition", operator="StringEquals", key="sts:ExternalId"),),
            "(statement 2 tests sts:ExternalId by StringEquals, and the call's value does not pass). ",
        ),
        (
            (
                Unmet(
                    statement=0,
                    element="Condition",
                    operator="Bool",
                    key="aws:MultiFactorAuthPresent",
                    absent=True,
                ),
            ),
            (
                "(statement 1 tests aws:MultiFactorAuthPresent by Bool, and the call has no "
                "aws:MultiFactorAuthPresent). "
            ),
        ),
        (
            tuple(Unmet(statement=number, element="Principal") for number in range(5)),
            "statement 3 trusts other principals; and 2 statements more). ",
        ),
    ],
)
@pytest.mark.parametrize("cause", [Cause.TRUST_REFUSES, Cause.WOULD_BE_REFUSED])
def test_a_refusal_names_what_each_statement_lacked(
    unmet: tuple[Unmet, ...], told: str, cause: Cause
) -> None:
    """Who is refused by the trust policy learns by which test of which statement, without any value."""
    text = sentence(allowed(outcome=Outcome.DENIED, cause=cause, unmet=unmet))

    assert told.removeprefix("the trust policy does not let it in").removeprefix("does not let it in") in text


def test_expected_calls_are_named_by_their_label() -> None:
    """An entry of ``expect`` says nothing by its kind, so its label is in the sentence."""
    told = sentence(
        result(
            ProbeKind.EXPECTED,
            label="without external ID, with MFA",
            expectation=Expectation.DENIED,
            outcome=Outcome.ALLOWED,
            cause=Cause.GOT_IN,
            prediction=LETS_IN,
        )
    )

    assert 'with the call listed under expect "without external ID, with MFA"' in told


def test_a_verification_in_a_few_words() -> None:
    """The last status line of a deployment says what came of it."""
    assert headline(report()) == "refuted, level evaluated: 5 probes"
    assert headline(report(results=(), broken=())) == "nobody tried; level evaluated"
