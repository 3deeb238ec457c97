"""Reads what users write about a fleet into checked roles, all faults at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from rolecall.errors import DeclarationError, Fault, PolicyError
from rolecall.policy import Arn, parse
from rolecall.policy.formats import ACCOUNT_ID, EXTERNAL_ID, SESSION_NAME, SOURCE_IDENTITY, fault_of
from rolecall.shapes import Faults, Read, fields, many, shown, text

from .fleet import FleetRole
from .live import Requirements
from .reading import VERIFY, crossed
from .reading_caller import formatted, read_entry, read_owner, role_arn
from .spec import CallerSource, VerifySpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Many roles, checked.

    Attributes:
        roles: each with what is asked about it; roles of which nothing special is said share one ``spec``.
        gates: by whose rules a report is as declared, for all of them.
    """

    roles: tuple[FleetRole, ...]
    gates: VerifySpec


def read_fleet(
    raw: object,
    *,
    policy: Read | None = None,
    requirements: Requirements | None = None,
    changed: bool = False,
) -> Fleet:
    """The checked form of a fleet.

    Args:
        raw: a dictionary in the shape of ``FleetShape``, without its ``require``.
        policy: reads a ``trust_policy``; ``None`` for decoded objects only.
        requirements: what all live trust policies must meet besides.
        changed: the roles were just changed.

    Raises:
        DeclarationError: with every fault that was found.
    """
    faults: Faults = []
    table = {
        "callers": _named(_unnamed, _any_name),
        "owners": _named(read_owner, _account),
        "defaults": _defaults,
        "roles": many(_role(policy or trust_policy)),
    }
    given = fields(raw, table, "", faults, required=("roles",))
    faults.extend(_twice(given.get("roles") or ()))
    if faults:
        raise DeclarationError(faults)
    common = _Common(
        callers={name: replace(source, name=name) for name, source in given.get("callers", {}).items()},
        owners=given.get("owners", {}),
        defaults=given.get("defaults", {}),
    )
    gates = common.spec({}, "defaults", faults)
    roles = tuple(
        FleetRole(
            role_arn=entry["arn"],
            spec=common.spec(entry, f"roles[{index}]", faults, shared=gates),
            declared_trust=entry.get("trust_policy"),
            requirements=requirements,
            changed=changed,
        )
        for index, entry in enumerate(given["roles"])
    )
    if faults:
        raise DeclarationError(list(dict.fromkeys(faults)))
    return Fleet(roles=roles, gates=gates)


def trust_policy(value: object, path: str, faults: Faults) -> Mapping[str, object] | None:
    """A trust policy as a decoded object, checked."""
    if not isinstance(value, Mapping):
        faults.append(Fault(path, "it is no trust policy", "Give the policy as an object."))
        return None
    try:
        parse(value)
    except PolicyError as error:
        faults.extend(Fault(f"{path}{each.path}", each.problem, each.remedy) for each in error.faults)
        return None
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """What is said once for all roles.

    Attributes:
        callers: by name.
        owners: by account ID.
        defaults: fields of ``VerifySpec``; ``callers`` by name, all of them where it isn't there.
    """

    callers: Mapping[str, CallerSource]
    owners: Mapping[str, CallerSource]
    defaults: Mapping[str, Any]

    def spec(
        self, entry: Mapping[str, Any], path: str, faults: Faults, *, shared: VerifySpec | None = None
    ) -> VerifySpec:
        """What is asked about one role: the defaults, and what its entry says instead.

        Args:
            entry: the role's fields, read; empty for the defaults themselves.
            path: where they stand.
            faults: added to.
            shared: the spec of the defaults, taken as it is where the entry says nothing else.
        """
        own = {name: entry[name] for name in _ROLE_VERIFY if name in entry}
        sent = {name: entry[name] for name in _SENT if name in entry}
        reader = self.owners.get(Arn.parse(entry["arn"]).account) if "arn" in entry else None
        if shared is not None and not (own or sent or reader or "callers" in entry):
            return shared
        where = path if "callers" in entry else "defaults"
        names: Sequence[str] = {**self.defaults, **entry}.get("callers", tuple(self.callers))
        faults.extend(_unknown(names, self.callers, f"{where}.callers"))
        callers = tuple(replace(self.callers[name], **sent) for name in names if name in self.callers)
        settings = {**self.defaults, **own, "callers": callers}
        spec = VerifySpec(**settings if reader is None else {**settings, "owner": reader})
        faults.extend(crossed(spec, path))
        return spec


def _twice(entries: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Roles that stand there more than once: the report has one place for each."""
    places: dict[str, int] = {}
    for index, entry in enumerate(entries):
        arn = entry.get("arn")
        first = places.setdefault(arn, index) if arn is not None else index
        if first != index:
            problem = f"{arn} is roles[{first}] too"
            yield Fault(f"roles[{index}].arn", problem, "Name all callers of a role in one entry.")


def _unknown(names: Sequence[str], known: Mapping[str, object], path: str) -> list[Fault]:
    told = ", ".join(map(repr, known)) or "none"
    return [
        Fault(f"{path}[{index}]", f"there is no caller {name!r}", f"The callers are: {told}.")
        for index, name in enumerate(names)
        if name not in known
    ]


def _named(read: Read, check: Callable[[str, str], Fault | None]) -> Read:
    """A dictionary from names to entries that are read one by one."""

    def read_all(value: object, path: str, faults: Faults) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            faults.append(
                Fault(path, f"{shown(value)} isn't allowed", "Give a dictionary of entries by name.")
            )
            return {}
        wrong = (check(name, f"{path}.{name}") for name in value)
        faults.extend(fault for fault in wrong if fault is not None)
        return {str(name): read(entry, f"{path}.{name}", faults) for name, entry in value.items()}

    return read_all


def _unnamed(value: object, path: str, faults: Faults) -> CallerSource | None:
    """A caller whose name stands before it."""
    if isinstance(value, Mapping) and "name" in value:
        faults.append(Fault(f"{path}.name", "its key is its name", "Leave it out."))
    return read_entry(value, path, faults)


def _any_name(name: object, path: str) -> Fault | None:
    return None if isinstance(name, str) and name else Fault(path, "a caller's name is text", "Quote it.")


def _account(name: object, path: str) -> Fault | None:
    if isinstance(name, str):
        return fault_of(ACCOUNT_ID, name, path)
    return Fault(path, "an account ID is text of 12 digits", "Quote it: YAML takes it for a number.")


def _role(policy: Read) -> Read:
    table = {"arn": role_arn, "callers": many(text), "trust_policy": policy, **_SENT, **_ROLE_VERIFY}

    def read(value: object, path: str, faults: Faults) -> dict[str, Any]:
        return fields(value, table, path, faults, required=("arn",))

    return read


def _defaults(value: object, path: str, faults: Faults) -> dict[str, Any]:
    return fields(value, {**VERIFY, "callers": many(text)}, path, faults)


_SENT: Final[Mapping[str, Read]] = {
    "external_id": formatted(EXTERNAL_ID),
    "session_name": formatted(SESSION_NAME),
    "source_identity": formatted(SOURCE_IDENTITY),
}
"""What all callers of a role send."""
_ROLE_VERIFY: Final[Mapping[str, Read]] = {
    name: VERIFY[name] for name in ("expect", "can_do", "regions", "denied_probes")
}
"""What of the defaults a role may say otherwise."""
