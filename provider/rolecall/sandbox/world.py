"""The accounts that ``rolecall sandbox`` opens with: a workload, its tools, a vendor and a stranger."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .account import Account, User
from .credentials import Credentials
from .sandbox import Sandbox
from .web_identity.issuer import GITHUB

TOOLS_ACCOUNT: Final = "111111111111"
WORKLOAD_ACCOUNT: Final = "222222222222"
VENDOR_ACCOUNT: Final = "333333333333"
STRANGER_ACCOUNT: Final = "444444444444"
REPOSITORY: Final = "acme/infra"

_MAY_ASSUME: Final[Mapping[str, object]] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
            "Resource": "*",
        }
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What ``build`` made.

    Attributes:
        sandbox: where it all is.
        workload: the account of the roles; its admin is the default and the profile ``workload``.
        ci: user of the tools account; the profile ``tools``.
        alice: user of the tools account with an MFA device; the profile ``alice``.
        scanner: user of a third party's account; the profile ``vendor``.
        stranger: user of an account nobody trusts; the profile ``stranger``.
    """

    sandbox: Sandbox
    workload: Account
    ci: User
    alice: User
    scanner: User
    stranger: User

    @property
    def profiles(self) -> Mapping[str, Credentials]:
        """The keys by the names of their profiles."""
        return {
            "workload": self.workload.admin,
            "tools": self.ci.credentials,
            "alice": self.alice.credentials,
            "vendor": self.scanner.credentials,
            "stranger": self.stranger.credentials,
        }

    def environment(self, directory: Path) -> dict[str, str]:
        """Return the environment for a child process, as ``Sandbox.environment`` does.

        The process is also a GitHub Actions job: it can request web identity tokens of ``REPOSITORY``.
        """
        settings = self.sandbox.environment(
            default=self.workload.admin, profiles=self.profiles, directory=directory
        )
        return {**settings, **self.sandbox.issuers.get(GITHUB).github_job(REPOSITORY)}


def build(sandbox: Sandbox) -> World:
    """Make the accounts and users in a sandbox that runs.

    Raises:
        SandboxError: the sandbox doesn't run, or has such users already.
    """
    tools = sandbox.account(TOOLS_ACCOUNT)
    return World(
        sandbox=sandbox,
        workload=sandbox.account(WORKLOAD_ACCOUNT),
        ci=tools.user("ci", policies=[_MAY_ASSUME]),
        alice=tools.user("alice", policies=[_MAY_ASSUME], mfa=True),
        scanner=sandbox.account(VENDOR_ACCOUNT).user("scanner", policies=[_MAY_ASSUME]),
        stranger=sandbox.account(STRANGER_ACCOUNT).user("stranger", policies=[_MAY_ASSUME]),
    )
