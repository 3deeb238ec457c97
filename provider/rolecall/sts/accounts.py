"""Reads whole accounts and the organisation above them over boto3, as AWS's own documents."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import ProbeError
from rolecall.verification import CallerSource

from .credentials import Defaults, Keys, client_config, open_keys
from .errors import sentence_of

_LISTS: Final = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_POLICY_TYPES: Final = {
    "SERVICE_CONTROL_POLICY": "ServiceControlPolicies",
    "RESOURCE_CONTROL_POLICY": "ResourceControlPolicies",
}


@dataclass(slots=True)
class AccountReader:
    """Credentials that may read one account (``iam:GetAccountAuthorizationDetails``).

    Attributes:
        source: where they come from; ``None`` for boto3's default chain.
        defaults: profile and region where the source doesn't say.
    """

    source: CallerSource | None = None
    defaults: Defaults = field(default_factory=Defaults)
    _opened: Keys | None = field(default=None, init=False, repr=False)

    def account(self) -> str:
        """The ID of the account, 12 digits.

        Raises:
            ProbeError: AWS couldn't be asked.
        """
        try:
            keys = self._keys()
            return str(keys.sts(keys.region).get_caller_identity()["Account"])
        except (ClientError, BotoCoreError) as error:
            raise ProbeError(f"the account can't be told: {sentence_of(error)}") from error

    def details(self) -> dict[str, list[Any]]:
        """All pages of GetAccountAuthorizationDetails in one document.

        Raises:
            ProbeError: the account can't be read.
        """
        found: dict[str, list[Any]] = {name: [] for name in _LISTS}
        try:
            pages: Any = self._keys().iam().get_paginator("get_account_authorization_details").paginate()
            for page in pages:
                for name in _LISTS:
                    found[name] += page.get(name, [])
        except (ClientError, BotoCoreError) as error:
            raise ProbeError(f"the account can't be read: {sentence_of(error)}") from error
        return found

    def organization(self) -> "OrganizationDocument":
        """The organisation that the account manages, or is a delegated administrator of.

        Raises:
            ProbeError: it can't be read.
        """
        keys = self._keys()
        make: Any = keys.session.client
        try:
            return _read(make("organizations", region_name=keys.region, config=client_config(), **keys.token))
        except (ClientError, BotoCoreError) as error:
            raise ProbeError(f"the organization can't be read: {sentence_of(error)}") from error

    def _keys(self) -> Keys:
        if self._opened is None:
            self._opened = open_keys(self.source, self.defaults)
        return self._opened


@dataclass(frozen=True, slots=True)
class OrganizationDocument:
    """An organisation as ``organization.json`` holds it, and what else is needed to read its accounts.

    Attributes:
        document: ``Id``, and ``Accounts`` with path and policies of each.
        partition: such as ``aws``.
        management_account: 12 digits.
    """

    document: Mapping[str, Any]
    partition: str
    management_account: str


def _read(organizations: Any) -> OrganizationDocument:
    about = organizations.describe_organization()["Organization"]
    management = about["MasterAccountId"]
    reader = _Reader(organizations, management)
    for root in _pages(organizations, "list_roots", "Roots"):
        enabled = {each["Type"] for each in root.get("PolicyTypes", []) if each["Status"] == "ENABLED"}
        reader.types = {kind: name for kind, name in _POLICY_TYPES.items() if kind in enabled}
        nothing: Levels = {name: [] for name in reader.types.values()}
        reader.read_unit(root["Id"], f"{about['Id']}/{root['Id']}/", nothing)
    return OrganizationDocument(
        document={"Id": about["Id"], "Accounts": reader.accounts},
        partition=about["Arn"].split(":")[1],
        management_account=management,
    )


Levels = Mapping[str, list[list[Any]]]
"""For each field of an account: the policies of each level, from the root down."""


@dataclass(slots=True)
class _Reader:
    """Walks down an organisation.

    Attributes:
        organizations: the client.
        management: the management account, which service and resource control policies don't affect.
        types: the types of policies that are enabled, and the fields that hold them.
        accounts: what was found.
    """

    organizations: Any
    management: str
    types: Mapping[str, str] = field(default_factory=dict)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    _documents: dict[str, Any] = field(default_factory=dict)

    def read_unit(self, unit: str, path: str, above: Levels) -> None:
        levels = self._with(above, unit)
        for account in _pages(self.organizations, "list_accounts_for_parent", "Accounts", ParentId=unit):
            if account["Status"] != "ACTIVE":
                continue
            number = account["Id"]
            own = {} if number == self.management else self._with(levels, number)
            self.accounts[number] = {"Path": path, **own}
        below = "list_organizational_units_for_parent"
        for each in _pages(self.organizations, below, "OrganizationalUnits", ParentId=unit):
            self.read_unit(each["Id"], f"{path}{each['Id']}/", levels)

    def _with(self, above: Levels, target: str) -> dict[str, list[list[Any]]]:
        return {name: [*above[name], self._policies(target, kind)] for kind, name in self.types.items()}

    def _policies(self, target: str, kind: str) -> list[Any]:
        attached = _pages(
            self.organizations, "list_policies_for_target", "Policies", TargetId=target, Filter=kind
        )
        return [self._document(each["Id"]) for each in attached]

    def _document(self, policy: str) -> Any:
        if policy not in self._documents:
            found = self.organizations.describe_policy(PolicyId=policy)["Policy"]
            self._documents[policy] = json.loads(found["Content"])
        return self._documents[policy]


def _pages(client: Any, operation: str, name: str, **arguments: str) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page[name]
