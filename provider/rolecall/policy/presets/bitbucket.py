"""Trust in pipelines of Bitbucket."""

from typing import Any, Final

from .checks import UUID, Checks, PresetTrust

_UUID: Final = rf"\{{{UUID}\}}"
_REMEDY: Final = "Give the UUID in braces, as the repository's OpenID Connect page shows it"


def bitbucket(
    *, workspace_uuid: str, repository_uuid: str, provider_arn: Any, environment_uuid: str | None = None
) -> PresetTrust:
    """Trust pipelines of one repository (Atlassian page: Deploy on AWS using Bitbucket Pipelines OIDC).

    Args:
        workspace_uuid: UUID of the workspace, in braces.
        repository_uuid: UUID of the repository, in braces.
        provider_arn: ARN of the workspace's OIDC provider; may be a Pulumi output.
        environment_uuid: UUID of a deployment environment, in braces, that the step has to be of; where it
            is left out every step of the repository gets in.

    Raises:
        DeclarationError: with every argument that can't be right.
    """
    checks = Checks("bitbucket")
    workspace = checks.shape("workspace_uuid", workspace_uuid, _UUID, _REMEDY)
    parts = [checks.shape("repository_uuid", repository_uuid, _UUID, _REMEDY)]
    if environment_uuid is not None:
        parts.append(checks.shape("environment_uuid", environment_uuid, _UUID, _REMEDY))
    checks.done()
    return {
        "provider_arn": provider_arn,
        # The subject ends with the UUID of the step, which is another one in every run.
        "oidc_subjects": [":".join([*parts, "*"])],
        "oidc_audiences": [f"ari:cloud:bitbucket::workspace/{workspace.strip('{}')}"],
    }
