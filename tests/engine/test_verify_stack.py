"""`rolecall verify --stack` makes the verifications that a deployed stack declares, without an update."""

import json
import subprocess
import sys

from tests.engine.harness import MakeStack, Stack
from tests.resources.fakes import EXTERNAL_ID, trust_policy

from rolecall.sandbox.world import World

ACCOUNT = "arn:aws:iam::222222222222:role/"
PROGRAM = f"""
import pulumi_aws as aws
import rolecall

trusts = [{{"accounts": ["111111111111"], "external_ids": [{EXTERNAL_ID!r}]}}]
call = {{"caller": "profile tools", "service": "s3", "operation": "list_buckets", "expect": "allowed"}}
deploy = rolecall.CrossAccountRole(
    "deploy",
    trusts=trusts,
    policies=["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
    verify={{"callers": [{{"profile": "tools"}}], "can_do": [call]}},
)
app = rolecall.CrossAccountRole("app", trusts=trusts, verify=False)
rolecall.FleetVerification("fleet", roles=[app], callers={{"ci": {{"profile": "tools"}}}})
aws.iam.Role("plain", name="plain", assume_role_policy=deploy.trust_policy)
"""


def verify(stack: Stack, name: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in the folder of the program."""
    words = ["verify", "--stack", name, "--caller", "tools", "--json"]
    return subprocess.run(
        [sys.executable, "-m", "rolecall.cli", *words],
        cwd=stack.project,
        env=stack.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_deployed_stack_is_verified(stack: MakeStack, world: World) -> None:
    """As its verifications ask, the role beside them as the options say; what was opened since is found."""
    deployed = stack(PROGRAM)
    deployed.up().ok()

    done = verify(deployed, deployed.name)
    world.workload.client("iam").update_assume_role_policy(
        RoleName="deploy", PolicyDocument=json.dumps(trust_policy(None))
    )
    opened = verify(deployed, deployed.name)
    missing = verify(deployed, "prod")

    assert done.returncode == 0, done.stdout + done.stderr
    report, refuted = json.loads(done.stdout), json.loads(opened.stdout)
    kinds = {role["role_arn"].removeprefix(ACCOUNT): role for role in report["roles"]}
    assert (report["verdict"], sorted(kinds)) == ("proved", ["app", "deploy", "plain"])
    tried = {name: {probe["kind"] for probe in role["probes"]} for name, role in kinds.items()}
    assert tried["deploy"] == tried["app"] | {"can-do"}
    assert "external-id-absent" in tried["app"]
    assert {probe["caller"] for probe in kinds["app"]["probes"]} == {"ci"}
    assert {probe["caller"] for probe in kinds["plain"]["probes"]} == {"profile tools"}
    assert opened.returncode == 1
    assert [role["role_arn"] for role in refuted["roles"] if role["verdict"] == "refuted"] == [
        f"{ACCOUNT}deploy"
    ]
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "--stack prod: the stack can't be read: no stack named 'prod' found" in missing.stderr
