"""What a principal's ARN alone tells about who calls."""

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from rolecall.errors import DeclarationError, Fault

from .arn import Arn, account_root
from .decision import Bar
from .pattern import Context
from .request import UNKNOWN, ContextValue, Principal


class Standing(Enum):
    """What kind of principal calls."""

    USER = auto()
    ROLE = auto()
    ROLE_SESSION = auto()
    ROOT = auto()
    FEDERATED_USER = auto()
    SERVICE = auto()
    FEDERATED = auto()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Caller:
    """A principal taken apart.

    Attributes:
        principal: who calls, as in the request.
        standing: what kind of principal that is.
        account: its account ID; ``None`` for services and federated identities.
        partition: its partition; ``None`` for services and federated identities.
        role: the ARN, without path, of a session's role or of the role itself; else ``None``.
        account_names: how a Principal element can name the account.
        bar: the rule of STS by which this principal can assume no role at all.
        other_operations: actions, in lower case, by which other kinds of principal assume roles.
        context: the condition keys that STS fills in for this principal, in lower case.
    """

    principal: Principal
    standing: Standing
    account: str | None
    partition: str | None
    role: str | None
    account_names: frozenset[str]
    bar: Bar | None
    other_operations: frozenset[str]
    context: Context


_OUTSIDE: Final = {"Service": Standing.SERVICE, "Federated": Standing.FEDERATED}

_BARS: Final = {Standing.ROOT: Bar.ROOT_USER, Standing.FEDERATED_USER: Bar.FEDERATED_USER}
_BY_FEDERATION: Final = frozenset({"sts:assumerolewithsaml", "sts:assumerolewithwebidentity"})
_BY_CREDENTIALS: Final = frozenset({"sts:assumerole"})

# AWS page: AWS global condition context keys, aws:PrincipalType
_PRINCIPAL_TYPES: Final = {
    Standing.USER: "User",
    Standing.ROLE: "AssumedRole",
    Standing.ROLE_SESSION: "AssumedRole",
    Standing.ROOT: "Account",
    Standing.FEDERATED_USER: "FederatedUser",
}

# Roles that AWS makes always have a path, which a session's ARN does not tell.
_NAMES_OF_ROLES_WITH_PATH: Final = ("AWSReservedSSO_", "AWSServiceRoleFor")


@lru_cache(maxsize=1024)
def identify(principal: Principal) -> Caller:
    """Take a principal apart.

    Raises:
        DeclarationError: the value of an ``AWS`` principal is no ARN of a user, a role, a role session,
            a federated user, or an account's root user.
    """
    outside = _OUTSIDE.get(principal.kind)
    if outside is not None:
        return Caller(
            principal=principal,
            standing=outside,
            account=None,
            partition=None,
            role=None,
            account_names=frozenset(),
            bar=None,
            other_operations=_BY_CREDENTIALS if outside is Standing.FEDERATED else _BY_FEDERATION,
            context=_context_outside_iam(principal),
        )
    arn = Arn.parse(principal.value, path="principal")
    standing = _standing(arn)
    role = {Standing.ROLE: arn.without_path, Standing.ROLE_SESSION: arn.role_of_session}.get(standing)
    return Caller(
        principal=principal,
        standing=standing,
        account=arn.account,
        partition=arn.partition,
        role=str(role()) if role else None,
        account_names=frozenset({arn.account, account_root(arn.account, partition=arn.partition)}),
        bar=_BARS.get(standing),
        other_operations=_BY_FEDERATION,
        context=_context(arn, standing),
    )


def _standing(arn: Arn) -> Standing:
    for is_of_kind, standing in (
        (arn.is_user, Standing.USER),
        (arn.is_role_session, Standing.ROLE_SESSION),
        (arn.is_role, Standing.ROLE),
        (arn.is_account_root, Standing.ROOT),
        (arn.is_federated_user, Standing.FEDERATED_USER),
    ):
        if is_of_kind and arn.account.isdigit():
            return standing
    remedy = "Give the ARN of a user, a role, a role session, a federated user, or an account's root"
    raise DeclarationError([Fault("principal", f'"{arn}" can\'t call AWS', remedy)])


def _context_outside_iam(principal: Principal) -> dict[str, ContextValue]:
    if principal.kind != "Service":
        return {}
    return {"aws:principalisawsservice": "true", "aws:principalservicename": principal.value}


def _context(arn: Arn, standing: Standing) -> dict[str, ContextValue]:
    context: dict[str, ContextValue] = {
        "aws:principalaccount": arn.account,
        "aws:principalarn": _principal_arn(arn, standing),
        "aws:principalisawsservice": "false",
        "aws:principaltype": _PRINCIPAL_TYPES[standing],
        "aws:userid": UNKNOWN,  # every principal has one, but the ids of users and roles are not in ARNs
    }
    if standing is Standing.USER:
        context["aws:username"] = arn.name
    elif standing is Standing.ROOT:
        context["aws:userid"] = arn.account
    elif standing is Standing.FEDERATED_USER:
        context["aws:userid"] = f"{arn.account}:{arn.name}"
    return context


def _principal_arn(arn: Arn, standing: Standing) -> ContextValue:
    if standing is not Standing.ROLE_SESSION:
        return str(arn)
    role = arn.role_of_session()
    return UNKNOWN if role.name.startswith(_NAMES_OF_ROLES_WITH_PATH) else str(role)
