"""Finishes a request: gives values to what hangs on other values, and takes out what it does not need."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from rolecall.policy import ConditionTest, ContextValue, Request, Statement
from rolecall.policy.caller import identify
from rolecall.policy.pattern import Variable, Wildcard, resolve
from rolecall.policy.request import Unknown

from .askers import PRINCIPAL_KEYS
from .textual import takes_variables, tokens_of

_SOME_VALUE: Final = "xx"
_PRINCIPAL_ARN: Final = "aws:PrincipalArn"
_MFA_AGE: Final = "aws:multifactorauthage"
_MFA_PRESENT: Final = "aws:MultiFactorAuthPresent"


def settled(request: Request, statements: Sequence[Statement]) -> Iterator[Request]:
    """The request, then with the values that conditions with policy variables want of it.

    Args:
        request: made on the assumption that such conditions hold, or don't.
        statements: whose conditions count.
    """
    yield request
    for statement in statements:
        tests = [test for test in statement.conditions if takes_variables(test)]
        if not tests:
            continue
        context = dict(request.context)
        for test in tests:
            _meet(test, context, request)
        yield replace(request, context=context)


def _meet(test: ConditionTest, context: dict[str, ContextValue], request: Request) -> None:
    """Give the condition's key the text that its first value becomes for this request."""
    tokens = tokens_of(test, test.values[0])
    known = {key.lower(): value for key, value in context.items()}
    derived: Mapping[str, ContextValue] = {**identify(request.principal).context, **known}
    for token in tokens:
        if isinstance(token, Variable) and token.value(derived) is None and token.key not in PRINCIPAL_KEYS:
            context[token.key] = _SOME_VALUE
            derived = {**derived, token.key: _SOME_VALUE}
    chunk = resolve(tokens, derived)
    if chunk is None or isinstance(chunk, Unknown):
        return
    text = "".join(
        "" if token is Wildcard.MANY else "x" if isinstance(token, Wildcard) else token for token in chunk
    )
    for key in [key for key in context if key.lower() == test.lookup_key]:
        del context[key]
    context[test.key] = text


def without_needless(request: Request, confirms: Callable[[Request], bool]) -> Request:
    """The request as somebody would write it down, if it shows the same.

    A session's role is left out where the session's ARN tells it, and an MFA age doesn't come without MFA.

    Args:
        request: what to finish.
        confirms: whether a request shows what it has to.
    """
    shorter = {key: value for key, value in request.context.items() if key != _PRINCIPAL_ARN}
    told = identify(request.principal).context.get(_PRINCIPAL_ARN.lower())
    if told is not None and told == request.context.get(_PRINCIPAL_ARN):
        request = _if(confirms, replace(request, context=shorter), request)
    keys = {key.lower() for key in request.context}
    if _MFA_AGE in keys and _MFA_PRESENT.lower() not in keys:
        with_mfa = replace(request, context={_MFA_PRESENT: "true", **request.context})
        request = _if(confirms, with_mfa, request)
    return request


def _if(confirms: Callable[[Request], bool], better: Request, request: Request) -> Request:
    return better if confirms(better) else request
