"""Every program under examples/ runs on the real engine, and proves what its README says."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.engine.harness import MakeStack, Stack

from rolecall.sandbox import Credentials
from rolecall.sandbox.saml.idp import SamlClaims, SamlIdentityProvider
from rolecall.sandbox.web_identity.issuer import GITHUB
from rolecall.sandbox.world import World

EXAMPLES = Path(__file__).parents[2] / "examples"
TOOLS, WORKLOAD = "111111111111", "222222222222"


@dataclass
class Stage:
    """What is there before an example runs: an AWS, more profiles, variables, files beside the program."""

    world: World
    folder: Path
    profiles: dict[str, Credentials] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def role_session(self, name: str, *, path: str = "/") -> Credentials:
        """Credentials of a role of the tools account that may assume everything."""
        tools = self.world.sandbox.account(TOOLS)
        own = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": TOOLS}}
        policies = [{"Effect": "Allow", "Action": ["sts:*", "iam:Get*", "iam:List*"], "Resource": "*"}]
        version = "2012-10-17"
        role = tools.role(
            name,
            {"Version": version, "Statement": [own]},
            policies=[{"Version": version, "Statement": policies}],
            path=path,
        )
        got = tools.client("sts").assume_role(RoleArn=role.arn, RoleSessionName="session")["Credentials"]
        return Credentials(got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"])


def nothing(_stage: Stage) -> None:
    """The sandbox's own accounts and users are enough."""


def pipeline(stage: Stage) -> None:
    stage.profiles["pipeline"] = stage.role_session("pipeline")


def permission_sets(stage: Stage) -> None:
    where = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    stage.profiles["platform"] = stage.role_session("AWSReservedSSO_Platform_0123456789abcdef", path=where)


def job(stage: Stage) -> None:
    github = stage.world.sandbox.issuers.get(GITHUB)
    stage.variables |= github.github_job("acme/infra", environment="production")


def metadata(stage: Stage) -> SamlIdentityProvider:
    company = SamlIdentityProvider.new()
    (stage.folder / "idp-metadata.xml").write_text(company.metadata)
    return company


def response(stage: Stage) -> None:
    account = f"arn:aws:iam::{WORKLOAD}"
    role = (f"{account}:role/sso-audit", f"{account}:saml-provider/company")
    stage.variables["SAML_RESPONSE"] = metadata(stage).respond(SamlClaims(roles=(role,)))


@dataclass(frozen=True)
class Example:
    """One run of an example.

    Attributes:
        folder: below examples/.
        outputs: what the stack's outputs must begin with.
        stage: what is put there first.
        name: tells runs of one example apart.
    """

    folder: str
    outputs: Mapping[str, str]
    stage: Callable[[Stage], object] = nothing
    name: str = ""


LIVE = {"verdict": "proved", "level": "live"}
PROVED = {"verdict": "proved"}
EVALUATED = {"level": "evaluated"}

RUNS = [
    Example("first_light", LIVE),
    Example("vendor_external_id", {**PROVED, "for acme": "[profile our-customer]"}),
    Example("humans_and_machines", PROVED, pipeline),
    Example("identity_center", PROVED, permission_sets),
    Example("github_actions", EVALUATED, name="on a laptop"),
    Example("github_actions", {**LIVE, "step": "- uses: aws-actions/"}, job, name="in a job"),
    Example("saml_sign_on", EVALUATED, metadata, name="without a response"),
    Example("saml_sign_on", LIVE, response, name="with a response"),
    Example("break_glass", PROVED),
]


def copied(folder: str, to: Path) -> Path:
    """The example as a user copies it: the engine writes the stack's settings beside the program."""
    return shutil.copytree(EXAMPLES / folder, to / "project", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.mark.shows("AssumeRole: source identity", "declared", "performed")
@pytest.mark.parametrize("example", RUNS, ids=lambda run: f"{run.folder} {run.name}".strip())
def test_an_example_goes_up(example: Example, stack: MakeStack, world: World, tmp_path: Path) -> None:
    """It deploys, says what it should, has nothing to change afterwards, and can be destroyed."""
    stage = Stage(world, copied(example.folder, tmp_path))
    example.stage(stage)
    environment = world.sandbox.environment(
        default=world.workload.admin, profiles={**world.profiles, **stage.profiles}, directory=tmp_path
    )
    deployed: Stack = stack(stage.folder, environment={**environment, **stage.variables})
    deployed.up().ok()
    outputs = deployed.outputs()

    begun = {name: outputs[name][: len(begin)] for name, begin in example.outputs.items()}
    assert begun == example.outputs
    deployed.preview("--expect-no-changes").ok()


@pytest.mark.shows("AssumeRole: chains", "declared", "performed")
def test_hub_and_spoke_over_three_accounts(stack: MakeStack, world: World, tmp_path: Path) -> None:
    """The hub leads on to both spokes, whose proofs go the whole way through it."""
    spokes = (WORKLOAD, "333333333333")

    def side(folder: str, account: str) -> Stack:
        admin = world.sandbox.account(account).admin
        environment = world.sandbox.environment(
            default=admin, profiles=world.profiles, directory=tmp_path / account
        )
        return stack(copied(f"hub_and_spoke/{folder}", tmp_path / account), environment=environment)

    hub = side("hub", TOOLS)
    for index, account in enumerate(spokes):
        hub.pulumi("config", "set", "--path", f"spokes[{index}]", account).ok()
    hub.up().ok()
    assert hub.outputs()["verdict"] == "proved"
    for account in spokes:
        spoke = side("spoke", account)
        spoke.config("hub", hub.outputs()["arn"])
        spoke.up().ok()
        assert spoke.outputs()["verdict"] == "proved"


def test_every_example_is_run_and_says_when_to_use_it() -> None:
    """No example is forgotten here, without a README, or missing in the list of examples."""
    folders = {each.name for each in EXAMPLES.iterdir() if each.is_dir() and not each.name.startswith("_")}

    assert folders == {run.folder for run in RUNS} | {"hub_and_spoke"}
    for folder in folders:
        assert (EXAMPLES / folder / "README.md").read_text().startswith("# ")
        assert f"({folder}/)" in (EXAMPLES / "README.md").read_text()
