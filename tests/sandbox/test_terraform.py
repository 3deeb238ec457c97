"""Terraform's own aws provider makes, reads, changes and deletes roles in the sandbox, as in AWS."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.sandbox.helpers import TOOLS, WORKLOAD, Clock, refused

from rolecall.sandbox import Account, Sandbox, User

# In a mirror a provider lies under HOST/NAMESPACE/TYPE/VERSION/PLATFORM.
_PROVIDER = "*/hashicorp/aws/*/*/terraform-provider-aws_*"
_USUAL_FOLDERS = ("~/.terraform.d", "/usr/local/share/terraform", "/usr/share/terraform", "/opt")

_PROGRAM = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {}

variable "external_id" { type = string }

data "aws_caller_identity" "me" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111111111111:root"]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
}

resource "aws_iam_role" "deploy" {
  name                 = "deploy"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 7200
  tags                 = { team = "blue" }
}

resource "aws_iam_policy" "own" {
  name   = "own"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:ListBucket", Resource = "*" }]
  })
}

resource "aws_iam_role_policy" "inline" {
  role   = aws_iam_role.deploy.name
  policy = aws_iam_policy.own.policy
}

resource "aws_iam_role_policy_attachment" "read_only" {
  for_each   = { aws = "arn:aws:iam::aws:policy/ReadOnlyAccess", own = aws_iam_policy.own.arn }
  role       = aws_iam_role.deploy.name
  policy_arn = each.value
}

resource "aws_iam_user" "robot" {
  name                 = "robot"
  permissions_boundary = aws_iam_policy.own.arn
}

resource "aws_iam_access_key" "robot" {
  user = aws_iam_user.robot.name
}

resource "aws_iam_openid_connect_provider" "github" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
}

output "arn" { value = aws_iam_role.deploy.arn }
output "account" { value = data.aws_caller_identity.me.account_id }
"""


def _mirror() -> Path | None:
    """Return a folder that holds Terraform's aws provider, for a machine that can't download it."""
    chosen = os.environ.get("ROLECALL_TERRAFORM_MIRROR")
    if chosen:
        return Path(chosen)
    found = (each for folder in _USUAL_FOLDERS for each in Path(folder).expanduser().glob(f"*/{_PROVIDER}"))
    return next((provider.parents[5] for provider in found), None)


class Terraform:
    """Terraform in a folder of its own."""

    def __init__(self, program: str, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        (folder / "main.tf").write_text(program)

    def __call__(self, *arguments: str) -> str:
        """Run a command and return what it printed."""
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def terraform(sandbox: Sandbox, workload: Account, tmp_path: Path) -> Terraform:
    mirror = _mirror()
    if shutil.which("terraform") is None:
        pytest.skip("there is no terraform on PATH")
    if mirror is None:
        pytest.skip(
            f"no mirror with the aws provider in {', '.join(_USUAL_FOLDERS)}: set ROLECALL_TERRAFORM_MIRROR"
        )
    rc = tmp_path / "terraform.rc"
    rc.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
    environment = sandbox.environment(default=workload.admin, directory=tmp_path / "aws")
    environment |= {"TF_CLI_CONFIG_FILE": str(rc), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    return Terraform(_PROGRAM, tmp_path, environment)


@pytest.mark.timeout(600)
def test_life_of_a_role(
    sandbox: Sandbox, workload: Account, ci: User, terraform: Terraform, clock: Clock
) -> None:
    """What Terraform makes is enforced at once; a second plan finds nothing to do; destroy leaves nothing."""
    sts = sandbox.client("sts", ci.credentials)

    def apply(external_id: str) -> dict[str, dict[str, str]]:
        terraform("apply", "-auto-approve", "-input=false", "-no-color", f"-var=external_id={external_id}")
        outputs: dict[str, dict[str, str]] = json.loads(terraform("output", "-json"))
        return outputs

    terraform("init", "-input=false", "-no-color")
    outputs = apply("blue-heron")
    assert outputs["account"]["value"] == WORKLOAD
    arn = outputs["arn"]["value"]
    run = {"RoleArn": arn, "RoleSessionName": "run"}
    assert sts.assume_role(**run, ExternalId="blue-heron")
    plan = terraform("plan", "-input=false", "-no-color", "-detailed-exitcode", "-var=external_id=blue-heron")
    assert "No changes" in plan

    apply("grey-heron")
    assert refused(sts.assume_role, **run, ExternalId="blue-heron").code == "AccessDenied"
    assert sts.assume_role(**run, ExternalId="grey-heron")

    terraform("destroy", "-auto-approve", "-input=false", "-no-color", "-var=external_id=x-x")
    iam = workload.client("iam")
    assert iam.list_roles()["Roles"] == []
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["admin"]
    assert iam.list_policies(Scope="Local")["Policies"] == []
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    assert ci.arn.startswith(f"arn:aws:iam::{TOOLS}:")
