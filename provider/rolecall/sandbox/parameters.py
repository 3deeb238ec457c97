"""The parameters of STS calls: their limits, and AWS's words for what breaks them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rolecall.policy.formats import (
    EXTERNAL_ID,
    MFA_SERIAL,
    SESSION_DURATION,
    SESSION_NAME,
    SESSION_TAGS,
    SOURCE_IDENTITY,
    TAG_KEY,
    TAG_VALUE,
    TOKEN_CODE,
    Format,
)

from .refusals import Refusal

_ARN: Final = Format(name="ARN", characters=r"(?s:.)", minimum=20, maximum=2048, allowed="")
_POLICY: Final = Format(name="session policy", characters=r"(?s:.)", minimum=1, maximum=2048, allowed="")
_FEDERATED_NAME: Final = Format(name="name", characters=r"[\w+=,.@-]", minimum=2, maximum=32, allowed="")
_ACCESS_KEY_ID: Final = Format(name="access key ID", characters=r"\w", minimum=16, maximum=128, allowed="")
_SESSION_POLICY_ARNS: Final = 10


@dataclass(frozen=True, slots=True)
class _Text:
    """One text parameter: its format, and the pattern as AWS writes it in its answers."""

    format: Format
    pattern: str | None = None


_TEXTS: Final[Mapping[str, _Text]] = {
    "AccessKeyId": _Text(_ACCESS_KEY_ID, r"[\w]*"),
    "ExternalId": _Text(EXTERNAL_ID, r"[\w+=,.@:\/-]*"),
    "Name": _Text(_FEDERATED_NAME, r"[\w+=,.@-]*"),
    "Policy": _Text(_POLICY),
    "RoleArn": _Text(_ARN),
    "RoleSessionName": _Text(SESSION_NAME, r"[\w+=,.@-]*"),
    "SerialNumber": _Text(MFA_SERIAL, r"[\w+=/:,.@-]*"),
    "SourceIdentity": _Text(SOURCE_IDENTITY, r"[\w+=,.@-]*"),
    "TokenCode": _Text(TOKEN_CODE, r"[\d]*"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What one STS operation takes.

    Attributes:
        required: parameters that must be there.
        optional: text parameters that may be there.
        longest_seconds: upper limit of ``DurationSeconds``; ``None`` where the operation takes none.
        default_seconds: what holds where ``DurationSeconds`` is absent.
    """

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    longest_seconds: int | None = None
    default_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Parameters that keep to AWS's limits.

    Attributes:
        texts: those that were sent, by AWS's name.
        duration_seconds: as sent, or the operation's default.
        tags: session tags, by key.
        transitive_tag_keys: as sent.
        policy_arns: managed session policies.
    """

    texts: Mapping[str, str]
    duration_seconds: int
    tags: Mapping[str, str]
    transitive_tag_keys: tuple[str, ...]
    policy_arns: tuple[str, ...]

    def get(self, name: str) -> str | None:
        """Return a text parameter, or ``None`` where it wasn't sent."""
        return self.texts.get(name)


def read(operation: Operation, sent: Mapping[str, str]) -> Parameters:
    """Read and check the parameters of a call.

    Raises:
        Refusal: ``ValidationError`` listing all that breaks a limit; ``InvalidParameterValue`` for tags that
            contradict each other.
    """
    names = (*operation.required, *operation.optional)
    problems = [problem for name in names for problem in _text_problems(name, sent, operation.required)]
    duration = operation.default_seconds
    if operation.longest_seconds is not None and "DurationSeconds" in sent:
        problems += _duration_problems(sent["DurationSeconds"], operation.longest_seconds)
        duration = int(sent["DurationSeconds"])
    tags = _members(sent, "Tags", ".Key"), _members(sent, "Tags", ".Value")
    policy_arns = _members(sent, "PolicyArns", ".arn")
    problems += _list_problems(tags, policy_arns)
    if problems:
        count = "1 validation error" if len(problems) == 1 else f"{len(problems)} validation errors"
        raise Refusal("ValidationError", f"{count} detected: {'; '.join(problems)}")
    return Parameters(
        texts={name: sent[name] for name in names if name in sent},
        duration_seconds=duration,
        tags=_tags(*tags),
        transitive_tag_keys=_transitive(sent, tags[0]),
        policy_arns=tuple(policy_arns),
    )


