"""Reads what users write about a caller: where its credentials come from, and what it sends."""

from collections.abc import Iterator, Mapping
from typing import Any

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import Arn
from rolecall.policy.formats import (
    EXTERNAL_ID,
    MFA_SERIAL,
    SESSION_NAME,
    SESSION_TAGS,
    SOURCE_IDENTITY,
    TAG_KEY,
    TAG_VALUE,
    Format,
    fault_of,
)
from rolecall.shapes import Faults, Read, fields, flag, many, one_of, shown, text

from .model import Expectation
from .spec import (
    CallerSource,
    CodeKind,
    CodeSource,
    SamlKind,
    SamlSource,
    SourceKind,
    TokenKind,
    TokenSource,
)

_STS_AUDIENCE = "sts.amazonaws.com"


def read_caller(raw: Mapping[str, object], *, path: str) -> CallerSource:
    """The checked form of one caller.

    Raises:
        DeclarationError: with every fault that was found.
    """
    faults: Faults = []
    source = read_entry(raw, path, faults)
    if faults or source is None:
        raise DeclarationError(faults)
    return source


def read_entry(value: object, path: str, faults: Faults) -> CallerSource | None:
    """One entry of ``callers``."""
    given = fields(value, _CALLER, path, faults)
    if not isinstance(value, Mapping):
        return None
    kind = _one_source(given, tuple(SourceKind), path, faults)
    if (given.get("mfa_serial") is None) is not (given.get("mfa_code") is None):
        problem = "mfa_serial and mfa_code go together"
        faults.append(
            Fault(path, problem, "Give the device's ARN and where its codes come from, or neither.")
        )
    if given.get("mfa_serial") is not None and given.get("via"):
        problem = "it would be left unused: the sessions of roles under via carry no MFA"
        faults.append(Fault(f"{path}.mfa_serial", problem, "Leave out via, or mfa_serial and mfa_code."))
    faults.extend(_not_passed(given, path))
    if kind is None:
        return None
    given.pop("ambient", None)
    token: TokenSource | None = given.get("web_identity")
    saml: SamlSource | None = given.get("saml")
    if not given.get("via"):
        faults.extend(_without_credentials(kind, given, path))
    said = {
        "profile": given.get("profile"),
        "env": given.get("env"),
        "command": (given.get("command") or ("",))[0],
        "web_identity": token and (token.file or token.env or token.kind),
        "saml": saml and (saml.file or saml.env or saml.command[0]),
    }
    given.setdefault("name", f"{kind} {said[kind]}" if kind in said else kind)
    return CallerSource(kind=SourceKind(kind), **given)


def read_owner(value: object, path: str, faults: Faults) -> CallerSource | None:
    """Who reads roles: a caller with credentials."""
    source = read_entry(value, path, faults)
    if source is not None and source.kind in _PROOFS and not source.via:
        remedy = "Name under via the role that reads."
        faults.append(Fault(path, f"{_PROOFS[source.kind][0]} can't read roles by itself", remedy))
    return source


_PROOFS = {
    SourceKind.WEB_IDENTITY: (
        "a web identity token",
        ("external_id", "source_identity", "tags", "mfa_serial"),
    ),
    SourceKind.SAML: (
        "a SAML response",
        ("external_id", "session_name", "source_identity", "tags", "mfa_serial"),
    ),
}
"""What callers without credentials show, and what they can't send then."""


