"""Presets: the tokens that are meant get in, and those that come near do not."""

import pytest
from tests.policy.support import ROLE

from rolecall.errors import DeclarationError
from rolecall.policy import (
    Answer,
    Principal,
    Request,
    build_trust_policy,
    decide,
    parse,
    presets,
    read_trusts,
    to_json,
)

PROVIDERS = "arn:aws:iam::222222222222:oidc-provider"
GITHUB = "token.actions.githubusercontent.com"
GITLAB = "gitlab.com"
TERRAFORM = "app.terraform.io"
BITBUCKET = "api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc"
ORG = "4ada2c32-f0c2-4b60-a6b8-af674858fd51"
PROJECT = "22222222-2222-4222-8222-222222222222"
USER = "33333333-3333-4333-8333-333333333333"
OTHER = "44444444-4444-4444-8444-444444444444"
CIRCLECI = f"oidc.circleci.com/org/{ORG}"
EKS = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
STS = "sts.amazonaws.com"


def trust_of(preset, host, **arguments):
    return getattr(presets, preset)(provider_arn=f"{PROVIDERS}/{host}", **arguments)


def answer(trust, host, **claims):
    policy = parse(to_json(build_trust_policy(read_trusts([trust]))))
    request = Request(
        role=ROLE,
        principal=Principal("Federated", f"{PROVIDERS}/{host}"),
        action="sts:AssumeRoleWithWebIdentity",
        context={f"{host}:{claim}": value for claim, value in claims.items()},
    )
    return decide(request, policy).answer


def circle(branch="main", *, project=PROJECT, user=USER, repository="github.com/acme/infra"):
    return f"org/{ORG}/project/{project}/user/{user}/vcs-origin/{repository}/vcs-ref/refs/heads/{branch}"


INFRA = {"repository": "acme/infra"}
IMMUTABLE = {**INFRA, "owner_id": "123", "repository_id": "456"}
WORKSPACE = {"organization": "acme", "project": "core", "workspace": "prod"}
CIRCLE = {"organization_id": ORG, "project_id": PROJECT}
BUCKET = {"workspace_uuid": f"{{{ORG}}}", "repository_uuid": f"{{{PROJECT}}}"}
POD = {"namespace": "prod", "service_account": "api"}

