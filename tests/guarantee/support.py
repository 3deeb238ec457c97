"""What tests of guarantees share: short ways to write policies, random policies, and many requests to try."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from rolecall.errors import DeclarationError
from rolecall.policy import Policy, Principal, Request, parse
from rolecall.policy.caller import identify

ROLE = "arn:aws:iam::222222222222:role/deploy"
VENDOR = "333333333333"
ALICE = "arn:aws:iam::111111111111:user/alice"
ID = "acme-3f1c9a0e7b52"
GITHUB = "arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com"
SUB = "token.actions.githubusercontent.com:sub"
WEB = "sts:AssumeRoleWithWebIdentity"


def allow(
    who: object = VENDOR, effect: str = "Allow", action: object = "sts:AssumeRole", **condition: Any
) -> Any:
    """A statement; ``condition`` maps operators to keys and values; ``__`` in an operator is a colon."""
    principal = who if isinstance(who, Mapping) else {"AWS": who}
    base = {"Effect": effect, "Principal": principal, "Action": action}
    conditions = {name.replace("__", ":"): keys for name, keys in condition.items()}
    return {**base, "Condition": conditions} if conditions else base


def deny(who: object = "*", **condition: Any) -> Any:
    return allow(who, "Deny", **condition)


def policy(*statements: Mapping[str, Any]) -> Policy:
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, stored=True)


_KEYS: Mapping[str, tuple[list[str], list[str]]] = {
    # condition key: operators, values that policies hold
    "sts:ExternalId": (
        ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"],
        ["ab", "AB", "a*", "*b", "a?b", "*", "a*b*", "??", "", "Kb"],
    ),
    "aws:PrincipalTag/team": (
        ["StringEquals", "StringNotLike", "StringLike", "Bool", "NumericLessThan"],
        ["true", "false", "5", "7.5"],
    ),
    "aws:MultiFactorAuthPresent": (["Bool", "StringEquals"], ["true", "false"]),
    "aws:MultiFactorAuthAge": (
        ["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"],
        ["0", "5", "5.0", "5.5", "-1"],
    ),
    "aws:CurrentTime": (
        ["DateLessThan", "DateGreaterThanEquals", "DateNotEquals"],
        ["2025-01-01T00:00:00Z", "1735689601", "2025-01-01"],
    ),
    "aws:SourceIp": (
        ["IpAddress", "NotIpAddress"],
        ["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32", "0.0.0.0/0"],
    ),
    "aws:SourceArn": (
        ["ArnLike", "ArnNotLike", "ArnEquals", "StringLike"],
        ["arn:aws:s3:::b*", "arn:aws:*:*:*:b", "arn:aws:s3:::b:c", "*", "arn:*"],
    ),
    "aws:PrincipalArn": (
        ["ArnLike", "ArnNotEquals", "StringLike", "StringEquals"],
        [
            ALICE,
            "arn:aws:iam::*:role/ci*",
            "arn:aws:iam::333333333333:*",
            "arn:aws:iam::111111111111:role/ops/ci",
        ],
    ),
    "aws:PrincipalAccount": (["StringEquals", "StringNotLike"], ["111111111111", "3*", VENDOR]),
    "aws:username": (["StringLike", "StringNotEquals"], ["a*", "alice", "bob"]),
    "aws:TagKeys": (["StringEquals", "StringLike", "StringNotEquals"], ["a", "b", "a*", "team"]),
    "sts:RoleSessionName": (
        ["StringLike", "StringEquals", "StringNotLike"],
        ["${aws:username}", "a*", "run"],
    ),
}
_PRINCIPALS = [
    {"AWS": "*"},
    {"AWS": ALICE},
    {"AWS": "111111111111"},
    {"AWS": ["arn:aws:iam::333333333333:root", "arn:aws:iam::111111111111:role/ops/ci"]},
    {"AWS": "arn:aws:iam::333333333333:role/ci"},
    {"AWS": "arn:aws:sts::111111111111:assumed-role/ci/run"},
    {"Service": "ec2.amazonaws.com"},
    {"AWS": VENDOR, "Federated": GITHUB},
]
_ACTIONS = ["sts:AssumeRole", "sts:*", "sts:TagSession", ["sts:AssumeRole", WEB], WEB]


@st.composite
def _conditions(draw: st.DrawFn, keys: list[str]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for key in draw(st.lists(st.sampled_from(keys), max_size=2, unique=True)):
        operators, values = _KEYS[key]
        if draw(st.integers(0, 6)) == 0:
            found.setdefault("Null", {})[key] = draw(st.sampled_from(["true", "false"]))
            continue
        name = draw(st.sampled_from(operators))
        fitting = [value for value in values if _fits(name, value)]
        prefix = draw(st.sampled_from(["", "", "", "ForAnyValue:", "ForAllValues:"]))
        operator = prefix + name + draw(st.sampled_from(["", "", "IfExists"]))
        found.setdefault(operator, {})[key] = draw(st.lists(st.sampled_from(fitting), min_size=1, max_size=2))
    return found


def _fits(operator: str, value: str) -> bool:
    document = allow(**{operator: {"k": value}})
    try:
        policy(document)
    except DeclarationError:
        return False
    return True


def documents(*, keys: list[str] | None = None, most: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Random trust policies over few names and values, so that their statements meet."""
    statement = st.fixed_dictionaries(
        {
            "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
            "Principal": st.sampled_from(_PRINCIPALS),
            "Action": st.sampled_from(_ACTIONS),
            "Condition": _conditions(keys or sorted(_KEYS)),
        }
    )
    statements = st.lists(statement, min_size=1, max_size=most)
    return st.fixed_dictionaries({"Version": st.just("2012-10-17"), "Statement": statements})


