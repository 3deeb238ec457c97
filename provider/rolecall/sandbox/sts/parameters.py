"""The parameters of a call to STS, checked, and AWS's words for what breaks their limits."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from rolecall.policy.formats import TAG_KEY, TAG_VALUE, Format
from rolecall.policy.request import ContextValue

from ..door.refusals import Refusal
from .operations import Operation
from .parameter_formats import LISTS, TEXTS, TOKEN_BYTES

_RESERVED: Final = "aws:"


@dataclass(frozen=True, slots=True)
class ProvidedContext:
    """What a context provider, such as IAM Identity Center, asserts about who is behind a call."""

    provider_arn: str
    assertion: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Parameters that keep to AWS's limits.

    Attributes:
        texts: those that were sent, by AWS's name; some are secret.
        duration_seconds: as sent, or the operation's default.
        tags: session tags, by key.
        transitive_tag_keys: as sent.
        policy_arns: managed session policies.
        contexts: trusted context assertions.
        audiences: of a token that STS is to sign.
        least_token_bytes: least size of the session token.
    """

    texts: Mapping[str, str] = field(repr=False)
    duration_seconds: int
    tags: Mapping[str, str]
    transitive_tag_keys: tuple[str, ...]
    policy_arns: tuple[str, ...]
    contexts: tuple[ProvidedContext, ...] = ()
    audiences: tuple[str, ...] = ()
    least_token_bytes: int = 0

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
        duration = _number(sent, "DurationSeconds")
        limits = (operation.shortest_seconds, operation.longest_seconds)
        problems += _number_problems("durationSeconds", duration, *limits)
    least_token_bytes = 0
    for name in operation.sizes:
        least_token_bytes = _number(sent, name) if name in sent else 0
        problems += _number_problems("minimumSessionTokenSize", least_token_bytes, 0, TOKEN_BYTES)
    lists = {name: _members(sent, name, LISTS[name].field) for name in operation.lists}
    tag_values = _members(sent, "Tags", ".Value")
    problems += [problem for name, values in lists.items() for problem in _list_problems(name, values)]
    problems += _value_problems(tag_values)
    if problems:
        count = "1 validation error" if len(problems) == 1 else f"{len(problems)} validation errors"
        raise Refusal("ValidationError", f"{count} detected: {'; '.join(problems)}")
    return Parameters(
        texts={name: sent[name] for name in names if name in sent},
        duration_seconds=duration,
        tags=_tags(lists.get("Tags", []), tag_values),
        transitive_tag_keys=_transitive(lists.get("TransitiveTagKeys", []), lists.get("Tags", [])),
        policy_arns=tuple(lists.get("PolicyArns", ())),
        contexts=_contexts(sent, lists.get("ProvidedContexts", [])),
        audiences=tuple(lists.get("Audience", ())),
        least_token_bytes=least_token_bytes,
    )


def _text_problems(name: str, sent: Mapping[str, str], required: tuple[str, ...]) -> Iterator[str]:
    value = sent.get(name)
    where = f"at '{name[0].lower()}{name[1:]}' failed to satisfy constraint"
    if value is None:
        if name in required:
            yield f"Value null {where}: Member must not be null"
        return
    rule = TEXTS[name]
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


def _number(sent: Mapping[str, str], name: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", sent[name], re.ASCII):
        raise Refusal("MalformedInput", f"{name} is not a number")
    return int(sent[name])


def _number_problems(where: str, value: int, least: int, most: int) -> list[str]:
    broken = f"Value '{value}' at '{where}' failed to satisfy constraint: Member must have value"
    if value < least:
        return [f"{broken} greater than or equal to {least}"]
    if value > most:
        return [f"{broken} less than or equal to {most}"]
    return []


def _list_problems(name: str, values: list[str]) -> Iterator[str]:
    rule = LISTS[name]
    where = f"{name[0].lower()}{name[1:]}"
    if len(values) > rule.most:
        yield (
            f"Value at '{where}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {rule.most}"
        )
    field = f".{rule.field[1].lower()}{rule.field[2:]}" if rule.field else ""
    for place, text in enumerate(values, start=1):
        if not rule.format.accepts(text):
            yield _member_problem(f"{where}.{place}.member{field}", text, rule.format)


def _value_problems(values: list[str]) -> Iterator[str]:
    for place, text in enumerate(values, start=1):
        if not TAG_VALUE.accepts(text):
            yield _member_problem(f"tags.{place}.member.value", text, TAG_VALUE)


def _member_problem(where: str, text: str, format_: Format) -> str:
    shown = "****" if format_.quiet else text
    pattern = r" and satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*"
    return (
        f"Value '{shown}' at '{where}' failed to satisfy constraint: "
        f"Member must have length between {format_.minimum} and {format_.maximum}"
        f"{pattern if format_ in {TAG_KEY, TAG_VALUE} else ''}"
    )


def _tags(keys: list[str], values: list[str]) -> dict[str, str]:
    if len({key.lower() for key in keys}) != len(keys):
        raise Refusal(
            "InvalidParameterValue",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        )
    if any(key.lower().startswith(_RESERVED) for key in keys):
        raise Refusal("InvalidParameterValue", f"Tag keys that begin with {_RESERVED} are reserved.")
    if len(keys) != len(values):
        raise Refusal("InvalidParameterValue", "Each tag must have a key and a value.")
    return dict(zip(keys, values, strict=True))


def _transitive(keys: list[str], tag_keys: list[str]) -> tuple[str, ...]:
    if not {key.lower() for key in keys} <= {key.lower() for key in tag_keys}:
        raise Refusal(
            "InvalidParameterValue",
            "The specified transitive tag key must be included in the requested tags.",
        )
    return tuple(keys)


def _contexts(sent: Mapping[str, str], assertions: list[str]) -> tuple[ProvidedContext, ...]:
    providers = _members(sent, "ProvidedContexts", ".ProviderArn") if assertions else []
    if len(providers) != len(assertions):
        raise Refusal(
            "InvalidParameterValue", "Each provided context must have a provider ARN and an assertion."
        )
    return tuple(map(ProvidedContext, providers, assertions))


def tag_keys(parameters: Parameters) -> dict[str, ContextValue]:
    """Return the condition keys that come with session tags."""
    if not parameters.tags:
        return {}
    of_each: dict[str, ContextValue] = {
        f"aws:RequestTag/{key}": value for key, value in parameters.tags.items()
    }
    return of_each | {"aws:TagKeys": list(parameters.tags)}


def _members(sent: Mapping[str, str], name: str, field: str = "") -> list[str]:
    """Return the values of a list parameter, in the order of its numbers."""
    pattern = re.compile(rf"{name}\.member\.(\d+){re.escape(field)}", re.ASCII)
    numbered = {int(found[1]): value for key, value in sent.items() if (found := pattern.fullmatch(key))}
    return [numbered[number] for number in sorted(numbered)]
