"""MFA codes are real: they change, they work once, and only a user's own device counts."""

from datetime import timedelta

import pyotp
import pytest
from tests.sandbox.helpers import TOOLS, Clock, may, refused, root, session, trusting

from rolecall.errors import SandboxError
from rolecall.sandbox import Account, Role, Sandbox, User

_FAILED = "MultiFactorAuthentication failed"


@pytest.fixture
def guarded(workload: Account, alice: User) -> Role:
    """A role that only callers with MFA get."""
    return workload.role("guarded", trusting(root(TOOLS), Bool={"aws:MultiFactorAuthPresent": "true"}))


@pytest.mark.shows("AssumeRole: MFA", "enforced")
def test_with_and_without_a_code(sandbox: Sandbox, alice: User, guarded: Role) -> None:
    """With a code the role opens, without one it stays shut."""
    sts = sandbox.client("sts", alice.credentials)
    call = {"RoleArn": guarded.arn, "RoleSessionName": "run"}

    assert sts.assume_role(**call, SerialNumber=alice.mfa_serial, TokenCode=alice.totp())
    refusal = refused(sts.assume_role, **call)
    assert (refusal.code, _FAILED in refusal.message) == ("AccessDenied", False)


@pytest.mark.shows("AssumeRole: MFA", "enforced")
def test_a_code_works_once(sandbox: Sandbox, alice: User, guarded: Role, clock: Clock) -> None:
    """A code that was used is refused; the next one is not."""
    sts = sandbox.client("sts", alice.credentials)

    def call() -> dict[str, str]:
        return {
            "RoleArn": guarded.arn,
            "RoleSessionName": "run",
            "SerialNumber": str(alice.mfa_serial),
            "TokenCode": alice.totp(),
        }

    assert sts.assume_role(**call())
    refusal = refused(sts.assume_role, **call())
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    assert refusal.message == f"{_FAILED} with invalid MFA one time pass code."
    clock.advance(30)
    assert sts.assume_role(**call())


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_neighbouring_codes(sandbox: Sandbox, alice: User, clock: Clock, steps: int, good: bool) -> None:
    """The code before and the code after the current one are good as well, others are not."""
    assert alice.totp_seed is not None
    code = pyotp.TOTP(alice.totp_seed).at(clock.now + timedelta(seconds=30 * steps))
    sts = sandbox.client("sts", alice.credentials)

    if good:
        assert sts.get_session_token(SerialNumber=alice.mfa_serial, TokenCode=code)
    else:
        refusal = refused(sts.get_session_token, SerialNumber=alice.mfa_serial, TokenCode=code)
        assert refusal.code == "AccessDenied"


def test_half_of_the_parameters(sandbox: Sandbox, alice: User) -> None:
    """A serial number without a code, and a code without a serial number, are refused."""
    sts = sandbox.client("sts", alice.credentials)

    for half in ({"SerialNumber": alice.mfa_serial}, {"TokenCode": "123456"}):
        refusal = refused(sts.get_session_token, **half)
        assert (refusal.code, "must provide both" in refusal.message) == ("AccessDenied", True)


def test_device_of_somebody_else(sandbox: Sandbox, alice: User, ci: User) -> None:
    """A good code of another user's device is no code of the caller's."""
    refusal = refused(
        sandbox.client("sts", ci.credentials).get_session_token,
        SerialNumber=alice.mfa_serial,
        TokenCode=alice.totp(),
    )
    assert refusal.code == "AccessDenied"
    assert "MFA serial number is valid" in refusal.message


@pytest.mark.shows("GetSessionToken", "enforced")
@pytest.mark.shows("AssumeRole: MFA", "enforced")
def test_session_token_carries_mfa(sandbox: Sandbox, alice: User, guarded: Role) -> None:
    """One code for a session opens every role that asks for MFA, many times."""
    sts = sandbox.client("sts", alice.credentials)
    strong = sandbox.client(
        "sts",
        session(sts.get_session_token(SerialNumber=alice.mfa_serial, TokenCode=alice.totp())),
    )
    plain = sandbox.client("sts", session(sts.get_session_token()))

    for _ in range(2):
        assert strong.assume_role(RoleArn=guarded.arn, RoleSessionName="run")
    assert refused(plain.assume_role, RoleArn=guarded.arn, RoleSessionName="run").code == "AccessDenied"


def test_codes_come_with_long_term_keys(sandbox: Sandbox, alice: User, guarded: Role) -> None:
    """A session shows no codes: its MFA was given when it was made, or never."""
    plain = session(sandbox.client("sts", alice.credentials).get_session_token())

    refusal = refused(
        sandbox.client("sts", plain).assume_role,
        RoleArn=guarded.arn,
        RoleSessionName="run",
        SerialNumber=alice.mfa_serial,
        TokenCode=alice.totp(),
    )
    assert (refusal.code, refusal.message.startswith(_FAILED)) == ("AccessDenied", True)


