"""A step of a GitHub Actions workflow, by aws-actions/configure-aws-credentials."""

from rolecall.policy.formats import CHAINED_SESSION_SECONDS
from rolecall.policy.operations import ASSUME_ROLE, ASSUME_ROLE_WITH_WEB_IDENTITY

from .model import Access, Answer, unable
from .quoting import quoted

_TOOL = "the action"
_ACTION = "aws-actions/configure-aws-credentials@v5"
_USUAL_AUDIENCE = "sts.amazonaws.com"
_ISSUER = "token.actions.githubusercontent.com"
_FLAG = "true"


def github_step(access: Access) -> Answer:
    """The step; a role that trusts AWS principals needs another one before it, which signs in."""
    way = access.way
    missing = unable(access, _TOOL, ["source_identity", "session_tags"])
    if missing:
        return missing
    if way.mfa:
        return Answer(note="the trust asks for MFA, which no workflow can show")
    if access.region is None:
        return Answer(note=f"{_TOOL} needs a region: give region")
    if way.provider_arn is not None and _ISSUER not in way.provider_arn:
        return Answer(note="the trust is in an OIDC provider other than GitHub's")
    seconds = access.duration_seconds
    if way.operation == ASSUME_ROLE and seconds is not None and seconds > CHAINED_SESSION_SECONDS:
        return Answer(note=f"{_TOOL} starts from a role, and such sessions last an hour at most")
    settings = {
        "role-to-assume": quoted(access.role_arn),
        "aws-region": quoted(access.region),
        "role-session-name": None if way.session_name is None else quoted(way.session_name),
        "role-duration-seconds": None if seconds is None else str(seconds),
        **(_by_token(access) if way.operation == ASSUME_ROLE_WITH_WEB_IDENTITY else _from_a_role(access)),
    }
    lines = [f"    {key}: {value}" for key, value in settings.items() if value is not None]
    return Answer("\n".join([f"- uses: {_ACTION}", "  with:", *lines]), _note(access))


def _by_token(access: Access) -> dict[str, str | None]:
    audience = access.way.audience
    return {"audience": None if audience in (None, _USUAL_AUDIENCE) else quoted(str(audience))}


def _from_a_role(access: Access) -> dict[str, str | None]:
    external_id = access.way.external_id
    return {
        "role-external-id": None if external_id is None else quoted(external_id),
        "role-chaining": _FLAG,
        # The action tags its sessions unless told not to; a trust policy that doesn't allow it refuses them.
        "role-skip-session-tagging": None if access.way.may_tag else _FLAG,
    }


def _note(access: Access) -> str:
    if access.way.operation == ASSUME_ROLE_WITH_WEB_IDENTITY:
        return "the job needs `permissions: {id-token: write, contents: read}`"
    return "a step before it signs in to the caller's account"
