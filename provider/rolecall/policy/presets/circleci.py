"""Trust in jobs of CircleCI."""

from typing import Any, Final

from .checks import UUID, Checks, PresetTrust, Values, literal, several

_ANY_UUID: Final = "?" * 36
"""Stands for a user. A ``*`` would reach further: the name of a fork's branch could imitate what follows."""

_ORIGIN: Final = r"[a-z0-9.-]+(/[A-Za-z0-9_.-]+)+"


def circleci(
    *,
    organization_id: str,
    project_id: str,
    provider_arn: Any,
    user_id: str | None = None,
    repository: str | None = None,
    branch: Values | None = None,
) -> PresetTrust:
    """Trust jobs of one project (CircleCI page: Using OpenID Connect tokens in jobs).

    Args:
        organization_id: UUID of the organization; the tokens' audience, too.
        project_id: UUID of the project.
        provider_arn: ARN of the organization's OIDC provider; may be a Pulumi output.
        user_id: UUID of the user who has to have started the job; anybody where it is left out.
        repository: such as ``github.com/acme/infra``; with it the job has to use the second form of its
            token (``CIRCLE_OIDC_TOKEN_V2``), which tells where the code is from.
        branch: names of branches of that repository; may hold ``*`` and ``?``.

    Raises:
        DeclarationError: with every argument that can't be right.
    """
    checks = Checks("circleci")
    remedy = "Give the UUID that CircleCI shows in the settings"
    organization = checks.shape("organization_id", organization_id, UUID, remedy)
    project = checks.shape("project_id", project_id, UUID, remedy)
    user = _ANY_UUID if user_id is None else checks.shape("user_id", user_id, UUID, remedy)
    if repository is not None:
        remedy = "Give HOST/OWNER/NAME, without wildcards"
        checks.shape("repository", repository, _ORIGIN, remedy)
    elif branch is not None:
        checks.fault("branch", "it stands without repository", "Add repository: branches are told with it")
    checks.done()
    subject = f"org/{organization}/project/{project}/user/{user}"
    subjects = [subject, f"{subject}/vcs-origin/*"]
    if repository is not None:
        refs = [f"refs/heads/{literal(each)}" for each in several(branch)] or ["*"]
        subjects = [f"{subject}/vcs-origin/{repository}/vcs-ref/{ref}" for ref in refs]
    return {"provider_arn": provider_arn, "oidc_subjects": subjects, "oidc_audiences": [organization]}
