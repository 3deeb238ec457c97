"""Rules on OIDC, Cognito and SAML: whose tokens get in, and were they made for this."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rolecall.policy import Principal, Request, Statement
from rolecall.policy.consoles import CONSOLES
from rolecall.policy.saml import sign_in_url
from rolecall.policy.trust_rules import shared_issuer_faults

from .entry import Asker, alone, way_in
from .model import Found, Rule, Severity, allow, example
from .subject import WITH_SAML, WITH_WEB_IDENTITY, Sort, Subject, arn_of, entries_of, sort_of, tests_of

_OIDC_PAGE: Final = "Create a role for OpenID Connect federation"
_SAML_PAGE: Final = "Create a role for SAML 2.0 federation"
_COGNITO: Final = "cognito-identity.amazonaws.com"
_PROVIDER: Final = "arn:aws:iam::222222222222:oidc-provider/"
_GITHUB_HOST: Final = "token.actions.githubusercontent.com"
_GITHUB: Final = {"Federated": _PROVIDER + _GITHUB_HOST}
_OWN_ISSUER: Final = {"Federated": f"{_PROVIDER}idp.example.com"}
_SAML: Final = {"Federated": "arn:aws:iam::222222222222:saml-provider/corp"}
_SAML_AUDIENCE: Final = "https://signin.aws.amazon.com/saml"

_STRANGERS: Final[Mapping[str, str]] = {
    _GITHUB_HOST: "repo:someone-else/anything:ref:refs/heads/main",
    "gitlab.com": "project_path:someone-else/anything:ref_type:branch:ref:main",
    "app.terraform.io": "organization:someone-else:project:any:workspace:any:run_phase:apply",
}
"""The subject of a stranger's token, by issuer; of other issuers nobody knows how one looks."""

_SIGN_INS: Final = frozenset(console.sign_in for console in CONSOLES.values())
_OWNER: Final = re.compile(
    r"(?P<head>repo:|project_path:|organization:)(?P<owner>[^/:*?]+)(?P<rest>.*)", re.DOTALL
)


def issuer_of(principal: Principal) -> str:
    """An OIDC provider's issuer, without ``https://``: what its condition keys begin with."""
    return principal.value.partition(":oidc-provider/")[2] or principal.value


def _trusted(subject: Subject) -> Iterator[tuple[Statement, Principal, str]]:
    """Yield each OIDC provider that a statement trusts, with its issuer."""
    for statement in subject.statements("Allow", WITH_WEB_IDENTITY):
        for entry in entries_of(statement):
            if sort_of(entry) is Sort.OIDC:
                yield statement, entry, issuer_of(entry)


def _is_tested(statement: Statement, *keys: str) -> bool:
    wanted = {key.lower() for key in keys}
    return any(place.test.lookup_key in wanted for place in tests_of(statement))


def _token(
    subject: Subject,
    statement: Statement,
    entry: Principal,
    *,
    fixed: Mapping[str, str],
    absent: tuple[str, ...] = (),
) -> Request | None:
    """Return the way in of a token with some claims, in this statement."""
    claims = {key.lower(): value for key, value in fixed.items()}
    return way_in(
        alone(subject.policy, statement),
        subject.role_arn,
        [Asker(entry, WITH_WEB_IDENTITY)],
        fixed=claims,
        absent=[key.lower() for key in absent],
    )


def _unrestricted(subject: Subject) -> Iterator[Found]:
    for statement in subject.statements("Allow"):
        for fault in shared_issuer_faults(entries_of(statement), statement.conditions, statement.pointer):
            stranger = next(
                (
                    _token(
                        subject,
                        statement,
                        entry,
                        fixed={f"{issuer_of(entry)}:sub": _STRANGERS[issuer_of(entry)]},
                    )
                    for entry in entries_of(statement)
                    if issuer_of(entry) in _STRANGERS
                ),
                None,
            )
            yield Found(fault.path, f"AWS refuses this trust: {fault.problem}.", f"{fault.remedy}.", stranger)


def _no_audience(subject: Subject) -> Iterator[Found]:
    for statement, _, issuer in _trusted(subject):
        if issuer != _COGNITO and not _is_tested(statement, f"{issuer}:aud", f"{issuer}:oaud"):
            yield Found(
                f"{statement.pointer}/Condition" if statement.conditions else statement.pointer,
                f"Tokens of {issuer} get in that were made for any audience that the provider lists.",
                f"Ask for {issuer}:aud by StringEquals, such as sts.amazonaws.com.",
            )


def _no_subject(subject: Subject) -> Iterator[Found]:
    for statement, entry, issuer in _trusted(subject):
        claims = [
            place.test.lookup_key
            for place in tests_of(statement)
            if place.test.lookup_key.startswith(f"{issuer.lower()}:")
            and not place.test.lookup_key.endswith(":aud")
        ]
        if issuer == _COGNITO or claims:
            continue
        witness = _token(subject, statement, entry, fixed={f"{issuer}:sub": "somebody"})
        if witness is not None:
            yield Found(
                f"{statement.pointer}/Condition" if statement.conditions else statement.pointer,
                f"Everybody to whom {issuer} gives a token gets in.",
                f"Ask for {issuer}:sub, or another claim that tells whose token it is.",
                witness,
            )


