"""Reads what users write about a verification into checked value objects, all faults at once."""

from collections.abc import Mapping

from rolecall.errors import DeclarationError, Fault
from rolecall.policy.formats import EXTERNAL_ID
from rolecall.shapes import Faults, Read, fields, flag, many, one_of, seconds, text

from .model import Expectation
from .reading_caller import formatted, read_entry, read_owner
from .reading_can_do import read_can_do
from .spec import DeniedProbes, Expected, Reaction, Require, VerifySpec

_LONGEST_TIMEOUT = 3600.0
_LONGEST_AGE = 366 * 24 * 3600.0


def read_verify(raw: Mapping[str, object] | None, *, path: str = "verify") -> VerifySpec:
    """The checked form of a ``verify`` argument; ``None`` means no callers and every default.

    Raises:
        DeclarationError: with every fault that was found.
    """
    faults: Faults = []
    spec = VerifySpec(**fields(raw or {}, VERIFY, path, faults))
    if not faults:
        faults.extend(crossed(spec, path))
    if faults:
        raise DeclarationError(faults)
    return spec


def crossed(spec: VerifySpec, path: str) -> list[Fault]:
    """Faults between fields: names that collide, expectations of nobody."""
    names = [source.name for source in spec.callers]
    twice = sorted({name for name in names if names.count(name) > 1})
    faults = [
        Fault(f"{path}.callers", f"two callers are called {name!r}", "Give each a name of its own.")
        for name in twice
    ]
    for index, entry in enumerate(spec.expect):
        if entry.caller not in names:
            known = ", ".join(map(repr, names)) or "none"
            problem = f"there is no caller {entry.caller!r}"
            faults.append(Fault(f"{path}.expect[{index}].caller", problem, f"The callers are: {known}."))
    entering = [source.name for source in spec.callers if source.expect is Expectation.ALLOWED]
    known = ", ".join(map(repr, entering)) or "none"
    faults.extend(
        Fault(
            f"{path}.can_do[{index}].caller",
            f"no caller {entry.caller!r} is to get in",
            f"The callers that are: {known}.",
        )
        for index, entry in enumerate(spec.can_do)
        if entry.caller not in entering
    )
    return faults


def _expected(value: object, path: str, faults: Faults) -> Expected | None:
    before = len(faults)
    given = fields(value, _EXPECTED, path, faults, required=("caller", "expect"))
    return Expected(**given) if len(faults) == before else None


_EXPECTED: dict[str, Read] = {
    "caller": text,
    "external_id": formatted(EXTERNAL_ID),
    "mfa": flag,
    "expect": one_of(Expectation),
}
VERIFY: dict[str, Read] = {
    "callers": many(read_entry),
    "owner": read_owner,
    "expect": many(_expected),
    "can_do": many(read_can_do),
    "regions": many(text),
    "allowed_timeout_seconds": seconds(0, _LONGEST_TIMEOUT),
    "denied_timeout_seconds": seconds(0, _LONGEST_TIMEOUT),
    "denied_probes": one_of(DeniedProbes),
    "on_pending": one_of(Reaction),
    "on_inconclusive": one_of(Reaction),
    "require": one_of(Require),
    "max_age_seconds": seconds(0, _LONGEST_AGE),
}
