"""A job of GitHub Actions and the role that it may assume, which needs no keys."""

from dataclasses import dataclass

from tests.sandbox.helpers import policy

from rolecall.sandbox.web_identity.issuer import GITHUB
from rolecall.sandbox.world import World

AUDIENCE = "sts.amazonaws.com"
MAIN = "repo:acme/infra:ref:refs/heads/main"


@dataclass(frozen=True)
class Job:
    """What the job has.

    Attributes:
        role_arn: a role that it may assume.
        token: its own.
        other_token: that of another branch.
    """

    role_arn: str
    token: str
    other_token: str


def job(world: World) -> Job:
    """A job of a repository's main branch, which a role of the workload account trusts."""
    made = world.workload.client("iam").create_open_id_connect_provider(Url=GITHUB, ClientIDList=[AUDIENCE])
    host = GITHUB.removeprefix("https://")
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": made["OpenIDConnectProviderArn"]},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:sub": MAIN, f"{host}:aud": AUDIENCE}},
    }
    issuer = world.sandbox.issuers.get(GITHUB)
    return Job(
        role_arn=world.workload.role("deploy", policy(statement)).arn,
        token=issuer.token({"sub": MAIN}),
        other_token=issuer.token({"sub": f"{MAIN}-2"}),
    )
