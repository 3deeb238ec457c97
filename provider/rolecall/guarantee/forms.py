"""What values condition keys usually have, so that witnesses look like requests that people make."""

import re
from dataclasses import dataclass
from typing import Final

from rolecall.policy.formats import EXTERNAL_ID, SESSION_NAME, SOURCE_IDENTITY, Format

from .languages import CharSet, Element, Language, at_least, literal

DIGIT: Final = CharSet(frozenset("0123456789"))
VISIBLE: Final = CharSet(frozenset(map(chr, range(0x21, 0x7F))))
NAME: Final = CharSet(
    frozenset(character for character in VISIBLE.characters if re.match(r"[\w+=,.@-]", character))
)
ACCOUNT_DIGITS: Final = 12

_LOWER: Final = CharSet(frozenset("abcdefghijklmnopqrstuvwxyz0123456789"))
_PART: Final = CharSet(VISIBLE.characters - {":"})
_GITHUB_NAME: Final = CharSet(NAME.characters - set("+=,@"))


@dataclass(frozen=True, slots=True)
class Form:
    """What is known of a key's values.

    Attributes:
        usual: texts that look right; others are thought of only where none of these will do.
        always: whether hardly a request lacks the key.
    """

    usual: Language
    always: bool = False


def _of(format_: Format) -> Language:
    allowed = frozenset(filter(format_.takes_characters, map(chr, range(0x21, 0x7F))))
    return (at_least(format_.minimum, CharSet(allowed)),)


_ORGANIZATION: Final = ((*literal("o-"), *at_least(10, _LOWER)),)
_ACCOUNT: Final[Language] = ((Element(DIGIT),) * ACCOUNT_DIGITS,)
_ARN: Final = (
    (
        *literal("arn:aws:"),
        *at_least(1, _LOWER),
        *literal(":"),
        Element(_PART, repeated=True),
        *literal(":"),
        Element(_PART, repeated=True),
        *literal(":"),
        *at_least(1, VISIBLE),
    ),
)
_GITHUB_SUBJECT: Final = (
    (
        *literal("repo:"),
        *at_least(1, _GITHUB_NAME),
        *literal("/"),
        *at_least(1, _GITHUB_NAME),
        *literal(":"),
        *at_least(1, VISIBLE),
    ),
)

_VISIBLE_TEXT: Final = Form((at_least(1, VISIBLE),))
_ANY_ARN: Final = Form(_ARN)
_FORMS: Final = {
    "sts:externalid": Form(_of(EXTERNAL_ID)),
    "sts:rolesessionname": Form(_of(SESSION_NAME), always=True),
    "sts:sourceidentity": Form(_of(SOURCE_IDENTITY)),
    "aws:sourceidentity": Form(_of(SOURCE_IDENTITY)),
    "aws:principalorgid": Form(_ORGANIZATION),
    "aws:resourceorgid": Form(_ORGANIZATION),
    "aws:sourceorgid": Form(_ORGANIZATION),
    "aws:sourceaccount": Form(_ACCOUNT),
    "aws:resourceaccount": Form(_ACCOUNT, always=True),
    "aws:currenttime": Form(_VISIBLE_TEXT.usual, always=True),
    "aws:epochtime": Form(_VISIBLE_TEXT.usual, always=True),
    "aws:securetransport": Form(_VISIBLE_TEXT.usual, always=True),
    "token.actions.githubusercontent.com:sub": Form(_GITHUB_SUBJECT),
}

BOOLEAN_KEYS: Final = frozenset(
    {
        "aws:multifactorauthpresent",
        "aws:principalisawsservice",
        "aws:securetransport",
        "aws:viaawsservice",
    }
)
"""Keys that are ``true`` or ``false`` (AWS page: AWS global condition context keys)."""

_MULTIVALUED: Final = frozenset(
    {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "sts:transitivetagkeys",
    }
)
_TAGS: Final = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")


def form_of(key: str, *, is_arn: bool = False) -> Form:
    """What is known of a condition key's values.

    Args:
        key: in lower case.
        is_arn: whether all conditions compare it as an ARN.
    """
    return _FORMS.get(key, _ANY_ARN if is_arn else _VISIBLE_TEXT)


def is_free_text(key: str) -> bool:
    """Whether people choose the key's values, so that they may be nothing that an operator can read."""
    return key.startswith(_TAGS)


def may_have_several_values(key: str, *, quantified: bool) -> bool:
    """Whether a request can hold several values of a key (AWS page: Single-valued vs. multivalued keys).

    Args:
        key: in lower case.
        quantified: whether a condition on it begins with ``ForAnyValue`` or ``ForAllValues``: AWS's own keys
            are listed, and of the claims of identity providers only the policy tells.
    """
    return key in _MULTIVALUED or (quantified and not key.startswith(("aws:", "sts:")))
