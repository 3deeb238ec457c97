"""Accounts of the sandbox and what is in them, as a test or a demo sets them up."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rolecall.errors import SandboxError

from .credentials import Credentials

if TYPE_CHECKING:
    from .iam.backend import SandboxIam
    from .iam.mfa import MfaCodes

_EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}

Document = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An IAM user with an access key.

    Attributes:
        arn: with its path.
        name: without it.
        credentials: its first access key.
        mfa_serial: ARN of its MFA device; ``None`` where it has none.
        totp_seed: what the device's codes are made from, in base 32.
    """

    arn: str
    name: str
    credentials: Credentials
    mfa_serial: str | None
    totp_seed: str | None = field(repr=False)
    _codes: "MfaCodes" = field(repr=False)

    def totp(self) -> str:
        """Return the code that the device shows now, by the sandbox's clock; used or not.

        Raises:
            SandboxError: the user has no device.
        """
        if self.totp_seed is None:
            message = f"User {self.name} has no MFA device. Make it with mfa=True."
            raise SandboxError(message)
        return self._codes.current(self.totp_seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """An IAM role: its ARN with the path, its name without it, and its AROA… id."""

    arn: str
    name: str
    unique_id: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What an account needs of its sandbox.

    Attributes:
        writing: opens the IAM of an account for a change; raises ``SandboxError`` where AWS would
            refuse it.
        root_key: makes a key of an account's root.
        codes: the codes of MFA devices.
        client: makes a boto3 client.
    """

    writing: Callable[[str], AbstractContextManager["SandboxIam"]]
    root_key: Callable[[str], Credentials]
    codes: "MfaCodes"
    client: Callable[[str, Credentials], Any]


class Account:
    """One AWS account of the sandbox.

    Attributes:
        id: 12 digits.
        admin: key of the user ``admin``, who may do everything.
        root: key of the account's root.
    """

    def __init__(self, account_id: str, setting: Setting) -> None:
        self.id = account_id
        self._setting = setting
        self.root = setting.root_key(account_id)
        self.admin = self.user("admin", policies=[_EVERYTHING]).credentials

    def __repr__(self) -> str:
        return f"Account({self.id!r})"

    def user(
        self, name: str, *, policies: Sequence[Document] = (), mfa: bool = False, path: str = "/"
    ) -> User:
        """Make a user with a key, inline policies, and an MFA device where asked for.

        Raises:
            SandboxError: AWS would refuse it.
        """
        with self._setting.writing(self.id) as iam:
            user = iam.create_user(iam.partition, name, path)
            for index, policy in enumerate(policies):
                iam.put_user_policy(name, f"inline-{index}", json.dumps(policy))
            key = iam.create_access_key(name)
            seed = serial = None
            if mfa:
                device = iam.create_virtual_mfa_device(name, "/")
                seed, serial = device.base32_string_seed, device.serial_number
                iam.hand_over_mfa_device(name, serial)
        return User(
            arn=user.arn,
            name=name,
            credentials=Credentials(key.access_key_id, key.secret_access_key),
            mfa_serial=serial,
            totp_seed=seed,
            _codes=self._setting.codes,
        )

    def role(
        self,
        name: str,
        trust_policy: Document,
        *,
        policies: Sequence[Document] = (),
        path: str = "/",
        max_session_duration: int = 3600,
    ) -> Role:
        """Make a role with inline policies; ``max_session_duration`` in seconds.

        Raises:
            SandboxError: AWS would refuse it.
        """
        with self._setting.writing(self.id) as iam:
            trust, longest = json.dumps(trust_policy), str(max_session_duration)
            role = iam.create_role(name, trust, path, None, "", [], longest)
            for index, policy in enumerate(policies):
                iam.put_role_policy(name, f"inline-{index}", json.dumps(policy))
        return Role(arn=role.arn, name=name, unique_id=role.id)

    def client(self, service: str) -> Any:
        """Return a boto3 client of the account's admin."""
        return self._setting.client(service, self.admin)
