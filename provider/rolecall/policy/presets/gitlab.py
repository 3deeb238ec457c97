"""Trust in pipelines of GitLab."""

from typing import Any, Final

from .checks import Checks, PresetTrust, Values, literal, several

_PROJECT: Final = r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+"


def gitlab(
    *,
    project: str,
    provider_arn: Any,
    branch: Values | None = None,
    tag: Values | None = None,
    audience: str = "https://gitlab.com",
) -> PresetTrust:
    """Trust pipelines of one project (GitLab page: OpenID Connect authentication using ID tokens).

    Of ``branch`` and ``tag`` any that fits is enough; without them every pipeline of the project gets in. A
    pipeline of a merge request has the branch in its subject.

    Args:
        project: ``GROUP/PROJECT`` with all groups, without wildcards.
        provider_arn: ARN of the OIDC provider for ``gitlab.com``, or of an instance of one's own; may be a
            Pulumi output.
        branch: names of branches; may hold ``*`` and ``?``.
        tag: names of tags; likewise.
        audience: ``aud`` of the job's ``id_tokens``.

    Raises:
        DeclarationError: with every argument that can't be right.
    """
    checks = Checks("gitlab")
    path = checks.shape("project", project, _PROJECT, "Give GROUP/PROJECT, without wildcards")
    checks.done()
    runs = [
        *(f"ref_type:branch:ref:{literal(each)}" for each in several(branch)),
        *(f"ref_type:tag:ref:{literal(each)}" for each in several(tag)),
    ]
    return {
        "provider_arn": provider_arn,
        "oidc_subjects": [f"project_path:{path}:{run}" for run in runs or ["*"]],
        "oidc_audiences": [audience],
    }
