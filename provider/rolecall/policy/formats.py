"""The formats and limits of STS and IAM parameters, as one table."""

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rolecall.errors import Fault

_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What a text parameter of STS or IAM may look like.

    Attributes:
        name: what it is called in sentences.
        characters: a regular expression for one allowed character (ASCII).
        minimum: fewest characters.
        maximum: most characters.
        allowed: what is allowed, as a sentence without its full stop.
        shape: a regular expression for the whole, where more than its characters is fixed.
        quiet: whether faults leave the value out, because it may be a secret.
    """

    name: str
    characters: str
    minimum: int
    maximum: int
    allowed: str
    shape: str = ""
    quiet: bool = False

    def accepts(self, value: str) -> bool:
        """Whether AWS would take this value."""
        return (
            self.minimum <= len(value) <= self.maximum
            and self.takes_characters(value)
            and (not self.shape or re.fullmatch(self.shape, value, re.ASCII) is not None)
        )

    def takes_characters(self, value: str) -> bool:
        """Whether every character is allowed, whatever their number."""
        return re.fullmatch(f"(?:{self.characters})*", value, re.ASCII) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The limits of a whole number.

    Attributes:
        name: what it is called in sentences.
        minimum: smallest value.
        maximum: greatest value.
        unit: what is counted, in the plural.
    """

    name: str
    minimum: int
    maximum: int
    unit: str


EXTERNAL_ID: Final = Format(
    name="external ID",
    characters=r"[\w+=,.@:/-]",
    minimum=2,
    maximum=1224,
    allowed="An external ID has 2 to 1224 characters out of letters, digits and _+=,.@:/-",
    quiet=True,
)
SESSION_NAME: Final = Format(
    name="role session name",
    characters=r"[\w+=,.@-]",
    minimum=2,
    maximum=64,
    allowed="A role session name has 2 to 64 characters out of letters, digits and _+=,.@-",
)
SOURCE_IDENTITY: Final = Format(
    name="source identity",
    characters=r"[\w+=,.@-]",
    minimum=2,
    maximum=64,
    allowed="A source identity has 2 to 64 characters out of letters, digits and _+=,.@-",
)
FEDERATED_USER_NAME: Final = Format(
    name="federated user name",
    characters=r"[\w+=,.@-]",
    minimum=2,
    maximum=32,
    allowed="A federated user name has 2 to 32 characters out of letters, digits and _+=,.@-",
)
TOKEN_CODE: Final = Format(
    name="MFA token code",
    characters=r"\d",
    minimum=6,
    maximum=6,
    allowed="An MFA token code has 6 digits",
    quiet=True,
)
MFA_SERIAL: Final = Format(
    name="MFA serial number",
    characters=r"[\w+=/:,.@-]",
    minimum=9,
    maximum=256,
    allowed="An MFA serial number is a hardware serial or the ARN of a virtual device, "
    "9 to 256 characters out of letters, digits and _+=/:,.@-",
)
ACCOUNT_ID: Final = Format(
    name="account ID",
    characters=r"\d",
    minimum=12,
    maximum=12,
    allowed="An account ID has 12 digits, leading zeros included",
)
ROLE_NAME: Final = Format(
    name="role name",
    characters=r"[\w+=,.@-]",
    minimum=1,
    maximum=64,
    allowed="A role name has 1 to 64 characters out of letters, digits and _+=,.@-",
)
PATH: Final = Format(
    name="path",
    characters=r"[\x21-\x7e]",
    minimum=1,
    maximum=512,
    allowed="A path begins and ends with a slash and has 1 to 512 visible ASCII characters",
    shape=r"/|/.+/",
)
DESCRIPTION: Final = Format(
    name="description",
    characters="[\t\n\r\x20-\x7e\xa1-\xff]",
    minimum=0,
    maximum=1000,
    allowed="A description has at most 1000 Latin characters",
)
TAG_KEY: Final = Format(
    name="tag key",
    characters=r"(?u:[^\W_]|\s)|[_.:/=+@-]",
    minimum=1,
    maximum=128,
    allowed="A tag key has 1 to 128 characters out of letters, digits, spaces and _.:/=+-@",
)
TAG_VALUE: Final = Format(
    name="tag value",
    characters=r"(?u:[^\W_]|\s)|[_.:/=+@-]",
    minimum=0,
    maximum=256,
    allowed="A tag value has at most 256 characters out of letters, digits, spaces and _.:/=+-@",
)
PERMISSION_SET: Final = Format(
    name="permission set name",
    characters=r"[\w+=,.@-]",
    minimum=1,
    maximum=32,
    allowed="A permission set name has 1 to 32 characters out of letters, digits and _+=,.@-",
)
ORGANIZATION_ID: Final = Format(
    name="organization ID",
    characters=r"[a-z0-9-]",
    minimum=12,
    maximum=34,
    allowed="An organization ID looks like o-a1b2c3d4e5: o- and 10 to 32 lower-case letters or digits",
    shape=r"o-[a-z0-9]{10,32}",
)
ORGANIZATION_PATH: Final = Format(
    name="organization path",
    characters=r"[a-z0-9/*-]",
    minimum=13,
    maximum=400,
    allowed="An organization path looks like o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*: it begins with the "
    "organization's ID and ends with a slash, or with /* to cover what is below",
    shape=r"o-[a-z0-9]{10,32}/(r-[a-z0-9]{4,32}/(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}/)*)?(\*|ou-\*)?",
)
SID: Final = Format(
    name="statement ID",
    characters=r"[A-Za-z0-9]",
    minimum=0,
    maximum=1000,
    allowed="A statement ID has letters and digits only",
)