def _without_credentials(kind: str, given: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """What can't be said of a caller whose token or assertion goes to the role itself."""
    what, names = _PROOFS.get(SourceKind(kind), ("", ()))
    for name in names:
        if given.get(name) is not None:
            remedy = "Remove it, or name under via a role that is opened first."
            yield Fault(f"{path}.{name}", f"it can't be sent beside {what}", remedy)


def _not_passed(given: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """Tags that are said to be transitive, and aren't passed."""
    passed = {key.lower() for key, _ in given.get("tags", ())}
    for key in given.get("transitive_tag_keys", ()):
        if key is not None and key.lower() not in passed:
            remedy = "Pass that tag under tags, or leave its key out."
            yield Fault(f"{path}.transitive_tag_keys", f"there is no tag {shown(key)}", remedy)


def _one_source(given: dict[str, Any], kinds: tuple[str, ...], path: str, faults: Faults) -> str | None:
    """The one field that says where something comes from; none or several are a fault."""
    present = [kind for kind in kinds if given.get(kind)]
    if len(present) == 1:
        return present[0]
    problem = f"names {' and '.join(present)}" if present else "names no source"
    faults.append(Fault(path, problem, f"Give exactly one of {', '.join(kinds)}."))
    return None


def _code(value: object, path: str, faults: Faults) -> CodeSource | None:
    given = fields(value, _CODE, path, faults)
    kind = _one_source(given, tuple(CodeKind), path, faults)
    if kind is None:
        return None
    env = given.get("env") or given.get("seed_env") or ""
    command = given.get("command") or given.get("seed_command") or ()
    return CodeSource(kind=CodeKind(kind), env=env, command=command)


def _github(value: object, path: str, faults: Faults) -> str:
    """The audience of GitHub's tokens; AWS's own where none is named."""
    return str(fields(value, {"audience": text}, path, faults).get("audience", _STS_AUDIENCE))


def _token(value: object, path: str, faults: Faults) -> TokenSource | None:
    given = fields(value, {"file": text, "env": text, "github": _github}, path, faults)
    kind = _one_source(given, tuple(TokenKind), path, faults)
    return TokenSource(kind=TokenKind(kind), **given) if kind is not None else None


def _saml(value: object, path: str, faults: Faults) -> SamlSource | None:
    before = len(faults)
    reads: dict[str, Read] = {
        "provider_arn": _saml_provider,
        "file": text,
        "env": text,
        "command": many(text),
    }
    given = fields(value, reads, path, faults, required=("provider_arn",))
    kind = _one_source(given, tuple(SamlKind), path, faults)
    if kind is None or len(faults) > before:
        return None
    return SamlSource(kind=SamlKind(kind), **given)


def _saml_provider(value: object, path: str, faults: Faults) -> str | None:
    string = text(value, path, faults)
    if string is None:
        return None
    try:
        is_provider = Arn.parse(string).resource_type == "saml-provider"
    except DeclarationError:
        is_provider = False
    if not is_provider:
        remedy = "It looks like arn:aws:iam::ACCOUNT:saml-provider/NAME"
        faults.append(Fault(path, f"{string!r} isn't the ARN of a SAML provider", remedy))
    return string


def formatted(format_: Format) -> Read:
    """A string in one of AWS's formats."""

    def read(value: object, path: str, faults: Faults) -> str | None:
        fault = fault_of(format_, value, path)
        if fault is None and isinstance(value, str):
            return value
        if fault is not None:
            faults.append(fault)
        return None

    return read


def role_arn(value: object, path: str, faults: Faults) -> str | None:
    """The ARN of a role."""
    string = text(value, path, faults)
    if string is None:
        return None
    try:
        is_role = Arn.parse(string).is_role
    except DeclarationError:
        is_role = False
    if not is_role:
        faults.append(
            Fault(path, f"{string!r} isn't the ARN of a role", "It looks like arn:aws:iam::ACCOUNT:role/NAME")
        )
    return string


def _tags(value: object, path: str, faults: Faults) -> tuple[tuple[str, str], ...]:
    """Session tags as pairs; AWS compares their keys without regard to case."""
    if not isinstance(value, Mapping):
        faults.append(Fault(path, f"{shown(value)} isn't allowed", "Give a dictionary of values by key."))
        return ()
    for key, each in value.items():
        found = (fault_of(TAG_KEY, key, f"{path}.{key}"), fault_of(TAG_VALUE, each, f"{path}.{key}"))
        faults.extend(fault for fault in found if fault is not None)
    if len(value) > SESSION_TAGS:
        faults.append(
            Fault(path, f"there are {len(value)} tags", f"A session has at most {SESSION_TAGS} tags.")
        )
    if len({str(key).lower() for key in value}) < len(value):
        faults.append(
            Fault(path, "two keys differ in case only", "AWS takes them for the same: leave one of them out.")
        )
    return tuple((str(key), str(each)) for key, each in value.items())


_CODE: dict[str, Read] = {
    "env": text,
    "command": many(text),
    "prompt": flag,
    "seed_env": text,
    "seed_command": many(text),
}
_CALLER: dict[str, Read] = {
    "ambient": flag,
    "profile": text,
    "env": text,
    "command": many(text),
    "web_identity": _token,
    "saml": _saml,
    "name": text,
    "via": many(role_arn),
    "mfa_serial": formatted(MFA_SERIAL),
    "mfa_code": _code,
    "external_id": formatted(EXTERNAL_ID),
    "session_name": formatted(SESSION_NAME),
    "source_identity": formatted(SOURCE_IDENTITY),
    "tags": _tags,
    "transitive_tag_keys": many(formatted(TAG_KEY)),
    "expect": one_of(Expectation),
}
