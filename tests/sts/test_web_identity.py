"""Callers that show a web identity token: where it comes from, and what STS says to it."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from tests.sts.asking import REGION, call, caller, seen, verify

from rolecall.errors import DeclarationError, ProbeError
from rolecall.sandbox.web_identity.issuer import GITHUB, Issuer
from rolecall.sandbox.world import WORKLOAD_ACCOUNT, World
from rolecall.sts.web_identity_tokens import REQUEST_TOKEN, REQUEST_URL, Tokens
from rolecall.verification import (
    Assumed,
    EnforcedBy,
    Level,
    Refused,
    TokenKind,
    TokenSource,
    Unanswered,
    read_caller,
    read_verify,
)

HOST = GITHUB.removeprefix("https://")
PROVIDER = f"arn:aws:iam::{WORKLOAD_ACCOUNT}:oidc-provider/{HOST}"
MAIN = "repo:acme/infra:ref:refs/heads/main"
GITHUB_CALLER = {"web_identity": {"github": {}}, "name": "workflow"}


def trust(subject: str = MAIN, audience: str | None = "sts.amazonaws.com") -> dict[str, Any]:
    claims = {f"{HOST}:sub": subject} | ({} if audience is None else {f"{HOST}:aud": audience})
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": PROVIDER},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": claims},
            }
        ],
    }


@pytest.fixture
def issuer(world: World) -> Issuer:
    iam = world.workload.client("iam")
    iam.create_open_id_connect_provider(Url=GITHUB, ClientIDList=["sts.amazonaws.com"])
    return world.sandbox.issuers.get(GITHUB)


@pytest.fixture
def job(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is a workflow job of acme/infra on main."""
    for name, value in issuer.github_job("acme/infra").items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def role(world: World, issuer: Issuer) -> str:
    return world.workload.role("deploy", trust()).arn


@pytest.mark.shows("AssumeRoleWithWebIdentity", "performed")
def test_each_source_of_tokens(
    issuer: Issuer, role: str, job: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file, an environment variable and GitHub's token request all open the role."""
    file = tmp_path / "token"
    file.write_text(issuer.token({"sub": MAIN}) + "\n")
    monkeypatch.setenv("CI_TOKEN", issuer.token({"sub": MAIN}))

    for source in ({"file": str(file)}, {"env": "CI_TOKEN"}, {"github": {"audience": "sts.amazonaws.com"}}):
        answer = caller({"web_identity": source}).assume(call(role), region=REGION)
        assert isinstance(answer, Assumed), source
        assert (answer.account, answer.role_name) == (WORKLOAD_ACCOUNT, "deploy")


def test_a_file_is_read_anew(issuer: Issuer, role: str, tmp_path: Path) -> None:
    """Kubernetes renews the token in its file; the next call shows the new one."""
    file = tmp_path / "token"
    file.write_text(issuer.token({"sub": MAIN}, lifetime_seconds=-1))
    who = caller({"web_identity": {"file": str(file)}})
    before = who.assume(call(role), region=REGION)
    file.write_text(issuer.token({"sub": MAIN}))

    assert isinstance(before, Unanswered)
    assert before.code == "ExpiredTokenException"
    assert isinstance(who.assume(call(role), region=REGION), Assumed)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"audience": "elsewhere"}, "InvalidIdentityToken"),
        ({"broken_signature": True}, "InvalidIdentityToken"),
    ],
)
def test_a_token_with_one_thing_wrong(role: str, job: None, changes: dict[str, Any], code: str) -> None:
    """One made for another audience, or with another signature, is refused, and that is an answer."""
    answer = caller(GITHUB_CALLER).assume(call(role, **changes), region=REGION)

    assert isinstance(answer, Refused)
    assert answer.code == code


