"""Trust in runs of HCP Terraform."""

from typing import Any, Final

from .checks import Checks, PresetTrust

_NAME: Final = r"[A-Za-z0-9_-]+"
_PROJECT: Final = r"[A-Za-z0-9_ *-]+"
_WORKSPACE: Final = r"[A-Za-z0-9_*-]+"
_PHASES: Final = r"plan|apply|\*"


def terraform_cloud(
    *,
    organization: str,
    workspace: str,
    provider_arn: Any,
    project: str = "Default Project",
    run_phase: str = "*",
    audience: str = "aws.workload.identity",
) -> PresetTrust:
    """Trust runs of a workspace (HashiCorp page: Dynamic Credentials with the AWS Provider).

    Args:
        organization: its name, without wildcards.
        workspace: its name; may hold ``*``.
        provider_arn: ARN of the OIDC provider for ``app.terraform.io``, or of a Terraform Enterprise; may be
            a Pulumi output.
        project: its name; may hold ``*``.
        run_phase: ``plan``, ``apply``, or ``*`` for both.
        audience: ``TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE`` of the workspace.

    Raises:
        DeclarationError: with every argument that can't be right.
    """
    checks = Checks("terraform_cloud")
    parts = (
        (
            "organization",
            checks.shape("organization", organization, _NAME, "Give its name, without wildcards"),
        ),
        ("project", checks.shape("project", project, _PROJECT, "Give its name; * stands for any")),
        ("workspace", checks.shape("workspace", workspace, _WORKSPACE, "Give its name; * stands for any")),
        ("run_phase", checks.shape("run_phase", run_phase, _PHASES, "Give plan, apply or *")),
    )
    checks.done()
    return {
        "provider_arn": provider_arn,
        "oidc_subjects": [":".join(f"{name}:{value}" for name, value in parts)],
        "oidc_audiences": [audience],
    }
