"""Federated callers: what is tried with a token, and what STS's refusals of it mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from tests.verification.fakes import ROLE, Clock, FakeOwner, assumed, refused

from rolecall.policy import Answer, CallerSide, ContextValue, parse
from rolecall.verification import (
    Call,
    Cause,
    EnforcedBy,
    Federation,
    Identity,
    LiveRole,
    Reply,
    RoleReport,
    ServiceCall,
    read_verify,
    reconsider,
    verify_role,
)
from rolecall.verification.federated import remembered
from rolecall.verification.prediction import Situation, by_trust

HOST = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::222222222222:oidc-provider/{HOST}"
MAIN = "repo:acme/infra:ref:refs/heads/main"
KEYS: dict[str, ContextValue] = {f"{HOST}:sub": MAIN, f"{HOST}:aud": "sts.amazonaws.com"}
TOKEN = Federation(
    operation="sts:AssumeRoleWithWebIdentity",
    provider=f"oidc-provider/{HOST}",
    prefix=f"{HOST}:",
    keys=KEYS,
    other_audiences=True,
)
CALLER = {"web_identity": {"github": {}}, "name": "workflow"}


def trust(condition: Mapping[str, object] | None = None, **changes: object) -> dict[str, object]:
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition or {"StringEquals": {f"{HOST}:sub": MAIN}},
    }
    return {"Version": "2012-10-17", "Statement": [{**statement, **changes}]}


@dataclass
class Workflow:
    """A caller with a token, whose every answer comes from a function of the call."""

    answer: Callable[[Call], Reply]
    federation: Federation = TOKEN
    name: str = "workflow"
    has_mfa: bool = False
    calls: list[Call] = field(default_factory=list)

    def identity(self, *, region: str) -> Identity:
        return Identity(arn=self.federation.provider, account="", user_id=MAIN, federation=self.federation)

    def assume(self, call: Call, *, region: str) -> Reply:
        self.calls.append(call)
        return self.answer(call)

    def do(self, call: Call, what: ServiceCall, *, region: str) -> Reply:
        raise NotImplementedError

    def role_arn(self) -> None:
        raise NotImplementedError

    def own_side(self) -> CallerSide:
        return CallerSide()


def like_aws(call: Call) -> Reply:
    """A provider that lists one audience, in front of a trust policy that lets the workflow in."""
    return refused("InvalidIdentityToken") if call.audience or call.broken_signature else assumed()


def run(
    caller: Workflow,
    live: Mapping[str, object],
    *,
    verify: Mapping[str, object] | None = None,
    changed: bool = False,
) -> RoleReport:
    spec = read_verify({"callers": [CALLER]} | dict(verify or {}))
    return verify_role(
        ROLE,
        spec,
        callers={source.name: caller for source in spec.callers},
        owner=FakeOwner(live),
        surroundings=Clock().surroundings(),
        default_region="eu-west-1",
        changed=changed,
    )


def test_a_token_is_tried_with_one_thing_wrong_at_a_time() -> None:
    """As it is, for another audience, and with a broken signature; without what only others send."""
    caller = Workflow(like_aws)

    report = run(caller, trust())

    assert [(each.kind, each.verdict, each.enforced_by) for each in report.results] == [
        ("as-declared", "proved", None),
        ("audience-other", "proved", EnforcedBy.PROVIDER),
        ("signature-broken", "proved", EnforcedBy.PROVIDER),
    ]
    assert {(call.external_id, call.source_identity, call.mfa) for call in caller.calls} == {
        (None, None, False)
    }
    assert report.results[0].caller_arn == PROVIDER


def test_a_token_that_is_not_taken_is_not_waited_for() -> None:
    """After a change a refusal that no policy foretells may be temporary; a provider's never is."""
    report = run(Workflow(like_aws), trust(), changed=True)

    assert {each.verdict for each in report.results} == {"proved"}
    assert report.waited_seconds < 1


def test_an_audience_kept_out_by_the_trust_policy() -> None:
    """Where the provider lists it, the refusal is AccessDenied, and the trust policy's doing."""
    audience = {"StringEquals": {f"{HOST}:sub": MAIN, f"{HOST}:aud": "sts.amazonaws.com"}}

    report = run(Workflow(lambda call: refused() if call.audience else like_aws(call)), trust(audience))

    assert (report.results[1].verdict, report.results[1].enforced_by) == ("proved", EnforcedBy.TRUST)


@pytest.mark.parametrize("kind", ["audience", "broken_signature"])
def test_a_token_that_should_be_refused_and_gets_in(kind: str) -> None:
    """Either is refuted: AWS, or whatever answers in its place, takes tokens that it must not."""
    report = run(Workflow(lambda call: assumed() if getattr(call, kind) else like_aws(call)), trust())

    assert [each.cause for each in report.results if each.verdict == "refuted"] == [Cause.GOT_IN]


def test_a_broken_signature_is_never_refused_by_a_trust_policy() -> None:
    """AccessDenied is no answer to it: STS looks at signatures first."""
    report = run(
        Workflow(lambda call: refused() if call.broken_signature else like_aws(call)),
        trust(),
    )

    found = report.results[-1]
    assert (found.kind, found.verdict) == ("signature-broken", "inconclusive")
    assert found.cause is Cause.UNEXPECTED_CODE


def test_without_a_control_a_refused_token_shows_nothing() -> None:
    """A provider that refuses every token is no proof that it refuses wrong ones."""
    report = run(Workflow(lambda _: refused("InvalidIdentityToken")), trust())

    assert {each.verdict for each in report.results} == {"inconclusive"}
    assert report.results[1].cause is Cause.CONTROL_REFUSED


