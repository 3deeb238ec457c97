"""Callers that show a SAML assertion: where it comes from, and what STS says to it."""

import base64
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.sts.asking import REGION, call, caller, seen, verify

from rolecall.errors import DeclarationError, ProbeError
from rolecall.sandbox.saml.idp import SamlClaims, SamlIdentityProvider, Signed
from rolecall.sandbox.world import WORKLOAD_ACCOUNT, World
from rolecall.sts.saml import Assertions, with_broken_signature
from rolecall.verification import (
    Assumed,
    EnforcedBy,
    Level,
    Refused,
    SamlKind,
    SamlSource,
    Unanswered,
    read_caller,
    read_verify,
)

PROVIDER = f"arn:aws:iam::{WORKLOAD_ACCOUNT}:saml-provider/corp"
ROLE = f"arn:aws:iam::{WORKLOAD_ACCOUNT}:role/sso"
HUB = f"arn:aws:iam::{WORKLOAD_ACCOUNT}:role/hub"
SIGN_IN = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
AFFILIATION = "urn:oid:1.3.6.1.4.1.5923.1.1.1.1"
CLAIMS = SamlClaims(
    roles=((ROLE, PROVIDER), (HUB, PROVIDER)),
    subject="s-4711",
    attributes={AFFILIATION: ("staff", "faculty")},
)


def trust(condition: dict[str, Any] = SIGN_IN) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": condition,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def saml(**source: object) -> dict[str, object]:
    return {"name": "colleague", "saml": {"provider_arn": PROVIDER, **source}}


@pytest.fixture(scope="module")
def idp() -> SamlIdentityProvider:
    return SamlIdentityProvider.new()


@pytest.fixture
def provider(world: World, idp: SamlIdentityProvider) -> None:
    world.workload.client("iam").create_saml_provider(Name="corp", SAMLMetadataDocument=idp.metadata)


@pytest.fixture
def role(world: World, provider: None) -> str:
    return world.workload.role("sso", trust()).arn


@pytest.fixture
def shown(idp: SamlIdentityProvider, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Put a response into the environment, and return it."""

    def show(claims: SamlClaims = CLAIMS, *, signed: Signed = Signed.ASSERTION) -> str:
        response = idp.respond(claims, signed=signed)
        monkeypatch.setenv("SAML_RESPONSE", response)
        return response

    return show


COLLEAGUE = saml(env="SAML_RESPONSE")


def test_each_source(role: str, shown: Callable[..., str], tmp_path: Path) -> None:
    """A file, a variable and a command give a response, in base 64 with line breaks or as XML."""
    response = shown()
    encoded, plain = tmp_path / "response.txt", tmp_path / "response.xml"
    encoded.write_text("\n".join(response[at : at + 76] for at in range(0, len(response), 76)) + "\n")
    plain.write_bytes(base64.b64decode(response))
    printing = [sys.executable, "-c", f"print(open({str(encoded)!r}).read())"]

    for source in (
        {"env": "SAML_RESPONSE"},
        {"file": str(encoded)},
        {"file": str(plain)},
        {"command": printing},
    ):
        answer = caller(saml(**source)).assume(call(role), region=REGION)
        assert isinstance(answer, Assumed), source
        assert (answer.account, answer.role_name) == (WORKLOAD_ACCOUNT, "sso")


@pytest.mark.parametrize("signed", [Signed.ASSERTION, Signed.RESPONSE, Signed.BOTH])
def test_a_broken_signature(role: str, shown: Callable[..., str], signed: Signed) -> None:
    """The same response with another signature is refused by STS, and that is an answer."""
    shown(signed=signed)

    answer = caller(COLLEAGUE).assume(call(role, broken_signature=True), region=REGION)

    assert isinstance(answer, Refused)
    assert answer.code == "InvalidIdentityToken"


def test_a_signature_is_broken_without_changing_its_length(idp: SamlIdentityProvider) -> None:
    """What is broken is a signature, not the XML around it."""
    response = base64.b64decode(idp.respond(CLAIMS, signed=Signed.BOTH))

    broken = with_broken_signature(response)

    assert len(broken) == len(response)
    assert sum(before != after for before, after in zip(response, broken, strict=True)) == 2
    with pytest.raises(ProbeError, match="isn't signed"):
        with_broken_signature(b"<Response/>")


@pytest.mark.shows("AssumeRoleWithSAML", "performed")
def test_a_colleague_is_proved_both_ways(role: str, shown: Callable[..., str]) -> None:
    """The response opens the role, and doesn't with a broken signature; the report says who refused."""
    shown()

    report = verify(role, COLLEAGUE)

    assert seen(report) == {
        ("colleague", "as-declared"): ("proved", None, None),
        ("colleague", "signature-broken"): ("proved", "InvalidIdentityToken", EnforcedBy.PROVIDER),
    }
    assert report.level is Level.LIVE
    assert {each.caller_arn for each in report.results} == {PROVIDER}


@pytest.mark.shows("AssumeRoleWithSAML", "decided")
@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"saml:sub": "s-4711", "saml:sub_type": "persistent"}},
        {"ForAnyValue:StringEquals": {"saml:edupersonaffiliation": "staff"}},
        {"StringEquals": {"saml:doc": f"{WORKLOAD_ACCOUNT}/corp"}},
        {"StringLike": {"sts:RoleSessionName": "al*"}},
    ],
)
def test_what_the_assertion_says_is_predicted(
    world: World, provider: None, shown: Callable[..., str], condition: dict[str, Any]
) -> None:
    """Conditions on what the assertion says are decided beforehand, and STS agrees."""
    shown()
    role = world.workload.role("sso", trust(condition)).arn

    report = verify(role, COLLEAGUE)

    assert [(each.kind, each.verdict) for each in report.results] == [
        ("as-declared", "proved"),
        ("signature-broken", "proved"),
    ]
    assert all(each.prediction is not None and each.prediction.trust == "allowed" for each in report.results)