@dataclass(frozen=True, slots=True)
class _Width:
    """How far a pattern for subjects reaches."""

    severity: Severity
    sentence: str
    fix: str


def _width(pattern: str) -> _Width | None:
    """Say how far a pattern for subjects such as ``repo:acme/*`` reaches; ``None`` where that is fine."""
    found = _OWNER.fullmatch(pattern)
    if found is None or "*" not in pattern:
        return None
    head, rest = found["head"], found["rest"]
    if rest.startswith("*"):
        return _Width(
            Severity.ERROR,
            f'"{pattern}" fits every owner whose name begins with "{found["owner"]}".',
            f"End the owner's name: {head}{found['owner']}{':' if head == 'organization:' else '/'}….",
        )
    if rest in {"/*", ":*"}:
        return _Width(
            Severity.WARNING,
            f'"{pattern}" fits everything of {found["owner"]}: every repository, branch and pull request.',
            "Name the repositories, and the branch or environment.",
        )
    if re.fullmatch(r"/[^:*?]+:\*", rest) and head != "organization:":
        return _Width(
            Severity.NOTE,
            f'"{pattern}" fits every branch, tag, pull request and environment.',
            "Name the branch or environment that may deploy.",
        )
    return None


def _wide_subject(subject: Subject) -> Iterator[Found]:
    for statement, entry, issuer in _trusted(subject):
        key = f"{issuer}:sub"
        for place in tests_of(statement):
            if place.test.lookup_key != key.lower() or place.test.use.operator.negated:
                continue
            stranger = _STRANGERS.get(issuer)
            witness = _token(subject, statement, entry, fixed={key: stranger}) if stranger else None
            if witness is not None:
                yield Found(
                    place.pointer,
                    f"Tokens get in that {issuer} gives to strangers.",
                    "Write out the owner of the repository or project.",
                    witness,
                )
                continue
            for value in place.test.values if place.test.use.operator.name == "StringLike" else ():
                width = _width(value)
                if width is not None:
                    other = value.replace(
                        "*", "-else/anything" if width.severity is Severity.ERROR else "anything"
                    )
                    yield Found(
                        place.pointer,
                        width.sentence,
                        width.fix,
                        _token(subject, statement, entry, fixed={key: other}),
                        width.severity,
                    )


def _unauthenticated(subject: Subject) -> Iterator[Found]:
    for statement, entry, issuer in _trusted(subject):
        if issuer != _COGNITO:
            continue
        amr = f"{_COGNITO}:amr"
        witness = _token(subject, statement, entry, fixed={amr: "unauthenticated"})
        if witness is not None and not any(
            "unauthenticated" in place.test.values
            for place in tests_of(statement)
            if place.test.lookup_key == amr
        ):
            yield Found(
                statement.pointer,
                "Guests of the identity pool, who didn't sign in, get in.",
                f"Ask for {amr} authenticated by ForAnyValue:StringLike, or say unauthenticated there.",
                witness,
            )


def _no_saml_audience(subject: Subject) -> Iterator[Found]:
    for statement in subject.statements("Allow", WITH_SAML):
        for entry in entries_of(statement):
            if sort_of(entry) is not Sort.SAML:
                continue
            witness = way_in(
                alone(subject.policy, statement),
                subject.role_arn,
                [Asker(entry, WITH_SAML)],
                fixed={"saml:aud": "https://elsewhere.example.com/saml"},
            )
            if witness is not None:
                yield Found(
                    f"{statement.pointer}/Condition" if statement.conditions else statement.pointer,
                    "SAML responses get in that were made for another recipient than AWS's sign-in.",
                    f"Ask for SAML:aud {_audience(entry)} by StringEquals.",
                    witness,
                )


def _audience(entry: Principal) -> str:
    arn = arn_of(entry.value)
    return sign_in_url(arn.partition if arn else "aws")


def _saml_of_other_partition(subject: Subject) -> Iterator[Found]:
    for statement, test, pointer in subject.tests("saml:aud", effect="Allow"):
        for entry in entries_of(statement):
            arn = arn_of(entry.value)
            console = CONSOLES.get(arn.partition) if arn and sort_of(entry) is Sort.SAML else None
            strange = [
                value
                for value in test.values
                if console and any(other in value for other in _SIGN_INS) and console.sign_in not in value
            ]
            if strange:
                yield Found(
                    pointer,
                    f'"{strange[0]}" is the sign-in of another partition than {entry.value}.',
                    f"Write {_audience(entry)}.",
                )


def _claims(
    subject: str, operator: str = "StringLike", audience: str | None = "sts.amazonaws.com"
) -> dict[str, dict[str, str]]:
    claims = {operator: {f"{_GITHUB_HOST}:sub": subject}}
    if audience is not None:
        claims.setdefault("StringEquals", {})[f"{_GITHUB_HOST}:aud"] = audience
    return claims


