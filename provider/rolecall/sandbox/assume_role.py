"""AssumeRole, decided by the role's trust policy and the caller's own policies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from rolecall.policy.decision import Answer, PolicyKind
from rolecall.policy.evaluate import CallerSide, decide
from rolecall.policy.formats import CHAINED_SESSION_SECONDS
from rolecall.policy.request import ContextValue, Principal, Request

from .authenticator import Authenticator
from .documents import parsed, stored_trust
from .iam import account_iam
from .identities import Identities, Identity, Kind, Session
from .incoming import Incoming, global_keys
from .refusals import Refusal
from .session_policies import packed_size, session_policies
from .tokens import credential_members
from .view import IamView, RoleView

_ROLE_ARN = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/[\x21-\x7e]{1,576}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AssumeRole:
    """The operation; called under the sandbox's lock."""

    iam: IamView
    identities: Identities
    authenticator: Authenticator

    def __call__(self, call: Incoming) -> Mapping[str, object]:
        """Return the members of the answer.

        Raises:
            Refusal: as AWS would ("AssumeRole", "Errors").
        """
        role_arn, account_id = _role(call)
        if call.identity.kind is Kind.ROOT:
            raise Refusal("AccessDenied", "Roles may not be assumed by root accounts.")
        code_given = self.authenticator.check_code(call)
        wanted = _wanted_session(call)
        role = self.iam.role(account_id, role_arn)
        if role is None:
            raise _not_authorized(call.identity, "sts:AssumeRole", role_arn)
        self._decide(call, role, wanted, code_given=code_given)
        _check_duration(call, role)
        return self._open(call, role, account_id, wanted)

    def _decide(self, call: Incoming, role: RoleView, wanted: "_Wanted", *, code_given: bool) -> None:
        trust = stored_trust(role.trust)
        own_tags, caller = self._caller(call.identity)
        context = global_keys(call, own_tags=own_tags, code_given=code_given) | wanted.keys
        for action in wanted.actions:
            request = Request(
                role=role.arn, principal=Principal("AWS", call.identity.arn), action=action, context=context
            )
            if decide(request, trust, caller=caller).answer is not Answer.ALLOWED:
                raise _not_authorized(call.identity, action, role.arn)

    def _caller(self, identity: Identity) -> tuple[tuple[tuple[str, str], ...], CallerSide]:
        """Return the tags and the policies that the caller's own account gives it."""
        holder = (
            self.iam.user(identity.account_id, identity.entity_arn)
            if identity.kind is Kind.USER
            else self.iam.role(identity.account_id, identity.entity_arn)
        )
        session = identity.session
        limits = tuple(parsed(text, PolicyKind.SESSION) for text in (session.policies if session else ()))
        if holder is None:
            return (), CallerSide(identity_policies=(), session_policies=limits)
        boundary = parsed(holder.boundary, PolicyKind.BOUNDARY) if holder.boundary is not None else None
        documents = tuple(parsed(text, PolicyKind.IDENTITY) for text in holder.documents)
        return holder.tags, CallerSide(
            identity_policies=documents, permissions_boundary=boundary, session_policies=limits
        )

    def _open(
        self, call: Incoming, role: RoleView, account_id: str, wanted: "_Wanted"
    ) -> Mapping[str, object]:
        name = call.parameters.texts["RoleSessionName"]
        policies = session_policies(call.parameters, account_iam(account_id))
        packed = packed_size(call.parameters)
        expires_at = call.now + timedelta(seconds=call.parameters.duration_seconds)
        partition = role.arn.split(":")[1]
        identity = Identity(
            kind=Kind.ASSUMED_ROLE,
            account_id=account_id,
            arn=f"arn:{partition}:sts::{account_id}:assumed-role/{role.name}/{name}",
            user_id=f"{role.unique_id}:{name}",
            entity_arn=role.arn,
            session=Session(
                issued_at=call.now,
                expires_at=expires_at,
                policies=policies,
                tags=wanted.tags,
                transitive_tag_keys=wanted.transitive_tag_keys,
                source_identity=wanted.source_identity,
            ),
        )
        credentials = self.identities.issue(identity)
        answer: dict[str, object] = {
            "AssumedRoleUser": {"AssumedRoleId": identity.user_id, "Arn": identity.arn},
            "Credentials": credential_members(credentials, expires_at),
        }
        if packed:
            answer["PackedPolicySize"] = packed
        if wanted.source_identity is not None:
            answer["SourceIdentity"] = wanted.source_identity
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The session asked for, with what it inherits, and the actions and condition keys that this means."""

    source_identity: str | None
    tags: Mapping[str, str]
    transitive_tag_keys: frozenset[str]
    actions: tuple[str, ...]
    keys: dict[str, ContextValue]


def _wanted_session(call: Incoming) -> _Wanted:
    """Join what is asked for with what the caller's session hands on ("Pass session tags", "Role chaining").

    Raises:
        Refusal: where the call would change what a session can't change.
    """
    parameters, session = call.parameters, call.identity.session
    inherited = {
        key: value
        for key, value in (session.tags if session else {}).items()
        if session and key.lower() in session.transitive_tag_keys
    }
    if {key.lower() for key in inherited} & {key.lower() for key in parameters.tags}:
        raise Refusal(
            "InvalidParameterValue",
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag"
            " key from the calling session.",
        )
    kept = session.source_identity if session else None
    asked = parameters.get("SourceIdentity")
    if kept is not None and asked not in {None, kept}:
        raise Refusal("AccessDenied", "The source identity of a session cannot be changed.")
    source_identity = kept or asked
    tags = inherited | dict(parameters.tags)
    keys: dict[str, ContextValue] = {"sts:RoleSessionName": parameters.texts["RoleSessionName"]}
    if (external_id := parameters.get("ExternalId")) is not None:
        keys["sts:ExternalId"] = external_id
    if source_identity is not None:
        keys["sts:SourceIdentity"] = source_identity
    if parameters.tags:
        keys |= {f"aws:RequestTag/{key}": value for key, value in parameters.tags.items()}
        keys["aws:TagKeys"] = list(parameters.tags)
    if parameters.transitive_tag_keys:
        keys["sts:TransitiveTagKeys"] = list(parameters.transitive_tag_keys)
    further = (("sts:TagSession", bool(tags)), ("sts:SetSourceIdentity", source_identity is not None))
    return _Wanted(
        source_identity=source_identity,
        tags=tags,
        transitive_tag_keys=frozenset(key.lower() for key in (*inherited, *parameters.transitive_tag_keys)),
        actions=("sts:AssumeRole", *(action for action, needed in further if needed)),
        keys=keys,
    )


def _role(call: Incoming) -> tuple[str, str]:
    role_arn = call.parameters.texts["RoleArn"]
    found = _ROLE_ARN.fullmatch(role_arn)
    if found is None:
        raise Refusal("ValidationError", f"{role_arn} is invalid")
    return role_arn, found[2]


def _check_duration(call: Incoming, role: RoleView) -> None:
    asked = call.parameters.duration_seconds
    if call.identity.session is not None and asked > CHAINED_SESSION_SECONDS:
        raise Refusal(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
            " chaining",
        )
    if asked > role.max_session_duration:
        raise Refusal(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )


def _not_authorized(identity: Identity, action: str, role_arn: str) -> Refusal:
    return Refusal(
        "AccessDenied", f"User: {identity.arn} is not authorized to perform: {action} on resource: {role_arn}"
    )
