"""Requests and exact answers in words."""

import pytest

from rolecall.guarantee import Broken, Difference
from rolecall.policy import Principal, Request
from rolecall.reports import difference_sentences, request_document, request_words

ROLE = "arn:aws:iam::222222222222:role/deploy"
USER = Principal("AWS", "arn:aws:iam::111111111111:user/x")
SESSION = Principal("AWS", "arn:aws:sts::111111111111:assumed-role/ci/run")


def request(principal: Principal = USER, action: str = "sts:AssumeRole", **context) -> Request:
    return Request(role=ROLE, principal=principal, action=action, context=context)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (request(), "user arn:aws:iam::111111111111:user/x"),
        (request(SESSION), "role session arn:aws:sts::111111111111:assumed-role/ci/run"),
        (request(Principal("Service", "ec2.amazonaws.com")), "service ec2.amazonaws.com"),
        (
            request(Principal("Federated", "accounts.google.com"), "sts:AssumeRoleWithWebIdentity"),
            "an identity of accounts.google.com by sts:AssumeRoleWithWebIdentity",
        ),
        (request(a="b", c=["d", "e"]), f'user {USER.value} with a "b" and c ["d", "e"]'),
        (request(a="\x1b[2J"), f'user {USER.value} with a "\N{REPLACEMENT CHARACTER}"'),
    ],
)
def test_a_request_in_words(asked: Request, words: str) -> None:
    """Who, by what unless that is AssumeRole, and with what; nothing of it acts on a terminal."""
    assert request_words(asked) == words


def test_secret_values_are_fingerprints() -> None:
    """Keys to redact have no letter case."""
    told = request_words(
        Request(role=ROLE, principal=USER, context={"sts:ExternalId": "hush"}), redact=["STS:externalid"]
    )

    assert "hush" not in told
    assert "sts:ExternalId sha256:" in told


def test_a_request_for_machines() -> None:
    """All of it, as plain data."""
    assert request_document(request(c=("d", "e"))) == {
        "role": ROLE,
        "action": "sts:AssumeRole",
        "principal": {"AWS": USER.value},
        "context": {"c": ["d", "e"]},
    }


def test_a_difference_in_sentences() -> None:
    """What is new first, then what is gone, then what is open."""
    found = Difference(added=(Broken(request(), 0),), removed=(Broken(request(SESSION), 2),), doubts=("why",))

    assert difference_sentences(found) == (
        f"It newly lets in, for example, user {USER.value} (statement 1).",
        f"It no longer lets in, for example, role session {SESSION.value} (statement 3).",
        "It could not be told whether more has changed: why.",
    )
    assert difference_sentences(Difference(added=(), removed=())) == (
        "It lets in the same requests as before.",
    )
