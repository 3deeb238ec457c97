"""Reads users and roles with their policies from what IAM's GetAccountAuthorizationDetails answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from rolecall.errors import DeclarationError, Fault, PolicyError
from rolecall.policy import UNKNOWN, Arn, Policy, PolicyKind, Unknown, parse
from rolecall.reach import AccountDetails, Organization, Role, User

Record = Mapping[str, Any]

_LISTS: Final = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_REMEDY: Final = "Give what `aws iam get-account-authorization-details` printed, whole"


def is_authorization_details(document: object) -> bool:
    """Whether a decoded document looks like an answer of GetAccountAuthorizationDetails."""
    return isinstance(document, Mapping) and "UserDetailList" in document and "RoleDetailList" in document


def read_authorization_details(
    document: object,
    *,
    account: str | None = None,
    organization: Organization | Unknown | None = UNKNOWN,
) -> AccountDetails:
    """Read one account.

    A policy that can't be read makes what hangs on it unknown, and is told among the account's problems:
    nobody is left out for it.

    Args:
        document: the decoded JSON of ``aws iam get-account-authorization-details``, all pages in one.
        account: 12 digits; where ``None``, the ARNs tell it.
        organization: the one that the account is in, where that is known.

    Raises:
        DeclarationError: it is something else, only a page of it, or of more than one account.
    """
    if not isinstance(document, Mapping):
        raise _no_details("the document is no JSON object")
    records = {name: _records(document, name) for name in _LISTS}
    if document.get("IsTruncated"):
        raise _no_details("this is only the first page of the account's details")
    reader = _Reader({each["Arn"]: each for each in records["Policies"] if "Arn" in each})
    try:
        reader.read_groups(records["GroupDetailList"])
        users = tuple(map(reader.user, records["UserDetailList"]))
        roles = tuple(map(reader.role, records["RoleDetailList"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise _no_details(f"a record of the details is not as IAM makes them ({error!r})") from error
    found = {Arn.parse(each.arn).account for each in (*users, *roles)}
    if account is not None:
        found.add(account)
    if len(found) != 1:
        told = f"the details are of more than one account: {', '.join(sorted(found))}" if found else _EMPTY
        raise _no_details(told)
    return AccountDetails(
        account=found.pop(),
        users=users,
        roles=roles,
        organization=organization,
        problems=tuple(reader.problems),
    )


_EMPTY: Final = "the details hold no user and no role, so nothing tells of which account they are"


def _no_details(problem: str) -> DeclarationError:
    return DeclarationError([Fault("", problem, _REMEDY)])


def _records(document: Record, name: str) -> Sequence[Record]:
    found = document.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise _no_details(f"{name} is no list of objects")
    return found


@dataclass(slots=True)
class _Reader:
    """Reads the records of one account.

    Attributes:
        managed: the account's managed policies by ARN, as recorded.
        problems: what couldn't be read, a sentence each.
    """

    managed: Mapping[str, Record]
    problems: dict[str, None] = field(default_factory=dict)
    _attached: dict[tuple[str, PolicyKind], Policy | None] = field(default_factory=dict)
    _groups: dict[str, tuple[Policy | None, ...]] = field(default_factory=dict)

    def read_groups(self, records: Sequence[Record]) -> None:
        for record in records:
            policies = (*self._inline(record, "GroupPolicyList"), *self._managed(record))
            self._groups[record["GroupName"]] = policies

    def user(self, record: Record) -> User:
        policies = [*self._inline(record, "UserPolicyList"), *self._managed(record)]
        for name in record.get("GroupList", []):
            if name not in self._groups:
                self._tell(f"{record['Arn']} is in group {name}, of which the details tell nothing")
            policies += self._groups.get(name, (None,))
        return User(
            arn=record["Arn"],
            unique_id=record.get("UserId", ""),  # moto 5.2.5 tells none
            policies=_known(policies),
            boundary=self._boundary(record),
            tags=_tags(record),
        )

    def role(self, record: Record) -> Role:
        what = f"the trust policy of {record['Arn']}"
        trust = self._policy(record["AssumeRolePolicyDocument"], PolicyKind.TRUST, what)
        return Role(
            arn=record["Arn"],
            unique_id=record["RoleId"],
            policies=_known([*self._inline(record, "RolePolicyList"), *self._managed(record)]),
            boundary=self._boundary(record),
            tags=_tags(record),
            trust=UNKNOWN if trust is None else trust,
        )

    def _inline(self, record: Record, name: str) -> Iterator[Policy | None]:
        for each in record.get(name, []):
            what = f"policy {each['PolicyName']} of {record['Arn']}"
            yield self._policy(each["PolicyDocument"], PolicyKind.IDENTITY, what)

    def _managed(self, record: Record) -> Iterator[Policy | None]:
        for each in record.get("AttachedManagedPolicies", []):
            yield self._by_arn(each["PolicyArn"], PolicyKind.IDENTITY)

    def _boundary(self, record: Record) -> Policy | Unknown | None:
        arn = record.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        if arn is None:
            return None
        policy = self._by_arn(arn, PolicyKind.BOUNDARY)
        return UNKNOWN if policy is None else policy

    def _by_arn(self, arn: str, kind: PolicyKind) -> Policy | None:
        if (arn, kind) not in self._attached:
            self._attached[arn, kind] = self._version_in_force(arn, kind)
        return self._attached[arn, kind]

    def _version_in_force(self, arn: str, kind: PolicyKind) -> Policy | None:
        versions = self.managed.get(arn, {}).get("PolicyVersionList", [])
        document = next((each["Document"] for each in versions if each["IsDefaultVersion"]), None)
        if document is None:
            self._tell(f"the details don't hold policy {arn}, which is in use")
            return None
        return self._policy(document, kind, f"policy {arn}")

    def _policy(self, document: Any, kind: PolicyKind, what: str) -> Policy | None:
        if isinstance(document, str) and document.startswith("%7B"):
            document = unquote(document)
        try:
            return parse(document, kind=kind, stored=True)
        except PolicyError as error:
            self._tell(f"{what} can't be read: {error.faults[0]}")
            return None

    def _tell(self, problem: str) -> None:
        self.problems[problem] = None


def _known(policies: Sequence[Policy | None]) -> tuple[Policy, ...] | Unknown:
    known = tuple(policy for policy in policies if policy is not None)
    return known if len(known) == len(policies) else UNKNOWN


def _tags(record: Record) -> Mapping[str, str]:
    return {each["Key"]: each["Value"] for each in record.get("Tags", [])}