@pytest.mark.parametrize(
    ("condition", "key"),
    [
        ({"StringEquals": {"saml:sub": "s-0815"}}, "saml:sub"),
        ({"StringEquals": {"saml:mail": "a@example.com"}}, "saml:mail"),
        ({"ForAnyValue:StringEquals": {"saml:edupersonaffiliation": "student"}}, "saml:edupersonaffiliation"),
    ],
)
def test_a_wrong_claim_is_refuted_and_explained(
    world: World, provider: None, shown: Callable[..., str], condition: dict[str, Any], key: str
) -> None:
    """Where the trust policy asks for another claim, the report names it."""
    shown()
    role = world.workload.role("sso", trust(condition)).arn

    declared = verify(role, COLLEAGUE).results[0]

    assert (declared.verdict, declared.code, declared.enforced_by) == ("refuted", "AccessDenied", "trust")
    assert [each.key for each in declared.unmet] == [key]


def test_the_assertion_has_the_session_name(world: World, provider: None, shown: Callable[..., str]) -> None:
    """A caller can't send another session name than the assertion's, and the report says so."""
    shown()
    role = world.workload.role("sso", trust({"StringEquals": {"sts:RoleSessionName": "alice"}})).arn

    report = verify(role, COLLEAGUE)

    assert {each.kind: each.reason for each in report.skipped}["session-name-wrong"] == (
        "what it would change stands in the caller's token or assertion"
    )
    assert {each.verdict for each in report.results} == {"proved"}


def test_a_stranger(world: World, provider: None, shown: Callable[..., str]) -> None:
    """A genuine assertion for others is refused by the trust policy; where that is too wide, it gets in."""
    shown()
    stranger = {**COLLEAGUE, "expect": "denied"}
    narrow = world.workload.role("sso", trust({"StringEquals": {"saml:sub": "s-0815"}})).arn
    wide = world.workload.role("hub", trust()).arn

    assert seen(verify(narrow, stranger)) == {
        ("colleague", "stranger"): ("proved", "AccessDenied", EnforcedBy.TRUST)
    }
    assert seen(verify(wide, stranger))["colleague", "stranger"][0] == "refuted"


def test_a_role_that_is_not_offered(role: str, idp: SamlIdentityProvider, shown: Callable[..., str]) -> None:
    """STS would refuse for the assertion's sake, so nothing is asked; the cause says what is missing."""
    shown(SamlClaims(roles=((HUB, PROVIDER),)))

    answer = caller(COLLEAGUE).assume(call(role), region=REGION)

    assert isinstance(answer, Unanswered)
    assert answer.cause.startswith(
        f"the SAML response doesn't offer {ROLE} with {PROVIDER}. Assign that role"
    )
    assert {each.verdict for each in verify(role, COLLEAGUE).results} == {"inconclusive"}


def test_an_assertion_that_is_over_refutes_nothing(role: str, shown: Callable[..., str]) -> None:
    """AWS takes a response for five minutes; one that is older says nothing about the trust policy."""
    shown(SamlClaims(roles=CLAIMS.roles, issued_at=datetime.now(UTC) - timedelta(minutes=6)))

    report = verify(role, COLLEAGUE)

    assert report.results[0].code == "ExpiredTokenException"
    assert {each.verdict for each in report.results} == {"inconclusive"}


def test_a_chain_begins_with_an_assertion(world: World, provider: None, shown: Callable[..., str]) -> None:
    """With ``via`` the assertion opens the first role, and ordinary credentials go on from there."""
    shown()
    may = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}}
    hub = world.workload.role("hub", trust(), policies=[may])
    statement = {"Effect": "Allow", "Principal": {"AWS": hub.arn}, "Action": "sts:AssumeRole"}
    spoke = world.sandbox.account("333333333333").role(
        "spoke", {"Version": "2012-10-17", "Statement": [statement]}
    )

    who = caller({**COLLEAGUE, "via": [hub.arn]})

    assert isinstance(who.assume(call(spoke.arn), region=REGION), Assumed)
    assert who.identity(region=REGION).arn.endswith(":assumed-role/hub/alice")


