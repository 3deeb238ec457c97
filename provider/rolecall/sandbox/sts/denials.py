"""Encoded authorization messages: why a call was denied, for whoever may decode it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rolecall.policy.request import UNKNOWN, ContextValue
from rolecall.policy.statement import Statement

from ..callers.identities import Identity
from ..callers.incoming import Incoming
from ..callers.permissions import Permissions, Verdict
from ..door.refusals import Refusal
from ..door.wire import compact_json
from ..sealing import Seal

_PURPOSE: Final = "denial"


@dataclass(frozen=True, slots=True)
class DecodeAuthorizationMessage:
    """The operation; called under the sandbox's lock."""

    seal: Seal
    permissions: Permissions

    def __call__(self, call: Incoming) -> Mapping[str, object]:
        """Return the members of the answer.

        Raises:
            Refusal: ``AccessDenied``, or ``InvalidAuthorizationMessageException`` for what this sandbox
                didn't encode, or encoded for another account.
        """
        self.permissions.require(call, "sts:DecodeAuthorizationMessage", "*")
        message = self.seal.open(_PURPOSE, call.parameters.texts["EncodedMessage"])
        if message is None or message["account"] != call.identity.account_id:
            raise Refusal("InvalidAuthorizationMessageException", "Message is not valid")
        return {"DecodedMessage": compact_json(message["details"])}


def encoded(seal: Seal, identity: Identity, verdict: Verdict) -> str:
    """Return the message of a denial, readable by the caller's account only."""
    return seal.close(_PURPOSE, {"account": identity.account_id, "details": details(identity, verdict)})


def details(identity: Identity, verdict: Verdict) -> dict[str, object]:
    """Return a denial in the form that DecodeAuthorizationMessage answers with."""
    use = verdict.use
    denying = [statement for statement in verdict.statements if statement.effect == "Deny"]
    conditions = ((key, _texts(value)) for key, value in sorted(use.context.items()))
    return {
        "allowed": False,
        "explicitDeny": verdict.explicit,
        "matchedStatements": _items(_statement(identity, statement) for statement in denying),
        "failures": _items(()),
        "context": {
            "principal": {
                "id": identity.user_id,
                "name": identity.arn.rpartition("/")[2],
                "arn": identity.arn,
            },
            "action": use.action,
            "resource": use.resource if isinstance(use.resource, str) else "*",
            "conditions": _conditions(conditions),
        },
    }


def _statement(identity: Identity, statement: Statement) -> dict[str, object]:
    conditions = ((test.key, test.values) for test in statement.conditions)
    return {
        "statementId": statement.ref.sid or "",
        "effect": statement.effect.upper(),
        "principals": _values([identity.user_id.partition(":")[0]]),
        "principalGroups": _items(()),
        "actions": _values(statement.actions or statement.not_actions),
        "resources": _values(statement.resources or statement.not_resources),
        "conditions": _conditions(conditions),
    }


def _conditions(pairs: Iterable[tuple[str, Iterable[str]]]) -> dict[str, object]:
    return _items({"key": key, "values": _values(values)} for key, values in pairs)


def _values(texts: Iterable[str]) -> dict[str, object]:
    return _items({"value": text} for text in texts)


def _items(items: Iterable[object]) -> dict[str, object]:
    return {"items": list(items)}


def _texts(value: ContextValue) -> tuple[str, ...]:
    if value is UNKNOWN:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