_ASKERS = [
    Principal("AWS", ALICE),
    Principal("AWS", "arn:aws:iam::333333333333:user/team/bob"),
    Principal("AWS", "arn:aws:iam::444444444444:user/alice"),
    Principal("AWS", "arn:aws:sts::111111111111:assumed-role/ci/run"),
    Principal("AWS", "arn:aws:sts::111111111111:assumed-role/ci/other"),
    Principal("AWS", "arn:aws:sts::333333333333:assumed-role/ci/run"),
    Principal("AWS", "arn:aws:sts::333333333333:assumed-role/cix/run"),
    Principal("Service", "ec2.amazonaws.com"),
    Principal("Service", "ecs.amazonaws.com"),
    Principal("Federated", GITHUB),
    Principal("Federated", "arn:aws:iam::222222222222:saml-provider/idp"),
]
_ALL_ACTIONS = ["sts:AssumeRole", "sts:AssumeRole", "sts:TagSession", WEB, "sts:AssumeRoleWithSAML"]


def requests(policies: list[Policy], *, count: int, seed: int) -> Iterator[Request]:
    """Random requests made of the values that policies hold, and of near misses."""
    dice = random.Random(seed)
    wanted: dict[str, list[str]] = {}
    for each in policies:
        for statement in each.statements:
            for test in statement.conditions:
                wanted.setdefault(test.key, []).extend(test.values)
    for _ in range(count):
        context: dict[str, Any] = {}
        asker = dice.choice(_ASKERS)
        derived = identify(asker).context
        for key, values in wanted.items():
            if key.lower().startswith("aws:principala") or key == "aws:username" or dice.random() < 0.3:
                continue
            context[key] = _near(dice, key, dice.choice(values), derived)
            if key == "aws:TagKeys" and dice.random() < 0.6:
                context[key] = [context[key], _near(dice, key, dice.choice(values), derived)]
        if ":assumed-role/ci/" in asker.value and "111111111111" in asker.value and dice.random() < 0.5:
            context["aws:PrincipalArn"] = "arn:aws:iam::111111111111:role/ops/ci"
        yield Request(role=ROLE, principal=asker, action=dice.choice(_ALL_ACTIONS), context=context)


def _near(dice: random.Random, key: str, value: str, derived: Mapping[str, Any]) -> str:
    name = derived.get("aws:username", "alice")
    value = value.replace("${aws:username}", name)
    if key == "aws:MultiFactorAuthPresent":
        return dice.choice(["true", "false"])
    if key == "aws:MultiFactorAuthAge":
        return dice.choice([value, "4", "6", "5.2"])
    if key == "aws:CurrentTime":
        return dice.choice([value, "2024-12-31", "1735689600", "1735689602"])
    if key == "aws:SourceIp":
        return dice.choice(["10.0.0.1", "10.1.2.3", "11.0.0.0", "9.255.255.255", "2001:db8::7", "2001:db9::"])
    filled = "".join(dice.choice(["", "x", "b", "ab"]) if c == "*" else "a" if c == "?" else c for c in value)
    return dice.choice([filled, filled, filled + "x", filled[:-1], filled.upper(), "x", "\u212ab"])