def _text_problems(name: str, sent: Mapping[str, str], required: tuple[str, ...]) -> Iterator[str]:
    value = sent.get(name)
    where = f"at '{name[0].lower()}{name[1:]}' failed to satisfy constraint"
    if value is None:
        if name in required:
            yield f"Value null {where}: Member must not be null"
        return
    rule = _TEXTS[name]
    # What may be a secret doesn't come back in an error.
    shown = "****" if rule.format.quiet else value
    if rule.pattern and not re.fullmatch(f"(?:{rule.format.characters})*", value, re.ASCII):
        yield f"Value '{shown}' {where}: Member must satisfy regular expression pattern: {rule.pattern}"
    if len(value) < rule.format.minimum:
        yield (
            f"Value '{shown}' {where}: Member must have length greater than or equal to {rule.format.minimum}"
        )
    if len(value) > rule.format.maximum:
        yield f"Value '{shown}' {where}: Member must have length less than or equal to {rule.format.maximum}"


def _duration_problems(text: str, longest: int) -> list[str]:
    where = f"Value '{text}' at 'durationSeconds' failed to satisfy constraint"
    if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII):
        raise Refusal("MalformedInput", "DurationSeconds is not a number")
    if int(text) < SESSION_DURATION.minimum:
        return [f"{where}: Member must have value greater than or equal to {SESSION_DURATION.minimum}"]
    if int(text) > longest:
        return [f"{where}: Member must have value less than or equal to {longest}"]
    return []


def _list_problems(tags: tuple[list[str], list[str]], policy_arns: list[str]) -> Iterator[str]:
    keys, values = tags
    for field, size, most in (
        ("tags", len(keys), SESSION_TAGS),
        ("policyArns", len(policy_arns), _SESSION_POLICY_ARNS),
    ):
        if size > most:
            yield (
                f"Value at '{field}' failed to satisfy constraint: "
                f"Member must have length less than or equal to {most}"
            )
    checks = ((TAG_KEY, "key", keys), (TAG_VALUE, "value", values))
    for format_, part, texts in checks:
        for place, text in enumerate(texts, start=1):
            if not format_.accepts(text):
                yield (
                    f"Value '{text}' at 'tags.{place}.member.{part}' failed to satisfy constraint: "
                    f"Member must have length between {format_.minimum} and {format_.maximum} and satisfy "
                    r"regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*"
                )


def _tags(keys: list[str], values: list[str]) -> dict[str, str]:
    if len({key.lower() for key in keys}) != len(keys):
        raise Refusal(
            "InvalidParameterValue",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        )
    if len(keys) != len(values):
        raise Refusal("InvalidParameterValue", "Each tag must have a key and a value.")
    return dict(zip(keys, values, strict=True))


def _transitive(sent: Mapping[str, str], tag_keys: list[str]) -> tuple[str, ...]:
    transitive = _members(sent, "TransitiveTagKeys")
    if not {key.lower() for key in transitive} <= {key.lower() for key in tag_keys}:
        raise Refusal(
            "InvalidParameterValue",
            "The specified transitive tag key must be included in the requested tags.",
        )
    return tuple(transitive)


def _members(sent: Mapping[str, str], name: str, field: str = "") -> list[str]:
    """Return the values of a list parameter, in the order of its numbers."""
    pattern = re.compile(rf"{name}\.member\.(\d+){re.escape(field)}", re.ASCII)
    numbered = {int(found[1]): value for key, value in sent.items() if (found := pattern.fullmatch(key))}
    return [numbered[number] for number in sorted(numbered)]
