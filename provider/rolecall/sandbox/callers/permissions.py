"""What a caller's own policies let it do: those of its user or role, its boundary and its session."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rolecall.policy.decision import Answer, Permission, PolicyKind
from rolecall.policy.evaluate import CallerSide, permit
from rolecall.policy.request import ContextValue, Principal, Unknown, Use
from rolecall.policy.statement import Policy, Statement

from ..door.refusals import Refusal
from ..iam.documents import parsed
from ..iam.view import IamView
from .identities import Identity, Kind
from .incoming import Arrival, global_keys

Tags = tuple[tuple[str, str], ...]

_IN_WORDS: Final[Mapping[PolicyKind, str]] = {
    PolicyKind.IDENTITY: "identity-based policy",
    PolicyKind.BOUNDARY: "permissions boundary",
    PolicyKind.SESSION: "session policy",
}
_NO_KEYS: Final[Mapping[str, ContextValue]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was asked, and what the caller's own policies say to it.

    Attributes:
        use: what was asked, with every condition key.
        permission: the evaluator's answer.
        statements: the statements that settled it; their kind stands in their ``ref``.
        silent: where nothing allows, the first kind of policy that doesn't.
    """

    use: Use
    permission: Permission
    statements: tuple[Statement, ...] = field(repr=False)
    silent: PolicyKind

    @property
    def explicit(self) -> bool:
        """Whether a statement denies."""
        return any(statement.effect == "Deny" for statement in self.statements)

    def sentence(self) -> str:
        """Return AWS's sentence for a refusal ("Access denied error message examples")."""
        use = self.use
        nothing_named = isinstance(use.resource, Unknown) or use.resource == "*"
        where = "" if nothing_named else f" on resource: {use.resource}"
        if self.explicit:
            why = f"with an explicit deny in {_article(self.statements[0].ref.kind)}"
        else:
            why = f"because no {_IN_WORDS[self.silent]} allows the {use.action} action"
        return f"User: {use.principal.value} is not authorized to perform: {use.action}{where} {why}"


@dataclass(frozen=True, slots=True)
class Permissions:
    """Decides what callers may do; used under the sandbox's lock."""

    iam: IamView

    def of(self, identity: Identity) -> tuple[Tags, CallerSide]:
        """Return the tags and the policies that a caller's own account gives it."""
        session = identity.session
        limits = tuple(parsed(text, PolicyKind.SESSION) for text in (session.policies if session else ()))
        # A federated user has no more than its session policies give it, so without any it has nothing.
        powerless = identity.kind is Kind.FEDERATED_USER and not limits
        if identity.entity_arn.endswith(":root"):
            return (), CallerSide(identity_policies=() if powerless else None, session_policies=limits)
        find = self.iam.role if ":role/" in identity.entity_arn else self.iam.user
        holder = find(identity.account_id, identity.entity_arn)
        if holder is None:
            return (), CallerSide(identity_policies=(), session_policies=limits)
        boundary = parsed(holder.boundary, PolicyKind.BOUNDARY) if holder.boundary is not None else None
        documents = tuple(parsed(text, PolicyKind.IDENTITY) for text in holder.documents)
        return holder.tags, CallerSide(
            identity_policies=() if powerless else documents,
            permissions_boundary=boundary,
            session_policies=limits,
        )

    def decide(
        self,
        call: Arrival,
        action: str,
        resource: str | Unknown,
        keys: Mapping[str, ContextValue] = _NO_KEYS,
    ) -> Verdict:
        """Say whether the caller may do something.

        Args:
            call: the call.
            action: such as ``s3:GetObject``.
            resource: ARN, ``*``, or ``UNKNOWN``.
            keys: condition keys of the service beside the global ones.
        """
        own_tags, side = self.of(call.identity)
        context = {**global_keys(call, own_tags=own_tags, code_given=False), **keys}
        principal = Principal("AWS", call.identity.arn)
        use = Use(principal=principal, action=action, resource=resource, context=context)
        permission = permit(use, side)
        return Verdict(
            use=use,
            permission=permission,
            statements=tuple(
                _policies(side, ref.kind)[ref.policy].statements[ref.index] for ref in permission.settled_by
            ),
            silent=_silent(use, side),
        )

    def require(
        self, call: Arrival, action: str, resource: str, keys: Mapping[str, ContextValue] = _NO_KEYS
    ) -> None:
        """Let a call pass that the caller's own policies permit.

        Raises:
            Refusal: ``AccessDenied``.
        """
        verdict = self.decide(call, action, resource, keys)
        if verdict.permission.answer is not Answer.ALLOWED:
            raise Refusal("AccessDenied", verdict.sentence())


def _policies(side: CallerSide, kind: PolicyKind) -> tuple[Policy, ...]:
    boundary = side.permissions_boundary
    identity = side.identity_policies
    return {
        PolicyKind.IDENTITY: identity if isinstance(identity, tuple) else (),
        PolicyKind.BOUNDARY: (boundary,) if isinstance(boundary, Policy) else (),
        PolicyKind.SESSION: side.session_policies,
    }[kind]


def _silent(use: Use, side: CallerSide) -> PolicyKind:
    """Return the first kind of policy that does not allow, where all that are there have to."""
    for kind in (PolicyKind.BOUNDARY, PolicyKind.SESSION):
        alone = _policies(side, kind)
        if alone and permit(use, CallerSide(session_policies=alone)).answer is not Answer.ALLOWED:
            return kind
    return PolicyKind.IDENTITY


def _article(kind: PolicyKind) -> str:
    return f"{'an' if kind is PolicyKind.IDENTITY else 'a'} {_IN_WORDS[kind]}"
