"""The evaluator's decisions and reasons in sentences."""

from typing import Any

import pytest

from rolecall.policy import (
    OPERATORS,
    UNKNOWN,
    Answer,
    Bar,
    Decision,
    Mismatch,
    PolicyKind,
    Principal,
    Request,
    StatementRef,
    decide,
    parse,
)
from rolecall.reports import decision_sentence, explain, fingerprint, mismatch_sentence
from rolecall.reports.decisions import _FAILED_TESTS

SECOND = StatementRef(PolicyKind.TRUST, 0, 1)


def mismatch(**changed: Any) -> Mismatch:
    facts: dict[str, Any] = {
        "statement": SECOND,
        "effect": "Allow",
        "element": "Condition",
        "operator": "StringEquals",
        "key": "sts:ExternalId",
        "wanted": ("acme-9f", "acme-a0"),
        "given": ("acme-1",),
    }
    return Mismatch(**(facts | changed))


def decision(answer: Answer, **changed: Any) -> Decision:
    facts: dict[str, Any] = {
        "trust": Answer.ALLOWED,
        "caller": Answer.ALLOWED,
        "guardrails": Answer.ALLOWED,
    }
    return Decision(answer=answer, **(facts | changed))


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (
            mismatch(),
            'Statement 2: sts:ExternalId "acme-1" is not one of ["acme-9f", "acme-a0"].',
        ),
        (mismatch(wanted=("a",)), 'Statement 2: sts:ExternalId "acme-1" is not "a".'),
        (
            mismatch(given=None, wanted=("a",)),
            'Statement 2: sts:ExternalId is absent, and StringEquals wants "a".',
        ),
        (
            mismatch(given=UNKNOWN, wanted=("a",)),
            'Statement 2: sts:ExternalId is not known yet, and StringEquals compares it with "a".',
        ),
        (
            mismatch(operator="ForAnyValue:StringNotLikeIfExists", key="aws:TagKeys", wanted=("x*",)),
            'Statement 2: aws:TagKeys "acme-1" matches "x*".',
        ),
        (
            mismatch(operator="Null", given=("a",), wanted=("true",)),
            'Statement 2: sts:ExternalId is present, and Null wants "true".',
        ),
        (
            mismatch(operator="Null", given=None, wanted=("false",)),
            'Statement 2: sts:ExternalId is absent, and Null wants "false".',
        ),
        (
            mismatch(
                operator="NumericLessThan", key="aws:MultiFactorAuthAge", given=("4000",), wanted=("3600",)
            ),
            'Statement 2: aws:MultiFactorAuthAge "4000" is not less than "3600".',
        ),
        (
            mismatch(wanted=("a", "b", "c", "d", "e")),
            'Statement 2: sts:ExternalId "acme-1" is not one of ["a", "b", "c", and 2 more].',
        ),
        (
            mismatch(
                element="Principal",
                operator=None,
                key=None,
                wanted=("arn:aws:iam::111111111111:root",),
                given=("arn:aws:iam::333333333333:user/x",),
            ),
            'Statement 2: trusts "arn:aws:iam::111111111111:root", not "arn:aws:iam::333333333333:user/x".',
        ),
        (
            mismatch(
                statement=StatementRef(PolicyKind.IDENTITY, 1, 0, sid="Assume"),
                element="Action",
                operator=None,
                key=None,
                wanted=("s3:*",),
                given=("sts:AssumeRole",),
            ),
            'Statement 1 ("Assume") of identity policy 2: is about the action "s3:*", not "sts:AssumeRole".',
        ),
    ],
)
def test_reasons_in_words(reason: Mismatch, told: str) -> None:
    """A mismatch says which statement, which key, what was given and what was wanted."""
    assert told == mismatch_sentence(reason)


def test_every_operator_has_words() -> None:
    """No condition operator of the evaluator falls back to the general wording."""
    assert set(OPERATORS) - {"Null"} == set(_FAILED_TESTS)


@pytest.mark.parametrize("key", ["sts:ExternalId", "STS:EXTERNALID"])
def test_redacted_values_are_fingerprints(key: str) -> None:
    """Values of a redacted key, in any case, are told apart but not told, on both sides."""
    told = mismatch_sentence(mismatch(key=key), redact=frozenset({"sts:ExternalId"}))

    assert "acme" not in told
    assert fingerprint("acme-1") in told
    assert fingerprint("acme-9f") in told


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (decision(Answer.ALLOWED, settled_by=(SECOND,)), "Allowed by statement 2."),
        (
            decision(Answer.DENIED, trust=Answer.DENIED),
            "Denied by the trust policy: no statement allows it.",
        ),
        (
            decision(Answer.DENIED, trust=Answer.DENIED, settled_by=(SECOND,)),
            "Denied by the trust policy: statement 2.",
        ),
        (
            decision(Answer.DENIED, caller=Answer.DENIED, guardrails=Answer.DENIED),
            (
                "Denied by the caller's own policies and a guardrail of the organization: "
                "no statement allows it."
            ),
        ),
        (
            decision(Answer.UNKNOWN, caller=Answer.UNKNOWN),
            "Cannot be told: it depends on the caller's own policies.",
        ),
        (
            decision(Answer.DENIED, barred_by=Bar.ROOT_USER),
            "Denied, whatever the policies say: an account's root user can't assume roles.",
        ),
    ],
)
def test_decisions_in_words(made: Decision, told: str) -> None:
    """A decision names the statements that settled it, or the side that it hangs on."""
    assert told == decision_sentence(made)


def test_a_real_decision_is_explained() -> None:
    """What the evaluator answers about a wrong external ID reads as a person would say it."""
    trust = parse(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::111111111111:user/ci"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": "blue-heron-71"}},
                }
            ],
        }
    )
    request = Request(
        role="arn:aws:iam::222222222222:role/deploy",
        principal=Principal("AWS", "arn:aws:iam::111111111111:user/ci"),
        context={"sts:ExternalId": "blue-heron-72"},
    )

    assert explain(decide(request, trust)) == (
        "Denied by the trust policy: no statement allows it.",
        'Statement 1: sts:ExternalId "blue-heron-72" is not "blue-heron-71".',
    )