def test_a_command_runs_again_before_the_response_is_over(idp: SamlIdentityProvider, tmp_path: Path) -> None:
    """A response is shown for four minutes, or less where it ends sooner; then the command runs again."""
    runs, response = tmp_path / "runs", tmp_path / "response"
    program = f"open({str(runs)!r}, 'a').write('x'); print(open({str(response)!r}).read())"
    made = datetime(2031, 1, 1, tzinfo=UTC)
    seconds = [made.timestamp()]
    source = SamlSource(kind=SamlKind.COMMAND, provider_arn=PROVIDER, command=(sys.executable, "-c", program))
    assertions = Assertions(source=source, now=lambda: seconds[0])

    def count_after(later: float) -> int:
        seconds[0] = made.timestamp() + later
        assertions.get()
        return len(runs.read_text())

    response.write_text(
        idp.respond(SamlClaims(roles=CLAIMS.roles, issued_at=made, lifetime=timedelta(hours=1)))
    )
    assert [count_after(later) for later in (0, 239, 240, 241)] == [1, 1, 2, 3]
    response.write_text(
        idp.respond(SamlClaims(roles=CLAIMS.roles, issued_at=made, lifetime=timedelta(seconds=90)))
    )
    seconds[0] = made.timestamp() + 241
    assertions.get()
    assert [count_after(later) for later in (29, 30)] == [4, 5]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({"file": "no/such/file"}, "no/such/file can't be read: No such file or directory"),
        ({"env": "NO_SUCH_VARIABLE"}, "NO_SUCH_VARIABLE isn't set, so there is no SAML response"),
        ({"command": ["no-such-program"]}, "the command for SAML responses didn't work: FileNotFoundError"),
        ({"command": [sys.executable, "-c", "exit('hush')"]}, "SAML responses ended with exit code 1"),
        ({"command": [sys.executable, "-c", "print('hush!')"]}, "is neither base 64 nor XML"),
        ({"command": [sys.executable, "-c", "print('aHVzaA==')"]}, "it isn't well-formed XML"),
        ({"command": [sys.executable, "-c", "print('<hush/>')"]}, "exactly one Assertion"),
        (
            {"command": [sys.executable, "-c", "print('<!DOCTYPE hush><hush/>')"]},
            "a document type declaration",
        ),
    ],
)
def test_no_response(role: str, source: dict[str, object], says: str) -> None:
    """Where there is none that can be read, nothing is asked; the cause says why, and not what was there."""
    who = caller(saml(**source))

    answer = who.assume(call(role), region=REGION)

    assert isinstance(answer, Unanswered)
    assert says in answer.cause
    assert "hush" not in answer.cause
    with pytest.raises(ProbeError) as caught:
        who.identity(region=REGION)
    assert str(caught.value) == answer.cause


@pytest.mark.parametrize(
    "raw",
    [
        {"saml": {"file": "f"}},
        {"saml": {"provider_arn": PROVIDER}},
        {"saml": {"provider_arn": PROVIDER, "file": "f", "env": "E"}},
        {"saml": {"provider_arn": PROVIDER.replace("saml", "oidc"), "file": "f"}},
        {"saml": {"provider_arn": "corp", "file": "f"}},
        {"saml": {"provider_arn": PROVIDER, "file": "f"}, "profile": "tools"},
        {"saml": {"provider_arn": PROVIDER, "file": "f"}, "external_id": "acme-1"},
        {"saml": {"provider_arn": PROVIDER, "file": "f"}, "session_name": "alice"},
        {"saml": {"provider_arn": PROVIDER, "file": "f"}, "tags": {"team": "ops"}},
    ],
)
def test_callers_that_cant_be_right(raw: dict[str, object]) -> None:
    """A response has one source and one provider, and comes without what it says itself."""
    with pytest.raises(DeclarationError):
        read_caller(raw, path="caller")


def test_an_owner_needs_a_role_to_be() -> None:
    """An assertion alone can't read IAM."""
    with pytest.raises(DeclarationError, match="a SAML response can't read roles by itself"):
        read_verify({"owner": {"saml": {"provider_arn": PROVIDER, "file": "f"}}})


def test_names() -> None:
    """A caller without a name is called after where its response comes from, never after what that holds."""
    for source, name in (
        ({"file": "f"}, "saml f"),
        ({"env": "E"}, "saml E"),
        ({"command": ["p", "x"]}, "saml p"),
    ):
        raw = {"saml": {"provider_arn": PROVIDER, **source}}
        assert read_caller(raw, path="caller").name == name


def test_responses_stay_out_of_reprs(role: str, shown: Callable[..., str]) -> None:
    """Neither callers nor reports nor what they keep shows a response, or what it says about its subject."""
    response = shown()
    who = caller(COLLEAGUE)
    who.assume(call(role), region=REGION)

    text = repr(who) + repr(verify(role, COLLEAGUE)) + repr(who.identity(region=REGION).federation)

    assert response[:40] not in text
    assert base64.b64decode(response)[:40].decode() not in text
    assert "s-4711" not in text