TOKENS = [
    # preset, its arguments, the provider's host, the audience, subjects that get in, subjects that don't
    (
        "github",
        {**INFRA, "branch": "main"},
        GITHUB,
        STS,
        ["repo:acme/infra:ref:refs/heads/main"],
        [
            "repo:acme/infra:ref:refs/heads/main2",
            "repo:acme/infra:ref:refs/tags/main",
            "repo:acme/infra:environment:main",
            "repo:acme/infra:pull_request",
            "repo:acme/infra2:ref:refs/heads/main",
            "repo:acme2/infra:ref:refs/heads/main",
            "repo:Acme/infra:ref:refs/heads/main",
            "repo:acme@123/infra@456:ref:refs/heads/main",
        ],
    ),
    (
        "github",
        {**INFRA, "branch": ["main", "release/*"], "tag": "v*", "pull_request": True},
        GITHUB,
        STS,
        [
            "repo:acme/infra:ref:refs/heads/main",
            "repo:acme/infra:ref:refs/heads/release/7",
            "repo:acme/infra:ref:refs/tags/v7",
            "repo:acme/infra:pull_request",
        ],
        ["repo:acme/infra:ref:refs/heads/other", "repo:acme/infra:environment:prod"],
    ),
    (
        "github",
        {**INFRA, "environment": "eu:prod"},
        GITHUB,
        STS,
        ["repo:acme/infra:environment:eu%3Aprod"],
        ["repo:acme/infra:environment:eu:prod", "repo:acme/infra:environment:eu"],
    ),
    (
        "github",
        INFRA,
        GITHUB,
        STS,
        ["repo:acme/infra:ref:refs/heads/any", "repo:acme/infra:pull_request"],
        ["repo:acme/infra2:pull_request", "repo:acme/infra"],
    ),
    (
        "github",
        {**IMMUTABLE, "branch": "main"},
        GITHUB,
        STS,
        ["repo:acme@123/infra@456:ref:refs/heads/main"],
        [
            "repo:acme/infra:ref:refs/heads/main",
            "repo:acme@124/infra@456:ref:refs/heads/main",
            "repo:acme@123/infra@457:ref:refs/heads/main",
        ],
    ),
    (
        "github",
        {**IMMUTABLE, "environment": "prod", "classic_subjects": True},
        GITHUB,
        STS,
        ["repo:acme@123/infra@456:environment:prod", "repo:acme/infra:environment:prod"],
        ["repo:acme@124/infra@456:environment:prod"],
    ),
    (
        "github",
        {**INFRA, "branch": "a${b}c"},
        GITHUB,
        STS,
        ["repo:acme/infra:ref:refs/heads/a${b}c"],
        ["repo:acme/infra:ref:refs/heads/ac"],
    ),
    (
        "gitlab",
        {"project": "acme/platform/infra", "branch": "main"},
        GITLAB,
        "https://gitlab.com",
        ["project_path:acme/platform/infra:ref_type:branch:ref:main"],
        [
            "project_path:acme/platform/infra:ref_type:tag:ref:main",
            "project_path:acme/platform/infra2:ref_type:branch:ref:main",
            "project_path:acme/infra:ref_type:branch:ref:main",
        ],
    ),
    (
        "gitlab",
        {"project": "acme/infra", "tag": ["v*", "prod"]},
        GITLAB,
        "https://gitlab.com",
        ["project_path:acme/infra:ref_type:tag:ref:v7", "project_path:acme/infra:ref_type:tag:ref:prod"],
        ["project_path:acme/infra:ref_type:branch:ref:v7"],
    ),
    (
        "gitlab",
        {"project": "acme/infra"},
        GITLAB,
        "https://gitlab.com",
        ["project_path:acme/infra:ref_type:branch:ref:any"],
        ["project_path:acme/infra/sub:ref_type:branch:ref:any"],
    ),
    (
        "terraform_cloud",
        {**WORKSPACE, "run_phase": "apply"},
        TERRAFORM,
        "aws.workload.identity",
        ["organization:acme:project:core:workspace:prod:run_phase:apply"],
        [
            "organization:acme:project:core:workspace:prod:run_phase:plan",
            "organization:acme:project:core:workspace:prod2:run_phase:apply",
            "organization:acme2:project:core:workspace:prod:run_phase:apply",
            "organization:acme:project:Default Project:workspace:prod:run_phase:apply",
        ],
    ),
    (
        "terraform_cloud",
        {"organization": "acme", "workspace": "prod"},
        TERRAFORM,
        "aws.workload.identity",
        [
            f"organization:acme:project:Default Project:workspace:prod:run_phase:{e}"
            for e in ("plan", "apply")
        ],
        ["organization:acme:project:core:workspace:prod:run_phase:plan"],
    ),
    (
        "bitbucket",
        BUCKET,
        BITBUCKET,
        f"ari:cloud:bitbucket::workspace/{ORG}",
        [f"{{{PROJECT}}}:{{{OTHER}}}", f"{{{PROJECT}}}:{{{USER}}}:{{{OTHER}}}"],
        [f"{{{OTHER}}}:{{{PROJECT}}}"],
    ),
    (
        "bitbucket",
        {**BUCKET, "environment_uuid": f"{{{USER}}}"},
        BITBUCKET,
        f"ari:cloud:bitbucket::workspace/{ORG}",
        [f"{{{PROJECT}}}:{{{USER}}}:{{{OTHER}}}"],
        [f"{{{PROJECT}}}:{{{OTHER}}}", f"{{{PROJECT}}}:{{{OTHER}}}:{{{USER}}}"],
    ),
    (
        "circleci",
        CIRCLE,
        CIRCLECI,
        ORG,
        [f"org/{ORG}/project/{PROJECT}/user/{USER}", circle()],
        [f"org/{ORG}/project/{OTHER}/user/{USER}", f"org/{OTHER}/project/{PROJECT}/user/{USER}"],
    ),
    (
        "circleci",
        {**CIRCLE, "user_id": USER},
        CIRCLECI,
        ORG,
        [f"org/{ORG}/project/{PROJECT}/user/{USER}", circle()],
        [f"org/{ORG}/project/{PROJECT}/user/{OTHER}", circle(user=OTHER)],
    ),
    (
        "circleci",
        {**CIRCLE, "repository": "github.com/acme/infra", "branch": ["main", "release/*"]},
        CIRCLECI,
        ORG,
        [circle(), circle(user=OTHER), circle("release/7")],
        [
            f"org/{ORG}/project/{PROJECT}/user/{USER}",
            circle("main2"),
            circle(repository="github.com/evil/infra"),
            circle(
                "x/vcs-origin/github.com/acme/infra/vcs-ref/refs/heads/main",
                repository="github.com/evil/infra",
            ),
        ],
    ),
    (
        "eks_service_account",
        POD,
        EKS,
        STS,
        ["system:serviceaccount:prod:api"],
        [
            "system:serviceaccount:prod:api2",
            "system:serviceaccount:prod2:api",
            "system:serviceaccount:dev:api",
        ],
    ),
    (
        "eks_service_account",
        {"namespace": "prod", "service_account": ["api", "job-*"]},
        EKS,
        STS,
        ["system:serviceaccount:prod:api", "system:serviceaccount:prod:job-7"],
        ["system:serviceaccount:prod:jobs"],
    ),
]


