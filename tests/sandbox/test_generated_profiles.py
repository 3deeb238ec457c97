"""Profiles that are generated from a trust policy open the role for plain boto3."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from rolecall.policy import build_trust_policy, parse, read_trusts
from rolecall.reports.access import access_texts, read_access
from rolecall.sandbox.web_identity.issuer import GITHUB
from rolecall.sandbox.world import World

WHO = "import boto3; print(boto3.Session(profile_name='deploy').client('sts').get_caller_identity()['Arn'])"


def who(world: World, folder: Path, trust: dict[str, Any], *, typed: str = "", **caller: Any) -> str:
    """Who a process is that has the role's generated profile, and nothing else of the role."""
    document = build_trust_policy(read_trusts([trust]))
    role = world.workload.role("deploy", document)
    access = read_access(caller, parse(document), role.arn, longest=3600)
    environment = world.environment(folder)
    with (folder / "config").open("a") as config:
        config.write(access_texts(access)["cli_profile"])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WHO],
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,  # without a terminal the code is read from standard input
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_mfa(world: World, tmp_path: Path) -> None:
    """The SDK asks for the code of the device that the profile names, and the trust that demands it opens."""
    trust = {"users": [world.alice.arn], "requires_mfa": True, "role_session_name": "alice"}

    arn = who(
        world,
        tmp_path,
        trust,
        typed=f"{world.alice.totp()}\n",
        source_profile="alice",
        mfa_serial=world.alice.mfa_serial,
    )

    assert arn == "arn:aws:sts::222222222222:assumed-role/deploy/alice"


def test_a_web_identity_token(world: World, tmp_path: Path) -> None:
    """The SDK shows the token in the file; no key is needed."""
    github = world.sandbox.issuers.get(GITHUB)
    made = world.workload.client("iam").create_open_id_connect_provider(
        Url=GITHUB, ClientIDList=["sts.amazonaws.com"]
    )
    token = tmp_path / "token"
    token.write_text(github.token({"sub": "repo:acme/infra:ref:refs/heads/main"}))
    trust = {
        "provider_arn": made["OpenIDConnectProviderArn"],
        "oidc_subjects": ["repo:acme/infra:*"],
        "role_session_name": "job",
    }

    assert who(world, tmp_path, trust, token_file=str(token)).endswith("assumed-role/deploy/job")
