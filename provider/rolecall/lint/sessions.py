"""Rules on sessions: what they are called, in whose name, and how long they last."""

from collections.abc import Iterator
from typing import Final

from rolecall.policy.formats import CHAINED_SESSION_SECONDS

from .model import Found, Rule, Severity, allow, example
from .subject import ASSUME_ROLE, Sort, Subject, entries_of, sort_of

_CI: Final = "arn:aws:iam::111111111111:role/ci"
_ALICE: Final = "arn:aws:iam::111111111111:user/alice"


def _any_value(subject: Subject, key: str, what: str, fix: str) -> Iterator[Found]:
    for _, test, pointer in subject.tests(key, effect="Allow"):
        if test.use.operator.name == "StringLike" and any(not value.strip("*") for value in test.values):
            yield Found(pointer, f"The condition on the {what} lets in any {what}.", fix)


def _any_session_name(subject: Subject) -> Iterator[Found]:
    yield from _any_value(
        subject,
        "sts:rolesessionname",
        "session name",
        "Name it, or a beginning of it, or tie it to the caller: ${aws:username}.",
    )


def _any_source_identity(subject: Subject) -> Iterator[Found]:
    yield from _any_value(
        subject,
        "sts:sourceidentity",
        "source identity",
        'Name it, tie it to the caller by ${aws:username}, or only ask for its presence: Null "false".',
    )


def _chained_duration(subject: Subject) -> Iterator[Found]:
    longest = subject.context.max_session_duration
    if longest is None or longest <= CHAINED_SESSION_SECONDS:
        return
    sorts = {
        sort_of(entry)
        for statement in subject.statements("Allow", ASSUME_ROLE)
        for entry in entries_of(statement)
    }
    if sorts and sorts <= {Sort.ROLE, Sort.SESSION}:
        yield Found(
            "",
            f"MaxSessionDuration is {longest} s, but only roles get in, and a chained session lasts "
            f"{CHAINED_SESSION_SECONDS} s at most; a longer one is refused.",
            f"Set it to {CHAINED_SESSION_SECONDS}.",
        )


RULES: Final = (
    Rule(
        id="session-name-wildcard",
        severity=Severity.WARNING,
        title="Any session name",
        why="A condition that every name meets looks like a safeguard and is none.",
        page="IAM and AWS STS condition context keys",
        check=_any_session_name,
        bad=example(allow(_ALICE, {"StringLike": {"sts:RoleSessionName": "*"}})),
        good=example(allow(_ALICE, {"StringLike": {"sts:RoleSessionName": "${aws:username}"}})),
    ),
    Rule(
        id="source-identity-wildcard",
        severity=Severity.WARNING,
        title="Any source identity",
        why="Who may choose any source identity can act in another's name.",
        page="Monitor and control actions taken with assumed roles",
        check=_any_source_identity,
        bad=example(allow(_ALICE, {"StringLike": {"sts:SourceIdentity": "*"}})),
        good=example(allow(_ALICE, {"StringEquals": {"sts:SourceIdentity": "${aws:username}"}})),
    ),
    Rule(
        id="session-duration-beyond-chaining",
        severity=Severity.WARNING,
        title="MaxSessionDuration beyond what chaining allows",
        why="Who assumes a role with a role's credentials gets an hour, whatever the role allows.",
        page="AssumeRole",
        check=_chained_duration,
        bad=example(allow(_CI), max_session_duration=43_200),
        good=example(allow(_CI), max_session_duration=3_600),
    ),
)
