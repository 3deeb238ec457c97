"""Turns the options of ``rolecall session`` into a checked task; all faults at once, before any call."""

from typing import Final

from rolecall.errors import Fault
from rolecall.policy.formats import FEDERATED_USER_NAME, USER_SESSION_DURATION, fault_of
from rolecall.sts import (
    Issued,
    Keys,
    MfaCode,
    NotIssued,
    federation_token,
    session_token,
)

from .reading import Options, Reading, Task

_NEEDS_KEYS: Final = Fault(
    "--caller",
    "its credentials are a session already, which gets no other of this kind",
    "Name a caller with long-term keys",
)


def read_session(options: Options) -> Task:
    """Checks the options.

    Raises:
        DeclarationError: with every fault that was found.
    """
    reading = Reading(options)
    source, name = reading.source(), options["federated_user"]
    limits, tags = reading.limits(USER_SESSION_DURATION), reading.tags()
    rules = _FOR_NOBODY if name is None else _FOR_FEDERATED
    for option, problem, remedy in rules:
        if options[option]:
            path = f"--{_SPELLED.get(option, option).replace('_', '-')}"
            reading.add(Fault(path, problem, remedy))
    if name is not None:
        reading.add(fault_of(FEDERATED_USER_NAME, name, "--federated-user"))
    delivery = reading.delivery(None)
    reading.finish()

    def ask(keys: Keys, mfa: MfaCode | None, region: str) -> Issued | NotIssued:
        if name is None:
            return session_token(keys, region=region, duration_seconds=limits.duration_seconds, mfa=mfa)
        return federation_token(keys, name, region=region, limits=limits, tags=tags)

    return Task(
        source=source, ask=ask, faults_of_session=(_NEEDS_KEYS,), region=options["region"], delivery=delivery
    )


_SPELLED: Final = {"policy_arns": "policy_arn", "tags": "tag", "open_link": "open"}
_ONLY_FEDERATED: Final = ("GetSessionToken takes none", "Give --federated-user NAME for a session with it")
_NO_CONSOLE: Final = ("a user's own session can't sign in to the console", "Give --federated-user NAME")
_FOR_NOBODY: Final = (
    ("policy", *_ONLY_FEDERATED),
    ("policy_arns", *_ONLY_FEDERATED),
    ("tags", *_ONLY_FEDERATED),
    ("console", *_NO_CONSOLE),
    ("open_link", *_NO_CONSOLE),
)
"""What a user's own session can't have: the option, the problem, the remedy."""

_FOR_FEDERATED: Final = (
    ("mfa_serial", "GetFederationToken takes no MFA", "Leave it out"),
    ("session_duration", "the console takes none for a federated user", "Give --duration, which counts"),
)
"""Likewise for a federated user (AWS page: Enable custom identity broker access to the AWS console)."""
