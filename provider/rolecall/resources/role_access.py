"""The component on the caller's side: the policy by which a user, group or role may assume roles."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pulumi
import pulumi_aws as aws

from rolecall.errors import Fault
from rolecall.policy import RoleToAssume, caller_policy, check_inline_size, check_role_arns, parse, to_json
from rolecall.policy.formats import shown

from .cross_account_role import CrossAccountRole
from .faults import gather, run_error
from .interrupts import end_quietly_when_interrupted
from .values import is_output

_TYPE: Final = "rolecall:index:RoleAccess"
_NAME: Final = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_POLICIES: Final[Mapping[str, Callable[..., pulumi.Resource]]] = MappingProxyType(
    {"user": aws.iam.UserPolicy, "group": aws.iam.GroupPolicy, "role": aws.iam.RolePolicy}
)
"""What embeds a policy in each kind of owner."""

AnyRole = CrossAccountRole | aws.iam.Role | pulumi.Input[str]
"""A role of this program, or an ARN."""


class _Owner(NamedTuple):
    """Who gets the policy: ``user``, ``group`` or ``role``, its name, and what to wait for."""

    kind: str
    name: pulumi.Input[str]
    after: list[pulumi.Resource]


class RoleAccess(pulumi.ComponentResource):
    """The permission to assume roles, in the account of whoever assumes them.

    A role that trusts a whole account, or another account's principals, lets nobody in before that account
    allows it too. The roles needn't be there yet.

    Attributes:
        policy: the identity policy as JSON: to read, or to use where neither user, group nor role is, such
            as in a permission set of IAM Identity Center.
    """

    policy: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        roles: Sequence[AnyRole],
        user: aws.iam.User | pulumi.Input[str] | None = None,
        group: aws.iam.Group | pulumi.Input[str] | None = None,
        role: CrossAccountRole | aws.iam.Role | pulumi.Input[str] | None = None,
        requires_mfa: bool = False,
        tag_session: bool = False,
        set_source_identity: bool = False,
        name: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Let somebody assume roles.

        Args:
            resource_name: Pulumi's name of the component.
            roles: roles of this program, or ARNs; no wildcards.
            user: the user, or its name, that gets an inline policy. At most one of ``user``, ``group`` and
                ``role``; without one, there is only the document.
            group: likewise.
            role: likewise. A ``CrossAccountRole`` gets it after its proof.
            requires_mfa: whether the caller must have signed in with MFA. Leave it to the role's trust where
                that asks for MFA: a policy that asks too refuses the same calls, and so hides from every
                probe whether the trust does; what the trust enforces can't be proved then. And sessions of
                roles never carry MFA.
            tag_session: whether session tags may be passed to the roles that are given as ARNs; for roles
                of this program their trust policies tell.
            set_source_identity: likewise, whether a source identity may be set.
            name: name of the inline policy; ``resource_name`` where it is left out.
            opts: Pulumi's options; ``provider`` and ``providers`` lead to the caller's account.

        Raises:
            pulumi.RunError: with every fault that can be seen without AWS.
        """
        end_quietly_when_interrupted()
        subject = f'access "{resource_name}"'
        faults: list[Fault] = []
        owner = _owner({"user": user, "group": group, "role": role}, faults)
        if requires_mfa and role is not None:
            remedy = "Leave it out: only users carry MFA into AssumeRole, sessions of roles never do"
            faults.append(Fault("requires_mfa", "no session of a role would get in", remedy))
        _check_roles(roles, faults)
        if faults:
            raise run_error(subject, faults)
        super().__init__(_TYPE, resource_name, None, opts)

        wanted = [
            _to_assume(each, tag_session=tag_session, set_source_identity=set_source_identity)
            for each in roles
        ]
        kind = None if owner is None else owner.kind
        text = partial(_text, requires_mfa=requires_mfa, owner=kind, subject=subject)
        self.policy = pulumi.Output.all(*wanted).apply(text)
        if owner is not None:
            _POLICIES[owner.kind](
                resource_name,
                name=resource_name if name is None else name,
                policy=self.policy,
                opts=pulumi.ResourceOptions(parent=self, depends_on=owner.after),
                **{owner.kind: owner.name},
            )
        self.register_outputs({"policy": self.policy})


def _owner(given: Mapping[str, Any], faults: list[Fault]) -> _Owner | None:
    """The one who gets the policy; ``None`` where nobody is given."""
    named = {kind: each for kind, each in given.items() if each is not None}
    if not named:
        return None
    (kind, owner), *others = named.items()
    if others:
        problem = f"stands beside {' and '.join(other for other, _ in others)}"
        faults.append(Fault(kind, problem, "Give one of user, group and role."))
    if isinstance(owner, CrossAccountRole):
        # A role is proved before it gets permissions, these too.
        return _Owner(kind, owner.name, [owner])
    if isinstance(owner, aws.iam.User | aws.iam.Group | aws.iam.Role):
        return _Owner(kind, owner.name, [])
    if not is_output(owner) and not (isinstance(owner, str) and _NAME.fullmatch(owner)):
        remedy = f"Give the {kind} itself, or its name without path."
        faults.append(Fault(kind, f"{shown(owner)} isn't the name of a {kind}", remedy))
    return _Owner(kind, owner, [])


def _check_roles(roles: Any, faults: list[Fault]) -> None:
    """Add what is wrong with the roles as far as it is known."""
    if isinstance(roles, str) or not isinstance(roles, Sequence) or not roles:
        faults.append(Fault("roles", "is no list of roles", "Give a list with at least one role or ARN."))
        return
    known = {
        place: each
        for place, each in _by_place(roles).items()
        if not is_output(each) and not isinstance(each, CrossAccountRole | aws.iam.Role)
    }
    gather(faults, lambda: check_role_arns(known))


def _by_place(values: Sequence[object]) -> dict[str, object]:
    return {f"roles[{index}]": value for index, value in enumerate(values)}


def _text(known: Sequence[RoleToAssume], *, requires_mfa: bool, owner: str | None, subject: str) -> str:
    """The policy as JSON, once the roles are known."""
    faults: list[Fault] = []
    gather(faults, lambda: check_role_arns(_by_place([each.arn for each in known])))
    document = caller_policy(known, requires_mfa=requires_mfa)
    if owner is not None:
        gather(faults, lambda: check_inline_size(document, owner))
    if faults:
        raise run_error(subject, faults)
    return to_json(document)


def _to_assume(role: AnyRole, **extra: bool) -> pulumi.Output[RoleToAssume]:
    if isinstance(role, CrossAccountRole):
        return _trusting(role.arn, role.trust_policy)
    if isinstance(role, aws.iam.Role):
        return _trusting(role.arn, role.assume_role_policy)
    return pulumi.Output.from_input(role).apply(lambda arn: RoleToAssume(arn=arn, **extra))


def _trusting(arn: pulumi.Output[str], trust_policy: pulumi.Output[str]) -> pulumi.Output[RoleToAssume]:
    # Which actions it allows tells nothing of an external ID, so it is no secret.
    both = pulumi.Output.unsecret(pulumi.Output.all(arn, trust_policy))
    return both.apply(lambda known: RoleToAssume.trusting(known[0], parse(known[1])))
