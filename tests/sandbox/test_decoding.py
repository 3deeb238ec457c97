"""Encoded authorization messages are for those who may decode them."""

import pytest
from tests.sandbox.helpers import may, refused, session

from rolecall.errors import SandboxError
from rolecall.sandbox import Account, Credentials, Sandbox, User


@pytest.fixture
def message(sandbox: Sandbox, ci: User) -> str:
    return sandbox.encoded_denial(ci.credentials, action="ec2:RunInstances")


@pytest.mark.parametrize(
    "broken",
    [lambda text: text[:-1], lambda text: text.swapcase(), lambda _: "garbage", lambda text: f"{text}é"],
)
def test_garbage(sandbox: Sandbox, tools: Account, message: str, broken) -> None:  # type: ignore[no-untyped-def]
    """A message that this sandbox didn't make, or that was changed, is no message."""
    sts = sandbox.client("sts", tools.admin)

    assert sts.decode_authorization_message(EncodedMessage=message)["DecodedMessage"]
    refusal = refused(sts.decode_authorization_message, EncodedMessage=broken(message))
    assert (refusal.code, refusal.status) == ("InvalidAuthorizationMessageException", 400)


def test_of_another_account(sandbox: Sandbox, workload: Account, message: str) -> None:
    """Another account's administrator learns nothing from a message."""
    refusal = refused(
        sandbox.client("sts", workload.admin).decode_authorization_message, EncodedMessage=message
    )
    assert refusal.code == "InvalidAuthorizationMessageException"


@pytest.mark.shows("DecodeAuthorizationMessage", "enforced")
def test_needs_permission(sandbox: Sandbox, tools: Account, ci: User, message: str) -> None:
    """Decoding needs sts:DecodeAuthorizationMessage; the one who was denied doesn't have it by that."""
    reader = tools.user("reader", policies=[may("sts:DecodeAuthorizationMessage")])

    assert sandbox.client("sts", reader.credentials).decode_authorization_message(EncodedMessage=message)
    refusal = refused(
        sandbox.client("sts", ci.credentials).decode_authorization_message, EncodedMessage=message
    )
    assert refusal.code == "AccessDenied"
    assert "sts:DecodeAuthorizationMessage" in refusal.message


def test_a_sealed_text_has_one_purpose(sandbox: Sandbox, tools: Account) -> None:
    """What the sandbox sealed for AssumeRole is no authorization message."""
    assertion = sandbox.context_assertion({"identitystore:UserId": "u-1"})

    refusal = refused(
        sandbox.client("sts", tools.admin).decode_authorization_message, EncodedMessage=assertion
    )
    assert refusal.code == "InvalidAuthorizationMessageException"


def test_no_message_without_a_denial(sandbox: Sandbox, workload: Account, tools: Account) -> None:
    """What is allowed, and whom the sandbox doesn't know, has no message."""
    over = Credentials("AKIAIOSFODNN7EXAMPLE", "secret")
    own = session(sandbox.client("sts", tools.admin).get_session_token())

    with pytest.raises(SandboxError, match="may perform ec2:RunInstances"):
        sandbox.encoded_denial(workload.admin, action="ec2:RunInstances")
    with pytest.raises(SandboxError, match="InvalidClientTokenId"):
        sandbox.encoded_denial(over, action="ec2:RunInstances")
    wrong = Credentials(own.access_key_id, own.secret_access_key, "another token")
    with pytest.raises(SandboxError, match="InvalidClientTokenId"):
        sandbox.encoded_denial(wrong, action="ec2:RunInstances")
