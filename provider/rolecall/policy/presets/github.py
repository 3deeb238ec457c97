"""Trust in workflows of GitHub Actions."""

from typing import Any, Final

from .checks import Checks, PresetTrust, Values, literal, several

_REPOSITORY: Final = r"[A-Za-z0-9][A-Za-z0-9-]*(_[A-Za-z0-9]+)?/[A-Za-z0-9._-]+"
_WORKFLOW: Final = r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+/\.github/workflows/[^@*?]+\.ya?ml@\S+"


def github(
    *,
    repository: str,
    provider_arn: Any,
    branch: Values | None = None,
    tag: Values | None = None,
    environment: Values | None = None,
    pull_request: bool = False,
    reusable_workflow: Values | None = None,
    owner_id: str | None = None,
    repository_id: str | None = None,
    classic_subjects: bool | None = None,
    audience: str = "sts.amazonaws.com",
) -> PresetTrust:
    """Trust workflows of one repository (GitHub page: OpenID Connect reference).

    Of ``branch``, ``tag``, ``environment`` and ``pull_request`` any that fits is enough; without one of them
    every workflow of the repository gets in, whatever triggers it. A job that names an environment has the
    environment in its subject, not the branch. Letter case counts, as GitHub writes the names.

    Args:
        repository: ``OWNER/NAME``, without wildcards.
        provider_arn: ARN of the OIDC provider for ``token.actions.githubusercontent.com``, or of a GitHub
            Enterprise Server's; may be a Pulumi output.
        branch: names of branches; may hold ``*`` and ``?``.
        tag: names of tags; likewise.
        environment: names of environments; likewise.
        pull_request: whether runs for pull requests get in.
        reusable_workflow: ``OWNER/NAME/.github/workflows/FILE@REF`` of reusable workflows, one of which the
            job has to be in; ``*`` and ``?`` in REF.
        owner_id: number of the owner. With it, and ``repository_id``, subjects have the immutable form that
            repositories have that were created, renamed or moved since July 2026, or that chose it.
        repository_id: number of the repository.
        classic_subjects: whether subjects without numbers get in; where it is left out, they do if no
            numbers are given.
        audience: what the workflow asks the token for.

    Raises:
        DeclarationError: with every argument that can't be right.
    """
    checks = Checks("github")
    checks.shape("repository", repository, _REPOSITORY, "Give OWNER/NAME, without wildcards")
    for name, number in (("owner_id", owner_id), ("repository_id", repository_id)):
        if number is not None:
            checks.shape(name, number, r"\d+", "Give the number as a text; GitHub's API tells it as id")
    if (owner_id is None) != (repository_id is None):
        missing = "owner_id" if owner_id is None else "repository_id"
        checks.fault(missing, "it is missing", "An immutable subject has both numbers")
    if classic_subjects is False and owner_id is None:
        checks.fault("classic_subjects", "no subject is left", "Give owner_id and repository_id")
    for workflow in several(reusable_workflow):
        remedy = "Give OWNER/NAME/.github/workflows/FILE.yml@refs/heads/main; only the ref takes wildcards"
        checks.shape("reusable_workflow", workflow, _WORKFLOW, remedy)
    checks.done()
    owner, _, name = repository.partition("/")
    prefixes = []
    if owner_id is None or classic_subjects:
        prefixes.append(f"repo:{owner}/{name}:")
    if owner_id is not None:
        prefixes.append(f"repo:{owner}@{owner_id}/{name}@{repository_id}:")
    runs = [
        *(f"ref:refs/heads/{literal(each)}" for each in several(branch)),
        *(f"ref:refs/tags/{literal(each)}" for each in several(tag)),
        # GitHub writes a colon in an environment's name in this way, so that it ends no part of the subject.
        *(f"environment:{literal(each.replace(':', '%3A'))}" for each in several(environment)),
        *(["pull_request"] if pull_request else []),
    ]
    trust: PresetTrust = {
        "provider_arn": provider_arn,
        "oidc_subjects": [f"{prefix}{run}" for prefix in prefixes for run in runs or ["*"]],
        "oidc_audiences": [audience],
    }
    if reusable_workflow is not None:
        trust["oidc_claims"] = {"job_workflow_ref": [literal(each) for each in several(reusable_workflow)]}
    return trust