def test_one_audience_only() -> None:
    """A source that gives one token can't show the difference, and the report says so."""
    report = run(Workflow(like_aws, replace(TOKEN, other_audiences=False)), trust())

    assert [each.kind for each in report.results] == ["as-declared", "signature-broken"]
    assert [each.kind for each in report.skipped] == ["audience-other"]


def test_strangers_are_refused_by_the_trust_policy_only() -> None:
    """A genuine token of somebody else: AccessDenied proves the trust, a refused token proves nothing."""
    stranger = {"callers": [{**CALLER, "expect": "denied"}]}
    token = replace(TOKEN, keys={**KEYS, f"{HOST}:sub": "repo:eve/infra:ref:refs/heads/main"})

    by_trust_policy = run(Workflow(lambda _: refused(), token), trust(), verify=stranger).results[0]
    not_taken = run(Workflow(lambda _: refused("InvalidIdentityToken"), token), trust(), verify=stranger)

    assert (by_trust_policy.verdict, by_trust_policy.enforced_by) == ("proved", EnforcedBy.TRUST)
    assert not_taken.results[0].verdict == "inconclusive"


@pytest.mark.shows("AssumeRoleWithWebIdentity", "decided")
@pytest.mark.parametrize(
    ("condition", "changes", "keys", "answer"),
    [
        ({"StringEquals": {f"{HOST}:sub": MAIN}}, {}, {}, Answer.ALLOWED),
        ({"StringLike": {f"{HOST}:sub": "repo:acme/*"}}, {}, {}, Answer.ALLOWED),
        ({"StringEquals": {f"{HOST}:sub": "repo:eve/infra"}}, {}, {}, Answer.DENIED),
        ({"StringEquals": {f"{HOST}:sub": MAIN, f"{HOST}:actor": "octocat"}}, {}, {}, Answer.DENIED),
        ({"StringEquals": {f"{HOST}:sub": MAIN, "sts:ExternalId": "acme"}}, {}, {}, Answer.DENIED),
        ({"StringEquals": {f"{HOST}:sub": MAIN, "aws:SourceVpc": "vpc-1"}}, {}, {}, Answer.UNKNOWN),
        ({"StringEquals": {f"{HOST}:sub": MAIN, "sts:SourceIdentity": "me"}}, {}, {}, Answer.DENIED),
        (None, {"Principal": {"AWS": "222222222222"}, "Action": "sts:AssumeRole"}, {}, Answer.DENIED),
        (None, {}, {"sts:sourceidentity": "me"}, Answer.DENIED),
        (None, {}, {"aws:tagkeys": ["team"], "aws:requesttag/team": "core"}, Answer.DENIED),
        (None, {"Action": "sts:*"}, {"sts:sourceidentity": "me"}, Answer.ALLOWED),
    ],
)
def test_predictions(
    condition: Mapping[str, object] | None,
    changes: dict[str, object],
    keys: dict[str, ContextValue],
    answer: Answer,
) -> None:
    """The claims are keys, what only AWS credentials bring is absent, and tags need leave of their own."""
    token = replace(TOKEN, keys={**KEYS, **keys})
    identity = Workflow(like_aws, token).identity(region="eu-west-1").asking_for(ROLE)
    situation = Situation(identity=identity, now=datetime(2026, 1, 1, tzinfo=UTC), region="eu-west-1")

    decision = by_trust(Call(role_arn=ROLE, session_name="ci"), situation, parse(trust(condition, **changes)))

    assert decision.trust is answer


@pytest.mark.parametrize("arn", ["arn:aws:iam::111111111111:user/ci", "arn:aws:iam::222222222222:role/hub"])
def test_others_are_remembered_as_what_they_are(arn: str) -> None:
    """A user or a role in an old proof is no federated caller."""
    assert remembered(arn) is None


def test_a_proof_is_reconsidered_without_the_token() -> None:
    """A refresh doesn't ask for tokens: what depends on claims isn't known, what doesn't is refuted."""
    report = run(Workflow(like_aws), trust())

    assert _reconsidered(report, trust({"StringEquals": {f"{HOST}:sub": "repo:eve/infra"}})) == {"proved"}
    assert _reconsidered(report, trust(Action="sts:AssumeRoleWithSAML")) == {"refuted"}


def _reconsidered(report: RoleReport, live: Mapping[str, object]) -> set[str]:
    """The verdicts on the declared call when the role has this trust policy a day later."""
    found = reconsider(
        report,
        LiveRole(arn=ROLE, unique_id="AROADEPLOY", trust_policy=live, max_session_duration_seconds=3600),
        spec=read_verify({"callers": [CALLER]}),
        declared_trust=trust(),
        requirements=None,
        now=datetime(2026, 1, 2, tzinfo=UTC),
    )
    return {each.verdict for each in found.results if each.kind == "as-declared"}


@pytest.mark.parametrize("host", ["accounts.google.com", "cognito-identity.amazonaws.com"])
def test_issuers_that_aws_knows_by_itself(host: str) -> None:
    """Their principal is the host, in whatever account the role is."""
    token = replace(TOKEN, provider=host, prefix=f"{host}:", keys={f"{host}:sub": "108"})
    live = trust(
        {"StringEquals": {f"{host}:sub": "108", f"{host}:aud": "app"}}, Principal={"Federated": host}
    )

    report = run(Workflow(like_aws, token), live)

    assert report.results[0].caller_arn == host
    assert remembered(host) == replace(token, keys=None, other_audiences=False)
    assert _reconsidered(report, trust(Action="sts:AssumeRoleWithSAML")) == {"refuted"}