def test_age(sandbox: Sandbox, workload: Account, alice: User, clock: Clock) -> None:
    """``aws:MultiFactorAuthAge`` counts the seconds since the code."""
    role = workload.role("recent", trusting(root(TOOLS), NumericLessThan={"aws:MultiFactorAuthAge": "600"}))
    issued = sandbox.client("sts", alice.credentials).get_session_token(
        SerialNumber=alice.mfa_serial, TokenCode=alice.totp()
    )
    strong = sandbox.client("sts", session(issued))

    clock.advance(599)
    assert strong.assume_role(RoleArn=role.arn, RoleSessionName="run")
    clock.advance(1)
    assert refused(strong.assume_role, RoleArn=role.arn, RoleSessionName="run").code == "AccessDenied"


def test_roles_carry_no_mfa(sandbox: Sandbox, tools: Account, alice: User, guarded: Role) -> None:
    """Credentials of AssumeRole carry no MFA, so a second hop that asks for it fails."""
    hop = tools.role("hop", trusting(alice.arn), policies=[may("sts:AssumeRole")])
    first = sandbox.client("sts", alice.credentials).assume_role(
        RoleArn=hop.arn, RoleSessionName="run", SerialNumber=alice.mfa_serial, TokenCode=alice.totp()
    )

    refusal = refused(
        sandbox.client("sts", session(first)).assume_role, RoleArn=guarded.arn, RoleSessionName="run"
    )
    assert refusal.code == "AccessDenied"


@pytest.mark.parametrize(
    ("value", "plain_key", "session_without", "session_with"),
    [("true", True, False, True), ("false", True, True, False)],
)
def test_presence(
    sandbox: Sandbox,
    workload: Account,
    alice: User,
    value: str,
    plain_key: bool,
    session_without: bool,
    session_with: bool,
) -> None:
    """``aws:MultiFactorAuthPresent`` is absent for plain keys, so ``IfExists`` lets them in."""
    condition = {"BoolIfExists": {"aws:MultiFactorAuthPresent": value}}
    role = workload.role("odd", trusting(root(TOOLS), **condition))
    sts = sandbox.client("sts", alice.credentials)
    strong = sts.get_session_token(SerialNumber=alice.mfa_serial, TokenCode=alice.totp())
    clients = {
        sts: plain_key,
        sandbox.client("sts", session(sts.get_session_token())): session_without,
        sandbox.client("sts", session(strong)): session_with,
    }

    for client, allowed in clients.items():
        if allowed:
            assert client.assume_role(RoleArn=role.arn, RoleSessionName="run")
        else:
            assert refused(client.assume_role, RoleArn=role.arn, RoleSessionName="run").status == 403


def test_new_device(sandbox: Sandbox, tools: Account, ci: User, clock: Clock) -> None:
    """A device is enabled by two codes that follow each other, and then they are used up."""
    iam = tools.client("iam")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    totp = pyotp.TOTP(device["Base32StringSeed"].decode())
    assignment = {"UserName": "ci", "SerialNumber": device["SerialNumber"]}
    now, before = totp.at(clock.now), totp.at(clock.now - timedelta(seconds=30))

    for first, second in ((now, before), (now, now), ("000000", now)):
        refusal = refused(
            iam.enable_mfa_device, **assignment, AuthenticationCode1=first, AuthenticationCode2=second
        )
        assert (refusal.code, refusal.status) == ("InvalidAuthenticationCode", 403)
    iam.enable_mfa_device(**assignment, AuthenticationCode1=before, AuthenticationCode2=now)

    listed = iam.list_mfa_devices(UserName="ci")["MFADevices"]
    assert [found["SerialNumber"] for found in listed] == [device["SerialNumber"]]
    sts = sandbox.client("sts", ci.credentials)
    strong = {"SerialNumber": device["SerialNumber"]}
    assert refused(sts.get_session_token, **strong, TokenCode=now).code == "AccessDenied"
    clock.advance(30)
    assert sts.get_session_token(**strong, TokenCode=totp.at(clock.now))


def test_device_taken_away(sandbox: Sandbox, tools: Account, alice: User) -> None:
    """The codes of a device that was deactivated are worth nothing."""
    tools.client("iam").deactivate_mfa_device(UserName="alice", SerialNumber=alice.mfa_serial)

    refusal = refused(
        sandbox.client("sts", alice.credentials).get_session_token,
        SerialNumber=alice.mfa_serial,
        TokenCode=alice.totp(),
    )
    assert refusal.code == "AccessDenied"


def test_user_without_a_device(ci: User) -> None:
    """A user without a device has no code to show."""
    with pytest.raises(SandboxError, match="mfa=True"):
        ci.totp()