FORMATS: Final = MappingProxyType({
    format_.name: format_
    for format_ in (
        EXTERNAL_ID,
        SESSION_NAME,
        SOURCE_IDENTITY,
        FEDERATED_USER_NAME,
        TOKEN_CODE,
        MFA_SERIAL,
        ACCOUNT_ID,
        ROLE_NAME,
        PATH,
        DESCRIPTION,
        TAG_KEY,
        TAG_VALUE,
        PERMISSION_SET,
        ORGANIZATION_ID,
        ORGANIZATION_PATH,
        SID,
    )
})  # fmt: skip
"""Every text format by its name (AWS pages: AssumeRole; IAM and AWS STS quotas; CreateRole)."""

SESSION_DURATION: Final = Range(name="session duration", minimum=900, maximum=43_200, unit="seconds")
USER_SESSION_DURATION: Final = Range(
    name="duration of a user's session", minimum=900, maximum=129_600, unit="seconds"
)
MAX_SESSION_DURATION: Final = Range(
    name="maximum session duration", minimum=3600, maximum=43_200, unit="seconds"
)
MFA_AGE: Final = Range(name="MFA age", minimum=1, maximum=129_600, unit="seconds")

CHAINED_SESSION_SECONDS: Final = 3600
"""Longest session, in seconds, that session credentials can get from AssumeRole."""

SESSION_TAGS: Final = 50
"""Most tags that one session can carry."""

TRUST_POLICY_CHARACTERS: Final = 2048
"""Default quota for a trust policy, in characters without white space; AWS raises it on request."""


def shown(value: object) -> str:
    """Return a value as a sentence shows it: short, in quotation marks where it is text."""
    if isinstance(value, str):
        cut = value if len(value) <= _SHOWN_CHARACTERS else f"{value[:_SHOWN_CHARACTERS]}…"
        printable = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)
        return f'"{printable}"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return str(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() <= _SHOWN_CHARACTERS else "a huge number"
    return f"a value of type {type(value).__name__}"


def fault_of(format_: Format, value: object, path: str) -> Fault | None:
    """Say what is wrong with a value, or ``None`` where AWS would take it.

    Args:
        format_: what the value should be.
        value: anything; a value that is no text is a fault.
        path: where the value stands.
    """
    if not isinstance(value, str):
        return Fault(path, f"{shown(value)} is not a text", format_.allowed)
    if format_.accepts(value):
        return None
    what = f"the {format_.name}" if format_.quiet else shown(value)
    if not format_.minimum <= len(value) <= format_.maximum:
        count = "1 character" if len(value) == 1 else f"{len(value)} characters"
        return Fault(path, f"{what} has {count}", format_.allowed)
    for place, character in enumerate(value, start=1):
        if not re.fullmatch(format_.characters, character, re.ASCII):
            which = "a character" if format_.quiet else f"the character {shown(character)}"
            return Fault(path, f"{what} has {which} at position {place} that is not allowed", format_.allowed)
    return Fault(path, f"{what} is not a {format_.name}", format_.allowed)


def range_fault_of(range_: Range, value: object, path: str) -> Fault | None:
    """Say what is wrong with a number, or ``None``; a float without a fraction counts as whole."""
    remedy = f"The {range_.name} is a whole number of {range_.unit} from {range_.minimum} to {range_.maximum}"
    whole = whole_number(value)
    if whole is None:
        return Fault(path, f"{shown(value)} is not a whole number", remedy)
    if not range_.minimum <= whole <= range_.maximum:
        return Fault(path, f"{shown(value)} is out of range", remedy)
    return None


def whole_number(value: object) -> int | None:
    """Return an int, or a float without a fraction (Pulumi's numbers), as an int; else ``None``."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None
