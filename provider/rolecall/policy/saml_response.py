"""Reads a SAML response without believing it: what it says is worth as much as the signature over it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, fromstring
from xml.parsers import expat

from .formats import SESSION_DURATION, SESSION_NAME, SESSION_TAGS, SOURCE_IDENTITY, TAG_KEY, TAG_VALUE
from .session_claims import SessionClaims

ASSERTION: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL: Final = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"

ATTRIBUTES: Final = "https://aws.amazon.com/SAML/Attributes/"
"""What the names of the attributes that AWS itself reads begin with."""

_BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
_END: Final = "NotOnOrAfter"
_SESSION_END: Final = "SessionNotOnOrAfter"
_LONGEST: Final = 1_000_000
_DEEPEST: Final = 40
_TAG: Final = "PrincipalTag:"
_NAME: Final = "[a-zA-Z_0-9+=,.@-]{2,64}"


class SamlError(ValueError):
    """A response that AWS would not take; the text never holds any of the response's values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What an identity provider says about one subject. Nothing of it is in ``repr``.

    Times are in UTC.

    Attributes:
        issuer: entity ID of the identity provider.
        subject: the NameID.
        subject_format: its format, a URN.
        recipient: the sign-in that it was made for.
        issued_at: when it was made.
        not_before: from when on it is good; ``None`` for any time.
        expires_at: from when on it isn't good any more: the earliest of its bounds.
        session_ends_at: when the session at the identity provider ends; ``None`` where it doesn't say.
        audiences: for each restriction, the audiences of which one must be meant.
        roles: pairs of ARNs: role and SAML provider.
        session_name: the role session's name.
        session: tags and source identity of the role session.
        attributes: every attribute's values, by its name.
    """

    issuer: str = field(repr=False)
    subject: str = field(repr=False)
    subject_format: str = field(repr=False)
    recipient: str = field(repr=False)
    issued_at: datetime = field(repr=False)
    not_before: datetime | None = field(repr=False)
    expires_at: datetime = field(repr=False)
    session_ends_at: datetime | None = field(repr=False)
    audiences: tuple[tuple[str, ...], ...] = field(repr=False)
    roles: tuple[tuple[str, str], ...] = field(repr=False)
    session_name: str = field(repr=False)
    session: SessionClaims = field(repr=False)
    attributes: Mapping[str, tuple[str, ...]] = field(repr=False)


def plain(document: bytes, *, comments: bool = False) -> bytes:
    """Return a document of nothing but elements, attributes and text, of bounded size and depth.

    A DTD is where entities come from, which can read files and grow without end; a comment or a processing
    instruction within a value lets two readers see two values; and no honest response holds any of them.

    Args:
        document: what was sent.
        comments: whether comments are let through, in what no signature is checked of.

    Raises:
        SamlError: it holds anything else, or isn't XML.
    """
    if len(document) > _LONGEST:
        raise SamlError(f"it has more than {_LONGEST} bytes")
    reader = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def enter(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise SamlError(f"its elements are nested more than {_DEEPEST} deep")

    def leave(_name: str) -> None:
        nonlocal depth
        depth -= 1

    reader.StartElementHandler, reader.EndElementHandler = enter, leave
    reader.StartDoctypeDeclHandler = _refusing("a document type declaration")
    if not comments:
        reader.CommentHandler = _refusing("a comment")
    reader.ProcessingInstructionHandler = _refusing("a processing instruction")
    try:
        reader.Parse(document, True)
    except expat.ExpatError as error:
        raise SamlError("it isn't well-formed XML") from error
    return document


def _refusing(what: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise SamlError(f"it holds {what}")

    return refuse


def status_of(document: bytes) -> str:
    """Return the status code of a response, a URN; ``SUCCESS`` where the subject was authenticated.

    Raises:
        SamlError: as ``plain`` does, or it is no SAML 2.0 response.
    """
    root = fromstring(plain(document))  # noqa: S314 - without entities, as plain() makes sure
    if root.tag != f"{PROTOCOL}Response" or root.get("Version") != "2.0":
        raise SamlError("it is no SAML 2.0 response")
    return _attribute(_one(_one(root, f"{PROTOCOL}Status"), f"{PROTOCOL}StatusCode"), "Value")


def read_assertion(document: bytes) -> Assertion:
    """Read what the one assertion of a document says.

    Args:
        document: a response with one assertion, or an assertion by itself.

    Raises:
        SamlError: as ``plain`` does, or AWS would not take it (AWS page: Configure SAML assertions for the
            authentication response).
    """
    root = fromstring(plain(document))  # noqa: S314 - without entities, as plain() makes sure
    return _assertion(root if root.tag == f"{ASSERTION}Assertion" else _one(root, f"{ASSERTION}Assertion"))


def _assertion(assertion: Element) -> Assertion:
    subject = _one(assertion, f"{ASSERTION}Subject")
    name_id = _one(subject, f"{ASSERTION}NameID")
    confirmed = _confirmation(subject)
    conditions = _one(assertion, f"{ASSERTION}Conditions")
    not_before, not_after = _optional_moment(conditions, "NotBefore"), _optional_moment(conditions, _END)
    bounds = (moment(_attribute(confirmed, _END), _END), not_after)
    attributes = _attributes(assertion)
    own = {
        name.removeprefix(ATTRIBUTES): values
        for name, values in attributes.items()
        if name.startswith(ATTRIBUTES)
    }
    _check_console_session(own)
    tags = _tags(own)
    return Assertion(
        issuer=_text(_one(assertion, f"{ASSERTION}Issuer")),
        subject=_text(name_id),
        subject_format=name_id.get("Format", _UNSPECIFIED),
        recipient=_attribute(confirmed, "Recipient"),
        issued_at=moment(_attribute(assertion, "IssueInstant"), "IssueInstant"),
        not_before=not_before,
        expires_at=min(bound for bound in bounds if bound is not None),
        session_ends_at=_session_end(assertion),
        audiences=tuple(
            tuple(_text(each) for each in restriction.findall(f"{ASSERTION}Audience"))
            for restriction in conditions.findall(f"{ASSERTION}AudienceRestriction")
        ),
        roles=_roles(own),
        session_name=_session_name(own),
        session=SessionClaims(
            tags=tags, transitive_tag_keys=_transitive(own, tags), source_identity=_source_identity(own)
        ),
        attributes=attributes,
    )


def _confirmation(subject: Element) -> Element:
    confirmation = _one(subject, f"{ASSERTION}SubjectConfirmation")
    if confirmation.get("Method") != _BEARER:
        raise SamlError("its SubjectConfirmation isn't of the method bearer")
    return _one(confirmation, f"{ASSERTION}SubjectConfirmationData")


def _session_end(assertion: Element) -> datetime | None:
    ends = [
        _optional_moment(statement, _SESSION_END)
        for statement in assertion.findall(f"{ASSERTION}AuthnStatement")
    ]
    return min((end for end in ends if end is not None), default=None)


def _attributes(assertion: Element) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for statement in assertion.findall(f"{ASSERTION}AttributeStatement"):
        for attribute in statement.findall(f"{ASSERTION}Attribute"):
            values = tuple(_text(value) for value in attribute.findall(f"{ASSERTION}AttributeValue"))
            name = _attribute(attribute, "Name")
            found[name] = (*found.get(name, ()), *values)
    return found


_Own = Mapping[str, tuple[str, ...]]
"""The attributes that AWS itself reads, by the last part of their names."""


def _roles(own: _Own) -> tuple[tuple[str, str], ...]:
    pairs = []
    for value in own.get("Role", ()):
        arns = [arn.strip() for arn in value.split(",")]
        providers = [arn for arn in arns if ":saml-provider/" in arn]
        roles = [arn for arn in arns if ":role/" in arn]
        if len(arns) != len(providers) + len(roles) or len(providers) != 1 or len(roles) != 1:
            raise SamlError("a value of its attribute Role isn't a role's ARN, a comma and a provider's")
        pairs.append((roles[0], providers[0]))
    return tuple(pairs)


def _session_name(own: _Own) -> str:
    name = _single(own, "RoleSessionName")
    if name is None:
        raise SamlError("RoleSessionName is required in AuthnResponse")
    if not SESSION_NAME.accepts(name):
        raise SamlError(f"RoleSessionName in AuthnResponse must match {_NAME}")
    return name


def _source_identity(own: _Own) -> str | None:
    name = _single(own, "SourceIdentity")
    # A colon is no character of a source identity, so nothing that begins with "aws:" gets through.
    if name is not None and not SOURCE_IDENTITY.accepts(name):
        raise SamlError(f'Source Identity must match {_NAME} and not begin with "aws:"')
    return name


def _check_console_session(own: _Own) -> None:
    """Check how long a session in the console may last, which is all that SessionDuration says."""
    text = _single(own, "SessionDuration")
    if text is None:
        return
    least, most = SESSION_DURATION.minimum, SESSION_DURATION.maximum
    if not re.fullmatch(r"\d{1,6}", text, re.ASCII) or not least <= int(text) <= most:
        raise SamlError(f"SessionDuration must be a number of seconds from {least} to {most}")


def _tags(own: _Own) -> dict[str, str]:
    tags: dict[str, str] = {}
    for name in own:
        if not name.startswith(_TAG):
            continue
        key, value = name.removeprefix(_TAG), _single(own, name)
        is_tag = TAG_KEY.accepts(key) and not key.lower().startswith("aws:")
        if value is None or not is_tag or not TAG_VALUE.accepts(value):
            raise SamlError("an attribute PrincipalTag has a key or a value that no session tag can have")
        tags[key] = value
    if len(tags) > SESSION_TAGS or len({key.lower() for key in tags}) < len(tags):
        raise SamlError(f"it has more than {SESSION_TAGS} PrincipalTags, or two that differ in case only")
    return tags


def _transitive(own: _Own, tags: Mapping[str, str]) -> tuple[str, ...]:
    keys = own.get("TransitiveTagKeys", ())
    if not {key.lower() for key in keys} <= {key.lower() for key in tags}:
        raise SamlError("TransitiveTagKeys names a tag that isn't among the PrincipalTags")
    return keys


def _single(own: _Own, name: str) -> str | None:
    values = own.get(name, ())
    if len(values) > 1:
        raise SamlError(f"its attribute {name.partition(':')[0]} has more than one value")
    return values[0] if values else None


def _one(parent: Element, tag: str) -> Element:
    found = parent.findall(tag)
    if len(found) != 1:
        name = tag.partition("}")[2]
        raise SamlError(f"it must have exactly one {name}, and has {len(found) or 'none'}")
    return found[0]


def _text(element: Element) -> str:
    if len(element):
        raise SamlError("there are elements where a text must be")
    return (element.text or "").strip()


def _attribute(element: Element, name: str) -> str:
    value = element.get(name)
    if not value:
        raise SamlError(f"{element.tag.partition('}')[2]} has no {name}")
    return value


def _optional_moment(element: Element, name: str) -> datetime | None:
    value = element.get(name)
    return None if value is None else moment(value, name)


def moment(value: str, name: str) -> datetime:
    """Return a moment in UTC, which is what SAML means where there is no zone (SAML 2.0 core, 1.3.3).

    Args:
        value: date and time in ISO 8601.
        name: of the attribute that holds it.

    Raises:
        SamlError: it is neither.
    """
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise SamlError(f"its {name} is no date and time") from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