_OWN_TOKEN: Final = {
    "StringEquals": {"idp.example.com:aud": "sts.amazonaws.com", "idp.example.com:sub": "deployer"}
}
_GOOD_GITHUB: Final = example(
    allow(_GITHUB, _claims("repo:acme/infra:environment:prod", "StringEquals"), action=WITH_WEB_IDENTITY)
)
_GOOD_OWN: Final = example(allow(_OWN_ISSUER, _OWN_TOKEN, action=WITH_WEB_IDENTITY))
_POOL: Final = "us-east-1:12345678-abcd-1234-abcd-123456789012"

RULES: Final = (
    Rule(
        id="shared-issuer-unrestricted",
        severity=Severity.ERROR,
        title="Shared OIDC issuer without its required claim",
        why="GitHub, GitLab, Terraform Cloud and others give tokens to everyone; AWS stores no trust in them "
        "that doesn't tell whose are meant.",
        page="Identity-provider controls for shared OIDC providers",
        check=_unrestricted,
        bad=example(
            allow(
                _GITHUB,
                {"StringEquals": {f"{_GITHUB_HOST}:aud": "sts.amazonaws.com"}},
                action=WITH_WEB_IDENTITY,
            )
        ),
        good=_GOOD_GITHUB,
    ),
    Rule(
        id="oidc-without-audience",
        severity=Severity.WARNING,
        title="OIDC without an audience",
        why="The aud claim says for whom a token was made; a provider may list several audiences.",
        page=_OIDC_PAGE,
        check=_no_audience,
        bad=example(
            allow(
                _OWN_ISSUER, {"StringEquals": {"idp.example.com:sub": "deployer"}}, action=WITH_WEB_IDENTITY
            )
        ),
        good=_GOOD_OWN,
    ),
    Rule(
        id="oidc-without-subject",
        severity=Severity.WARNING,
        title="OIDC without a subject",
        why="Without a claim on whose token it is, everybody whom the issuer knows gets in.",
        page=_OIDC_PAGE,
        check=_no_subject,
        bad=example(
            allow(
                _OWN_ISSUER,
                {"StringEquals": {"idp.example.com:aud": "sts.amazonaws.com"}},
                action=WITH_WEB_IDENTITY,
            )
        ),
        good=_GOOD_OWN,
    ),
    Rule(
        id="oidc-subject-wide",
        severity=Severity.ERROR,
        title="OIDC subject too wide",
        why="A pattern that strangers' tokens fit is an error; one that fits all of an owner's repositories "
        "a warning; one that fits every branch and pull request of a repository a note.",
        page=_OIDC_PAGE,
        check=_wide_subject,
        bad=example(allow(_GITHUB, _claims("repo:*"), action=WITH_WEB_IDENTITY)),
        good=_GOOD_GITHUB,
    ),
    Rule(
        id="cognito-unauthenticated",
        severity=Severity.WARNING,
        title="Cognito without amr",
        why="Identity pools can give tokens to guests; the amr claim tells them from those who signed in.",
        page="Using role-based access control (Amazon Cognito)",
        check=_unauthenticated,
        bad=example(
            allow(
                {"Federated": _COGNITO},
                {"StringEquals": {f"{_COGNITO}:aud": _POOL}},
                action=WITH_WEB_IDENTITY,
            )
        ),
        good=example(
            allow(
                {"Federated": _COGNITO},
                {
                    "StringEquals": {f"{_COGNITO}:aud": _POOL},
                    "ForAnyValue:StringLike": {f"{_COGNITO}:amr": "authenticated"},
                },
                action=WITH_WEB_IDENTITY,
            )
        ),
    ),
    Rule(
        id="saml-without-audience",
        severity=Severity.WARNING,
        title="SAML without SAML:aud",
        why="SAML:aud says for which recipient a response was made.",
        page=_SAML_PAGE,
        check=_no_saml_audience,
        bad=example(allow(_SAML, action=WITH_SAML)),
        good=example(allow(_SAML, {"StringEquals": {"SAML:aud": _SAML_AUDIENCE}}, action=WITH_SAML)),
    ),
    Rule(
        id="saml-audience-of-other-partition",
        severity=Severity.ERROR,
        title="SAML:aud of another partition",
        why="Each partition has a sign-in of its own: signin.aws.amazon.com, signin.amazonaws.cn, "
        "signin.amazonaws-us-gov.com.",
        page=_SAML_PAGE,
        check=_saml_of_other_partition,
        bad=example(
            allow(
                {"Federated": "arn:aws-cn:iam::222222222222:saml-provider/corp"},
                {"StringEquals": {"SAML:aud": _SAML_AUDIENCE}},
                action=WITH_SAML,
            )
        ),
        good=example(
            allow(
                {"Federated": "arn:aws-cn:iam::222222222222:saml-provider/corp"},
                {"StringEquals": {"SAML:aud": "https://signin.amazonaws.cn/saml"}},
                action=WITH_SAML,
            )
        ),
    ),
)