@pytest.mark.shows("AssumeRoleWithWebIdentity", "performed")
def test_a_workflow_is_proved_both_ways(role: str, job: None) -> None:
    """It gets in; with another audience or a broken signature it doesn't, and the report says who refused."""
    report = verify(role, GITHUB_CALLER)

    assert seen(report) == {
        ("workflow", "as-declared"): ("proved", None, None),
        ("workflow", "audience-other"): ("proved", "InvalidIdentityToken", EnforcedBy.PROVIDER),
        ("workflow", "signature-broken"): ("proved", "InvalidIdentityToken", EnforcedBy.PROVIDER),
    }
    assert report.level is Level.LIVE
    assert {each.caller_arn for each in report.results} == {PROVIDER}


def test_another_repository_is_a_stranger(
    issuer: Issuer, world: World, role: str, job: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its token is genuine, so the refusal is the trust policy's; where that is too wide, it gets in."""
    monkeypatch.setenv("EVE", issuer.token({"sub": "repo:eve/infra:ref:refs/heads/main"}))
    eve = {"web_identity": {"env": "EVE"}, "name": "eve", "expect": "denied"}
    wide = trust("repo:*")
    wide["Statement"][0]["Condition"] = {"StringLike": {f"{HOST}:sub": "repo:*"}}
    open_role = world.workload.role("open", wide).arn

    assert seen(verify(role, GITHUB_CALLER, eve))["eve", "stranger"] == (
        "proved",
        "AccessDenied",
        EnforcedBy.TRUST,
    )
    assert seen(verify(open_role, GITHUB_CALLER, eve))["eve", "stranger"][0] == "refuted"


def test_what_a_source_cant_show_is_said(issuer: Issuer, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token from a variable has one audience, so another one isn't tried, and the report says why."""
    monkeypatch.setenv("CI_TOKEN", issuer.token({"sub": MAIN}))

    report = verify(role, {"web_identity": {"env": "CI_TOKEN"}})

    assert [each.kind for each in report.results] == ["as-declared", "signature-broken"]
    assert [(each.kind, each.reason) for each in report.skipped] == [
        ("audience-other", "the caller's source gives tokens for one audience only")
    ]


def test_a_token_that_is_refused_refutes_nothing(
    issuer: Issuer, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that is over says nothing about the trust policy: inconclusive, with the cause."""
    monkeypatch.setenv("CI_TOKEN", issuer.token({"sub": MAIN}, lifetime_seconds=-1))

    report = verify(role, {"web_identity": {"env": "CI_TOKEN"}})

    assert {each.verdict for each in report.results} == {"inconclusive"}


def test_a_wrong_subject_is_refuted_and_explained(world: World, issuer: Issuer, job: None) -> None:
    """The prediction names the claim that doesn't fit, from the token's own claims."""
    role = world.workload.role("prod", trust("repo:acme/infra:environment:prod")).arn

    declared = verify(role, GITHUB_CALLER).results[0]

    assert (declared.verdict, declared.code, declared.enforced_by) == ("refuted", "AccessDenied", "trust")
    assert [each.key for each in declared.unmet] == [f"{HOST}:sub"]


def test_a_chain_begins_with_a_token(world: World, issuer: Issuer, job: None) -> None:
    """With ``via`` the token opens the first role, and ordinary credentials go on from there."""
    may = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}}
    hub = world.workload.role("hub", trust(), policies=[may])
    spoke = world.sandbox.account("333333333333").role(
        "spoke",
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": hub.arn}, "Action": "sts:AssumeRole"}],
        },
    )

    who = caller({**GITHUB_CALLER, "via": [hub.arn]})

    assert isinstance(who.assume(call(spoke.arn), region=REGION), Assumed)
    assert ":assumed-role/hub/" in who.identity(region=REGION).arn


def test_a_job_asks_once_for_each_audience(
    world: World, issuer: Issuer, role: str, job: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token is used again while it lasts: GitHub is asked twice, not once for each call."""
    asked = []
    answer = issuer.answer

    def counted(request: Any, path: str) -> Any:
        asked.extend([path] if "github" in path else [])
        return answer(request, path)

    monkeypatch.setattr(issuer, "answer", counted)
    verify(role, GITHUB_CALLER)

    assert len(asked) == 2


def test_a_token_is_requested_again_before_it_ends(
    issuer: Issuer, job: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute before its end a token is too old to be shown."""
    seconds = [0.0]
    source = TokenSource(kind=TokenKind.GITHUB, github="sts.amazonaws.com")
    tokens = Tokens(source=source, now=lambda: seconds[0])
    first = tokens.token()
    seconds[0] = 9e9

    assert tokens.token() != first


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({"file": "no/such/file"}, "can't be read: No such file or directory"),
        ({"env": "NO_SUCH_VARIABLE"}, "NO_SUCH_VARIABLE isn't set"),
        ({"github": {}}, f"{REQUEST_URL} and {REQUEST_TOKEN} aren't both set"),
    ],
)
def test_no_token(role: str, source: dict[str, object], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is none, the question wasn't asked, and the cause says what to do."""
    monkeypatch.delenv(REQUEST_URL, raising=False)
    who = caller({"web_identity": source})

    answer = who.assume(call(role), region=REGION)

    assert isinstance(answer, Unanswered)
    assert says in answer.cause
    with pytest.raises(ProbeError, match=re.escape(says)):
        who.identity(region=REGION)


@pytest.mark.parametrize("text", ["secret", "a.b.c", "e30.W10.x", "e30.e30.x", "é.é.é"])
def test_what_is_no_token_isnt_repeated(text: str, tmp_path: Path) -> None:
    """An error tells that it can't be read, and not what was there: it may be another secret."""
    (tmp_path / "token").write_text(text)

    with pytest.raises(ProbeError) as caught:
        caller({"web_identity": {"file": str(tmp_path / "token")}}).identity(region=REGION)
    assert text not in str(caught.value)


def test_github_refuses(issuer: Issuer, job: None, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job whose secret isn't known gets no token; neither URL nor secret stand in the cause."""
    monkeypatch.setenv(REQUEST_TOKEN, "stale-secret")
    refused = caller(GITHUB_CALLER).assume(call(role), region=REGION)
    monkeypatch.setenv(REQUEST_URL, "http://127.0.0.1:1/?secret=1")
    unreachable = caller(GITHUB_CALLER).assume(call(role), region=REGION)

    assert isinstance(refused, Unanswered)
    assert isinstance(unreachable, Unanswered)
    assert refused.cause == "GitHub refused the token request: HTTP 401."
    assert "secret" not in refused.cause + unreachable.cause


@pytest.mark.parametrize(
    "raw",
    [
        {"web_identity": {}},
        {"web_identity": {"file": "f", "env": "E"}},
        {"web_identity": {"file": "f"}, "profile": "tools"},
        {"web_identity": {"file": "f"}, "external_id": "acme-1"},
        {"web_identity": {"file": "f"}, "source_identity": "me"},
        {"web_identity": {"github": {"audiences": ["x"]}}},
    ],
)
def test_callers_that_cant_be_right(raw: dict[str, object]) -> None:
    """A token has one source, and comes without external ID and source identity."""
    with pytest.raises(DeclarationError):
        read_caller(raw, path="caller")


def test_an_owner_needs_a_role_to_be() -> None:
    """A token alone can't read IAM."""
    with pytest.raises(DeclarationError, match="via"):
        read_verify({"owner": {"web_identity": {"file": "f"}}})


def test_tokens_stay_out_of_reprs(issuer: Issuer, role: str, job: None) -> None:
    """Neither callers nor reports nor what they keep shows a token or the job's secret."""
    who = caller(GITHUB_CALLER)
    who.assume(call(role), region=REGION)
    shown = repr(who) + repr(verify(role, GITHUB_CALLER))

    assert not any(secret in shown for secret in issuer.secrets())
    assert os.environ[REQUEST_TOKEN] in issuer.secrets()


def test_settings_that_cant_be_read(role: str, job: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that isn't there is told as a cause, although its keys aren't needed."""
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")

    answer = caller(GITHUB_CALLER).assume(call(role), region=REGION)

    assert isinstance(answer, Unanswered)
    assert "no-such-profile" in answer.cause
