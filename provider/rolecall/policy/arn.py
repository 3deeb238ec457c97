"""Amazon Resource Names as values, with what the ARNs of IAM and STS say about a principal."""

import re
from dataclasses import dataclass
from typing import Self

from rolecall.errors import DeclarationError, Fault

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z0-9-]*):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*)"
    r":(?P<account>\d{12}|aws|):(?P<resource>.+)",
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Arn:
    """An ARN of any service in its five parts after ``arn:`` (AWS page: Amazon Resource Names).

    Attributes:
        partition: ``aws``, ``aws-cn``, ``aws-us-gov`` …
        service: the namespace, such as ``iam`` or ``sts``.
        region: empty for IAM and for global STS ARNs.
        account: 12 digits, ``aws`` for what AWS itself owns, or empty.
        resource: the rest, colons and slashes included, such as ``role/ops/deploy``.
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str, *, path: str = "") -> Self:
        """Read an ARN.

        Args:
            text: the ARN.
            path: where the text stands, for the error.

        Raises:
            DeclarationError: the text is no ARN.
        """
        found = _ARN.fullmatch(text)
        if found is None:
            remedy = "An ARN has six parts: arn:partition:service:region:account:resource"
            raise DeclarationError([Fault(path, f'"{text}" is not an ARN', remedy)])
        return cls(*found.groups())

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"

    @property
    def is_account_root(self) -> bool:
        """Whether this is ``arn:…:iam::ACCOUNT:root``."""
        return self.service == "iam" and self.resource == "root"

    @property
    def resource_type(self) -> str:
        """What stands before the first slash: ``role``, ``user``, ``assumed-role``, or all of it."""
        return self.resource.partition("/")[0]

    @property
    def name(self) -> str:
        """What stands after the last slash: a role's, a user's, or a session's name."""
        return self.resource.rpartition("/")[2]

    @property
    def path(self) -> str:
        """The path of a role or user, with a slash at both ends; ``/`` where there is none."""
        between = self.resource.partition("/")[2].rpartition("/")[0]
        return f"/{between}/" if between else "/"

    @property
    def is_role(self) -> bool:
        """Whether this is the ARN of a role."""
        return self.service == "iam" and self.resource_type == "role"

    @property
    def is_user(self) -> bool:
        """Whether this is the ARN of an IAM user."""
        return self.service == "iam" and self.resource_type == "user"

    @property
    def is_role_session(self) -> bool:
        """Whether this is the ARN of a role session, as ``GetCallerIdentity`` gives it."""
        return self.service == "sts" and re.fullmatch(r"assumed-role/[^/]+/[^/]+", self.resource) is not None

    @property
    def is_federated_user(self) -> bool:
        """Whether this is the ARN that credentials of ``GetFederationToken`` have."""
        return self.service == "sts" and self.resource_type == "federated-user"

    def without_path(self) -> "Arn":
        """Return the ARN that a role or user of the same name would have without its path."""
        return Arn(
            self.partition, self.service, self.region, self.account, f"{self.resource_type}/{self.name}"
        )

    def role_of_session(self) -> "Arn":
        """Return the ARN of a session's role, without the role's path: a session's ARN does not tell it.

        Raises:
            DeclarationError: this is no ARN of a role session.
        """
        if not self.is_role_session:
            remedy = "It looks like arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION"
            raise DeclarationError([Fault("", f'"{self}" is not the ARN of a role session', remedy)])
        role = self.resource.split("/")[1]
        return Arn(self.partition, "iam", "", self.account, f"role/{role}")


def account_root(account: str, *, partition: str = "aws") -> str:
    """Return the ARN by which a policy names a whole account (12 digits)."""
    return f"arn:{partition}:iam::{account}:root"