@pytest.mark.parametrize(
    ("preset", "arguments", "host", "audience", "right", "near"), TOKENS, ids=[row[0] for row in TOKENS]
)
def test_tokens(preset, arguments, host, audience, right, near):
    """The subjects that the provider writes for what is meant get in, with the usual audience only."""
    trust = trust_of(preset, host, **arguments)

    for subject in right:
        assert answer(trust, host, sub=subject, aud=audience) is Answer.ALLOWED, subject
        assert answer(trust, host, sub=subject, aud="else") is Answer.DENIED
        assert answer(trust, host, sub=subject) is Answer.DENIED
    for subject in near:
        assert answer(trust, host, sub=subject, aud=audience) is Answer.DENIED, subject
    assert answer(trust, host, aud=audience) is Answer.DENIED


def test_a_reusable_workflow():
    """The job has to be in that workflow, at that ref, and in the repository besides."""
    workflow = "acme/ci/.github/workflows/deploy.yml@refs/heads/main"
    trust = trust_of("github", GITHUB, **INFRA, reusable_workflow=workflow)

    def answered(sub="repo:acme/infra:ref:refs/heads/x", **claims):
        return answer(trust, GITHUB, sub=sub, aud=STS, **claims)

    assert answered(job_workflow_ref=workflow) is Answer.ALLOWED
    assert answered(job_workflow_ref=f"{workflow}2") is Answer.DENIED
    assert answered() is Answer.DENIED
    assert answered(sub="repo:acme/other:ref:refs/heads/x", job_workflow_ref=workflow) is Answer.DENIED


def test_permission_set():
    """People come by the reserved role, not by a provider."""
    trust = presets.permission_set(name="Admin", accounts=["111111111111"])

    assert trust == {"accounts": ["111111111111"], "permission_sets": ["Admin"]}
    assert read_trusts([trust])


REFUSED = [
    # preset, its arguments, the argument at fault, what the message says
    ("github", {"repository": "acme/*"}, "repository", "without wildcards"),
    ("github", {"repository": "infra"}, "repository", "OWNER/NAME"),
    ("github", {"repository": None}, "repository", "OWNER/NAME"),
    ("github", {**INFRA, "owner_id": "123"}, "repository_id", "is missing"),
    ("github", {**INFRA, "repository_id": "123"}, "owner_id", "is missing"),
    ("github", {**IMMUTABLE, "owner_id": 123}, "owner_id", "as a text"),
    ("github", {**INFRA, "classic_subjects": False}, "classic_subjects", "no subject is left"),
    (
        "github",
        {**INFRA, "reusable_workflow": "acme/ci/deploy.yml"},
        "reusable_workflow",
        ".github/workflows",
    ),
    (
        "github",
        {**INFRA, "reusable_workflow": "*/ci/.github/workflows/d.yml@main"},
        "reusable_workflow",
        "ref",
    ),
    ("gitlab", {"project": "acme/*"}, "project", "without wildcards"),
    ("gitlab", {"project": "infra"}, "project", "GROUP/PROJECT"),
    ("terraform_cloud", {**WORKSPACE, "organization": "*"}, "organization", "without wildcards"),
    ("terraform_cloud", {**WORKSPACE, "project": "a:b"}, "project", "its name"),
    ("terraform_cloud", {**WORKSPACE, "run_phase": "destroy"}, "run_phase", "plan, apply"),
    ("bitbucket", {**BUCKET, "repository_uuid": PROJECT}, "repository_uuid", "in braces"),
    ("bitbucket", {**BUCKET, "workspace_uuid": "{*}"}, "workspace_uuid", "in braces"),
    ("circleci", {**CIRCLE, "project_id": "*"}, "project_id", "UUID"),
    ("circleci", {**CIRCLE, "branch": "main"}, "branch", "without repository"),
    ("circleci", {**CIRCLE, "repository": "*"}, "repository", "without wildcards"),
    ("eks_service_account", {**POD, "namespace": "*"}, "namespace", "without wildcards"),
    ("eks_service_account", {**POD, "service_account": []}, "service_account", "Name one"),
]


@pytest.mark.parametrize(("preset", "arguments", "name", "says"), REFUSED)
def test_refused(preset, arguments, name, says):
    """What would make a subject too wide, or one that no token has, is refused with the argument's name."""
    with pytest.raises(DeclarationError) as caught:
        trust_of(preset, "x", **arguments)

    told = {fault.path: str(fault) for fault in caught.value.faults}
    assert says in told[f"{preset}({name})"]


def test_another_host():
    """Keys follow the provider's ARN: a server of one's own needs no preset of its own."""
    host = "github.acme.com/_services/token"
    trust = trust_of("github", host, **INFRA, environment="prod")

    assert answer(trust, host, sub="repo:acme/infra:environment:prod", aud=STS) is Answer.ALLOWED
