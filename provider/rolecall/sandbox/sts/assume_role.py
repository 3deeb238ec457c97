"""AssumeRole, decided by the role's trust policy and the caller's own policies."""

from collections.abc import Mapping
from dataclasses import dataclass

from rolecall.policy.decision import Answer
from rolecall.policy.evaluate import decide
from rolecall.policy.formats import CHAINED_SESSION_SECONDS
from rolecall.policy.request import ContextValue, Principal, Request

from ..callers.identities import Identity, Kind
from ..callers.incoming import Incoming, global_keys
from ..callers.permissions import Permissions
from ..door.refusals import Refusal
from ..iam.documents import stored_trust
from ..iam.view import IamView, RoleView
from .authenticator import Authenticator
from .contexts import Contexts
from .parameters import Parameters, tag_keys
from .role_sessions import RoleSessions, Wanted, role_of


@dataclass(frozen=True, slots=True)
class AssumeRole:
    """The operation; called under the sandbox's lock."""

    iam: IamView
    sessions: RoleSessions
    authenticator: Authenticator
    permissions: Permissions
    contexts: Contexts

    def __call__(self, call: Incoming) -> Mapping[str, object]:
        """Return the members of the answer.

        Raises:
            Refusal: as AWS would ("AssumeRole", "Errors").
        """
        arn = role_of(call.parameters)
        if call.identity.kind is Kind.ROOT:
            raise Refusal("AccessDenied", "Roles may not be assumed by root accounts.")
        code_given = self.authenticator.check_code(call)
        asked = _asked(call, self.contexts)
        role = self.iam.role(arn.account, str(arn))
        if role is None:
            raise _not_authorized(call.identity, "sts:AssumeRole", str(arn))
        self._decide(call, role, asked, code_given=code_given)
        _check_chain(call)
        return self.sessions.open(call.parameters, role, asked.session, now=call.now, region=call.region)

    def _decide(self, call: Incoming, role: RoleView, asked: "_Asked", *, code_given: bool) -> None:
        trust = stored_trust(role.trust)
        own_tags, caller = self.permissions.of(call.identity)
        context = global_keys(call, own_tags=own_tags, code_given=code_given) | asked.keys
        for action in asked.actions:
            request = Request(
                role=role.arn, principal=Principal("AWS", call.identity.arn), action=action, context=context
            )
            if decide(request, trust, caller=caller).answer is not Answer.ALLOWED:
                raise _not_authorized(call.identity, action, role.arn)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a call asks for: the session, and the actions and condition keys that this means."""

    session: Wanted
    actions: tuple[str, ...]
    keys: dict[str, ContextValue]


def _asked(call: Incoming, contexts: Contexts) -> _Asked:
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
    source_identity = parameters.get("SourceIdentity")
    if kept is not None and source_identity not in {None, kept}:
        raise Refusal("AccessDenied", "The source identity of a session cannot be changed.")
    wanted = Wanted(
        name=parameters.texts["RoleSessionName"],
        tags=inherited | dict(parameters.tags),
        transitive_tag_keys=frozenset(key.lower() for key in (*inherited, *parameters.transitive_tag_keys)),
        source_identity=kept or source_identity,
        chained=session is not None,
    )
    further = (
        ("sts:TagSession", bool(wanted.tags)),
        ("sts:SetSourceIdentity", wanted.source_identity is not None),
        ("sts:SetContext", bool(parameters.contexts)),
    )
    return _Asked(
        session=wanted,
        actions=("sts:AssumeRole", *(action for action, needed in further if needed)),
        keys=_keys(parameters, wanted) | contexts.keys(parameters.contexts, call.now),
    )


def _keys(parameters: Parameters, wanted: Wanted) -> dict[str, ContextValue]:
    keys: dict[str, ContextValue] = {"sts:RoleSessionName": wanted.name, **tag_keys(parameters)}
    if (external_id := parameters.get("ExternalId")) is not None:
        keys["sts:ExternalId"] = external_id
    if wanted.source_identity is not None:
        keys["sts:SourceIdentity"] = wanted.source_identity
    if parameters.transitive_tag_keys:
        keys["sts:TransitiveTagKeys"] = list(parameters.transitive_tag_keys)
    return keys


def _check_chain(call: Incoming) -> None:
    asked = call.parameters.duration_seconds
    if call.identity.session is not None and asked > CHAINED_SESSION_SECONDS:
        raise Refusal(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
            " chaining",
        )


def _not_authorized(identity: Identity, action: str, role_arn: str) -> Refusal:
    return Refusal(
        "AccessDenied", f"User: {identity.arn} is not authorized to perform: {action} on resource: {role_arn}"
    )
