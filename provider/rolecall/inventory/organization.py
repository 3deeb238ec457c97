"""Reads what an organisation imposes on its accounts, from a file that holds it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict

from rolecall.errors import DeclarationError, Fault, PolicyError
from rolecall.policy import UNKNOWN, Policy, PolicyKind, parse
from rolecall.reach import Organization


class AccountShape(TypedDict, total=False):
    """One account of an organisation, as ``organization.json`` holds it.

    Attributes:
        Path: where it stands, such as ``o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/``.
        ServiceControlPolicies: policy documents, a list for each level from the root to the account.
        ResourceControlPolicies: likewise.
    """

    Path: str
    ServiceControlPolicies: list[list[dict[str, Any]]]
    ResourceControlPolicies: list[list[dict[str, Any]]]


class OrganizationShape(TypedDict):
    """An organisation, as ``organization.json`` holds it.

    Attributes:
        Id: such as ``o-a1b2c3d4e5``.
        Accounts: by account ID, all accounts of the organisation.
    """

    Id: str
    Accounts: dict[str, AccountShape]


_FIELDS: Final = frozenset(AccountShape.__annotations__)
_KINDS: Final = {
    "ServiceControlPolicies": PolicyKind.SERVICE_CONTROL,
    "ResourceControlPolicies": PolicyKind.RESOURCE_CONTROL,
}


def is_organization(document: object) -> bool:
    """Whether a decoded document looks like an organisation."""
    return isinstance(document, Mapping) and document.keys() == {"Id", "Accounts"}


def read_organization(document: object) -> Mapping[str, Organization]:
    """Read an organisation, told for each of its accounts by ID.

    Raises:
        DeclarationError: the document is no ``OrganizationShape``, with every fault that was found.
    """
    faults: list[Fault] = []
    found: dict[str, Organization] = {}
    identity = document.get("Id") if isinstance(document, Mapping) else None
    accounts = document.get("Accounts") if isinstance(document, Mapping) else None
    if not isinstance(identity, str) or not isinstance(accounts, Mapping):
        remedy = 'Write {"Id": "o-…", "Accounts": {"111111111111": {…}}}'
        raise DeclarationError([Fault("", "this is no organisation", remedy)])
    for account, shape in accounts.items():
        path = f"/Accounts/{account}"
        if not isinstance(shape, Mapping) or not _FIELDS.issuperset(shape):
            faults.append(Fault(path, "this is no account", f"It has {', '.join(sorted(_FIELDS))}"))
            continue
        found[account] = Organization(
            id=identity,
            path=shape.get("Path", UNKNOWN),
            service_control_policies=_levels(shape, "ServiceControlPolicies", path, faults),
            resource_control_policies=_levels(shape, "ResourceControlPolicies", path, faults),
        )
    if faults:
        raise DeclarationError(faults)
    return found


def _levels(
    shape: Mapping[str, Any], name: str, path: str, faults: list[Fault]
) -> tuple[tuple[Policy, ...], ...]:
    levels = shape.get(name, [])
    if not isinstance(levels, list) or not all(isinstance(level, list) for level in levels):
        faults.append(Fault(f"{path}/{name}", "this is no list of lists", "Write a list for each level"))
        return ()
    return tuple(
        tuple(_policies(level, _KINDS[name], f"{path}/{name}/{number}", faults))
        for number, level in enumerate(levels)
    )


def _policies(documents: Sequence[Any], kind: PolicyKind, path: str, faults: list[Fault]) -> list[Policy]:
    read = []
    for number, document in enumerate(documents):
        try:
            read.append(parse(document, kind=kind, stored=True))
        except PolicyError as error:
            faults += (
                Fault(f"{path}/{number}{each.path}", each.problem, each.remedy) for each in error.faults
            )
    return read
