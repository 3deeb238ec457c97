"""Asks whether there is a request that gets in: a bounded search whose every answer the evaluator confirmed.

Candidates for each condition key come from the policy's own values and from what lies beside them, so a way
in that the conditions leave open is found. That none was found is no proof; rules report ways in only.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from ipaddress import ip_address, ip_network
from itertools import islice, product
from typing import Final

from rolecall.policy import Answer, ConditionTest, ContextValue, Policy, Principal, Request, Statement, decide
from rolecall.policy.caller import identify
from rolecall.policy.conditions.date import read_moment
from rolecall.policy.pattern import Wildcard, resolve, tokenize

from .subject import ACTIONS, Sort, account_of, arn_of, entries_of, sort_of

OUTSIDER: Final = "999999999999"
"""An account that no policy has a reason to name."""

_OUTSIDE_ORGANIZATION: Final[Mapping[str, ContextValue]] = {
    "aws:principalorgid": "o-zzzzzzzzzz",
    "aws:principalorgpaths": ["o-zzzzzzzzzz/r-zzzz/ou-zzzz-zzzzzzzz/"],
}

_MOST_TRIES: Final = 3_000
_MOST_VALUES: Final = 8
_SOME_TEXT: Final = "some-value"
_ELSEWHERE: Final = ("203.0.113.77", "2001:db8::77")
_NANOSECONDS: Final = 1_000_000_000
_VARIABLE: Final = re.compile(r"\$\{([^},]+)")

# AWS page: AWS global condition context keys ("Availability: always included").
_ALWAYS_PRESENT: Final = frozenset({"aws:currenttime", "aws:epochtime", "aws:securetransport"})
# What a principal's ARN tells; the evaluator fills them in, so they can't be chosen.
_DERIVED: Final = frozenset(
    {
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principaltype",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:username",
        "aws:userid",
        "aws:resourceaccount",
    }
)
_ARN_PARTS: Final = 6


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, with the action by which it would get in.

    Attributes:
        principal: who asks.
        action: the action.
        context: what follows from who it is, beyond its ARN.
        lacks: condition keys, in lower case, that follow from who it is and are absent.
    """

    principal: Principal
    action: str
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    lacks: frozenset[str] = frozenset()


def askers(statement: Statement, policy: Policy) -> Iterator[Asker]:
    """Concrete principals, one or a few for each entry of the Principal element of a policy's statement."""
    for entry in entries_of(statement):
        sort = sort_of(entry)
        action = ACTIONS[sort]
        if sort is Sort.DELETED or not statement.covers_action(action):
            continue
        if sort not in {Sort.EVERYONE, Sort.ACCOUNT}:
            yield Asker(entry, action)
            continue
        account = account_of(entry) or OUTSIDER
        arn = arn_of(entry.value)
        partition = arn.partition if arn else "aws"
        for value in _members(statement, policy, account, partition):
            yield Asker(Principal("AWS", value), action)


def outsiders(statement: Statement, policy: Policy, partition: str) -> Iterator[Asker]:
    """Principals of an account that has nothing to do with the role: of another organisation, and of none."""
    action = ACTIONS[Sort.EVERYONE]
    for value in _members(statement, policy, OUTSIDER, partition):
        principal = Principal("AWS", value)
        yield Asker(principal, action, lacks=frozenset(_OUTSIDE_ORGANIZATION))
        yield Asker(principal, action, _OUTSIDE_ORGANIZATION)


def _members(statement: Statement, policy: Policy, account: str, partition: str) -> list[str]:
    """ARNs of users and roles of an account: any user, and who is named in conditions, of a Deny as well."""
    root = f"arn:{partition}:iam::{account}"
    found = [f"{root}:user/anyone"]
    for each in alone(policy, statement).statements:
        found += _named(each, root)
    return list(dict.fromkeys(found))


def _named(statement: Statement, root: str) -> Iterator[str]:
    for test in statement.conditions:
        if test.lookup_key == "aws:principalarn":
            for value in test.values[:_MOST_VALUES]:
                parts = _instance(value).split(":", _ARN_PARTS - 1)
                if len(parts) == _ARN_PARTS and parts[_ARN_PARTS - 1].startswith(("role/", "user/")):
                    yield f"{root}:{parts[_ARN_PARTS - 1]}"
        elif test.lookup_key == "aws:username":
            yield from (f"{root}:user/{_instance(value)}" for value in test.values[:_MOST_VALUES])
        elif test.lookup_key == "aws:principaltype":
            yield f"{root}:role/anyone"


def way_in(
    policy: Policy,
    role_arn: str,
    who: Iterable[Asker],
    *,
    absent: Iterable[str] = (),
    fixed: Mapping[str, ContextValue] | None = None,
) -> Request | None:
    """A smallest request that the trust policy allows, or ``None`` where none was found.

    Args:
        policy: the trust policy.
        role_arn: the role.
        who: those who try, in order.
        absent: condition keys, in lower case, that the request must not have.
        fixed: condition keys, in lower case, and the values that the request has for them.
    """
    left_out = frozenset(absent)
    given = dict(fixed or {})
    for asker in who:
        set_ = {**asker.context, **given}
        choices = _choices(policy, asker, left_out | asker.lacks | set_.keys())
        for values in islice(product(*choices.values()), _MOST_TRIES):
            chosen = {key: value for key, value in zip(choices, values, strict=True) if value is not None}
            request = Request(
                role=role_arn, principal=asker.principal, action=asker.action, context={**set_, **chosen}
            )
            if gets_in(request, policy):
                return _spelt(_smallest(request, policy, kept=set_.keys() | _ALWAYS_PRESENT), policy)
    return None


