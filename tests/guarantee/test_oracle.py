"""An SMT solver, which knows nothing of automata, finds a difference where one is found, and only there."""

from collections.abc import Mapping
from typing import Any

import pytest
import z3
from hypothesis import HealthCheck, given, note, settings
from tests.guarantee import support
from tests.guarantee.support import VENDOR

from rolecall.guarantee import difference
from rolecall.policy import parse

PATIENCE_MILLISECONDS = 1500
"""After that the solver has no opinion: on inclusions between short patterns it sometimes never ends."""

KEYS = ["sts:ExternalId", "aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent"]
WORDS = z3.String("externalid")
AGE = z3.Real("age")
MFA = z3.Bool("mfa")
PRESENT = {key: z3.Bool(f"has {key}") for key in KEYS}
ANY = z3.AllChar(z3.ReSort(z3.StringSort()))


def glob(pattern: str) -> z3.ReRef:
    parts = [z3.Star(ANY) if c == "*" else ANY if c == "?" else z3.Re(c) for c in pattern]
    return z3.Concat(z3.Re(""), z3.Re(""), *parts)


def folded(text: str) -> z3.ReRef:
    capitals = [
        z3.Union(z3.Re(c.lower()), z3.Re(c.upper()), *([z3.Re("\u212a")] if c in "kK" else [])) for c in text
    ]
    return z3.Concat(z3.Re(""), z3.Re(""), *capitals)


MATCH = {
    "StringEquals": lambda value: z3.StringVal(value) == WORDS,
    "StringEqualsIgnoreCase": lambda value: z3.InRe(WORDS, folded(value)),
    "StringLike": lambda value: z3.InRe(WORDS, glob(value)),
    "NumericEquals": lambda value: z3.RealVal(value) == AGE,
    "NumericLessThan": lambda value: z3.RealVal(value) > AGE,
    "NumericGreaterThanEquals": lambda value: z3.RealVal(value) <= AGE,
    "Bool": lambda value: (value == "true") == MFA,
}


def met(operator: str, key: str, values: list[str]) -> z3.BoolRef:
    """The rules on absence, sets and negation, written down once more."""
    present = PRESENT[key]
    if operator == "Null":
        return z3.Or(*(z3.Not(present) if value == "true" else present for value in values))
    prefix, _, name = operator.rpartition(":")
    if_exists, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    positive = name.replace("Not", "")
    if positive == "StringEquals" and key == "aws:MultiFactorAuthPresent":
        positive = "Bool"
    matched = z3.Or(*map(MATCH[positive], values))
    absent = if_exists or prefix == "ForAllValues" or ("Not" in name and not prefix)
    if prefix and key == "sts:ExternalId":
        present = z3.And(present, z3.StringVal("") != WORDS)
    return z3.If(present, z3.Not(matched) if "Not" in name else matched, z3.BoolVal(absent))


def lets_in(document: Mapping[str, Any]) -> z3.BoolRef:
    applying: dict[str, list[z3.BoolRef]] = {"Allow": [], "Deny": []}
    for statement in document["Statement"]:
        tests = [
            met(operator, key, [values] if isinstance(values, str) else values)
            for operator, keys in statement["Condition"].items()
            for key, values in keys.items()
        ]
        applying[statement["Effect"]].append(z3.And(*tests))
    return z3.And(z3.Or(*applying["Allow"]), z3.Not(z3.Or(*applying["Deny"])))


def opinion(claim: z3.BoolRef) -> bool | None:
    """Whether some request meets a claim; ``None`` where the solver ran out of patience."""
    solver = z3.Solver()
    solver.set("timeout", PATIENCE_MILLISECONDS)
    solver.set("random_seed", 7)
    solver.add(claim)
    answer = solver.check()
    return None if answer == z3.unknown else answer == z3.sat


def narrowed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same for one account and one operation: conditions are what the solver is asked about."""
    statements = [
        {**each, "Principal": {"AWS": VENDOR}, "Action": "sts:AssumeRole"} for each in document["Statement"]
    ]
    return {**document, "Statement": statements}


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(support.documents(keys=KEYS), support.documents(keys=KEYS))
def test_a_solver_agrees_on_every_difference(one, other) -> None:
    """Where the solver has an opinion on what a policy adds, the automata have the same."""
    old, new = narrowed(one), narrowed(other)
    found = difference(parse(old), parse(new))
    assert not found.doubts

    expected = opinion(z3.And(lets_in(new), z3.Not(lets_in(old))))
    note(f"old {old}\nnew {new}\nfound {found}")
    assert expected in (None, bool(found.added))


@pytest.mark.parametrize(
    ("one", "other", "equal"), [("a*", "a?*", False), ("?*", "*?", True), ("*a*", "*a", False)]
)
def test_the_solver_has_opinions(one: str, other: str, equal: bool) -> None:
    """The oracle isn't silent throughout."""
    old, new = ({"Statement": [support.allow(StringLike={"sts:ExternalId": each})]} for each in (one, other))
    assert opinion(lets_in(old) != lets_in(new)) is not equal