def alone(policy: Policy, statement: Statement) -> Policy:
    """The policy with one of its Allow statements only, and every Deny."""
    kept = tuple(each for each in policy.statements if each is statement or each.effect == "Deny")
    return replace(policy, statements=kept)


def gets_in(request: Request, policy: Policy) -> bool:
    """Whether the trust policy lets a request in for certain, by whatever the caller's own policies allow."""
    return decide(request, policy).trust is Answer.ALLOWED


def _smallest(request: Request, policy: Policy, *, kept: Iterable[str]) -> Request:
    """The request without keys that it doesn't need; those in ``kept`` go only if nothing asks for them."""
    tested = {test.lookup_key for statement in policy.statements for test in statement.conditions}
    for key in list(request.context):
        smaller = replace(request, context={k: v for k, v in request.context.items() if k != key})
        if (key not in kept or key not in tested) and gets_in(smaller, policy):
            request = smaller
    return request


def _spelt(request: Request, policy: Policy) -> Request:
    """The request with its condition keys as the policy spells them; letter case has no meaning there."""
    keys = {test.lookup_key: test.key for statement in policy.statements for test in statement.conditions}
    return replace(request, context={keys.get(key, key): value for key, value in request.context.items()})


def _choices(
    policy: Policy, asker: Asker, settled: Iterable[str]
) -> dict[str, tuple[ContextValue | None, ...]]:
    """For each key that is open, the values to try; ``None`` for its absence."""
    skipped = _DERIVED.union(settled)
    tests: dict[str, list[ConditionTest]] = {}
    for statement in policy.statements:
        if statement.covers_action(asker.action):
            for test in statement.conditions:
                if test.lookup_key not in skipped:
                    tests.setdefault(test.lookup_key, []).append(test)
    known = identify(asker.principal).context
    needed = _needed(policy)
    choices: dict[str, tuple[ContextValue | None, ...]] = {}
    for key, of_key in tests.items():
        values: list[ContextValue | None] = [None] if key not in _ALWAYS_PRESENT else []
        for test in of_key:
            values += (value for value in _near(test, known) if value not in values)
        asked = [test for test in needed if test.lookup_key == key]
        choices[key] = tuple(value for value in values if _meets(value, key, asked))
    return choices


def _needed(policy: Policy) -> list[ConditionTest]:
    """The conditions that everyone meets who gets in: those of the Allow statement, if there is but one.

    Those with policy variables hang on other keys, and are left to the evaluator.
    """
    allows = [statement for statement in policy.statements if statement.effect == "Allow"]
    if len(allows) != 1:
        return []
    return [test for test in allows[0].conditions if not any("${" in value for value in test.values)]


def _meets(value: ContextValue | None, key: str, tests: Iterable[ConditionTest]) -> bool:
    context = {} if value is None else {key: value}
    return all(test.holds(context) is not False for test in tests)


def _near(test: ConditionTest, known: Mapping[str, ContextValue]) -> Iterator[str]:
    """Values of a request that a condition tells apart: those that it lists, and some beside them."""
    family = test.use.operator.family
    values = test.values[:_MOST_VALUES]
    if family in {"boolean", "null"}:
        yield from ("true", "false") if family == "boolean" else (_SOME_TEXT,)
        return
    for value in values:
        yield from _BESIDE.get(family, _texts)(value, test, known)
    if family in {"string", "arn"}:
        yield _SOME_TEXT


def _texts(value: str, test: ConditionTest, known: Mapping[str, ContextValue]) -> Iterator[str]:
    if test.variables and "${" in value:
        names = {name.strip().lower() for name in _VARIABLE.findall(value)}
        context = {name: known.get(name, _SOME_TEXT) for name in names}
        tokens = resolve(tokenize(value, wildcards=True, variables=True), context)
        if isinstance(tokens, tuple):
            yield "".join("x" if isinstance(token, Wildcard) else token for token in tokens)
        return
    if test.use.operator.name in {"StringEquals", "StringNotEquals"}:
        yield value
        return
    yield _instance(value)
    if test.use.operator.name.endswith("IgnoreCase"):
        yield value.swapcase()


def _numbers(value: str, _test: ConditionTest, _known: Mapping[str, ContextValue]) -> Iterator[str]:
    number = Decimal(value)
    yield from (str(number), str(number - 1), str(number + 1))


def _moments(value: str, _test: ConditionTest, _known: Mapping[str, ContextValue]) -> Iterator[str]:
    yield value
    seconds = read_moment(value) // _NANOSECONDS
    yield from (str(moved) for moved in (seconds - 1, seconds + 1) if moved >= 0)


def _addresses(value: str, _test: ConditionTest, _known: Mapping[str, ContextValue]) -> Iterator[str]:
    network = ip_network(value, strict=False)
    yield str(network.network_address)
    yield from (each for each in _ELSEWHERE if ip_address(each) not in network)


_BESIDE: Final = {"numeric": _numbers, "date": _moments, "ip": _addresses}


def _instance(pattern: str) -> str:
    """A text that a pattern fits, with something in the place of every wildcard."""
    return _SOME_TEXT if pattern == "*" else pattern.replace("*", "x").replace("?", "x")
