"""Turns the options of ``rolecall assume`` into a checked task; all faults at once, before any call."""

import getpass
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import Arn
from rolecall.policy.formats import CHAINED_SESSION_SECONDS, SESSION_DURATION, SESSION_NAME, shown
from rolecall.sts import (
    Issued,
    Keys,
    MfaCode,
    NotIssued,
    ProvidedContext,
    RoleRequest,
    assume_role,
    assume_role_by_proof,
)

from .proof_input import read_proof, refuse_beside_proof
from .reading import Options, Reading, Task

_SHORT: Final = re.compile(r"(\d{12})/([\x21-\x7e]+)", re.ASCII)
_PARTITIONS: Final = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
"""The partitions besides ``aws``, by how the names of their regions begin."""
_CONTEXTS: Final = 5
_FALLBACK_NAME: Final = "rolecall.assume"


def read_assume(options: Options) -> Task:
    """Checks the options.

    Raises:
        DeclarationError: with every fault that was found.
    """
    reading = Reading(options)
    role_arn = role_arn_of(reading, options["role"], "ROLE")
    via = tuple(role_arn_of(reading, role, "--via") for role in options["via"])
    proof, source, tags = read_proof(reading), reading.source(), reading.tags()
    request = RoleRequest(
        role_arn=role_arn,
        session_name=source.session_name or user_name(),
        limits=reading.limits(SESSION_DURATION),
        external_id=source.external_id,
        source_identity=source.source_identity,
        tags=tags,
        transitive_tag_keys=_transitive(reading, tags),
        provided_contexts=_contexts(reading),
    )
    delivery = reading.delivery(role_arn.split(":")[1] if role_arn else None)
    of_session = _faults_of_session(options)
    if via:
        reading.faults += of_session
    if proof is not None:
        refuse_beside_proof(reading)
    reading.finish()

    def ask(keys: Keys, mfa: MfaCode | None, region: str) -> Issued | NotIssued:
        if proof is not None:
            return assume_role_by_proof(keys, proof, request, region=region, via=via)
        return assume_role(keys, replace(request, mfa=mfa), region=region, via=via)

    return Task(
        source=source if proof is None else None,
        ask=ask,
        faults_of_session=of_session,
        region=options["region"],
        delivery=delivery,
    )


def role_arn_of(reading: Reading, role: str, path: str) -> str:
    """The ARN of a role, or of ``ACCOUNT/NAME``; empty where it is neither."""
    short = _SHORT.fullmatch(role)
    if short is not None:
        region = reading.options["region"] or ""
        partition = next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")
        return f"arn:{partition}:iam::{short[1]}:role/{short[2]}"
    try:
        if Arn.parse(role).is_role:
            return role
    except DeclarationError:
        pass
    remedy = "It looks like arn:aws:iam::222222222222:role/NAME, or 222222222222/NAME"
    reading.add(Fault(path, f"{shown(role)} is not a role", remedy))
    return ""


def _transitive(reading: Reading, tags: Mapping[str, str]) -> tuple[str, ...]:
    keys = tuple(dict.fromkeys(reading.options["transitive_tags"]))
    for key in keys:
        if key not in tags:
            reading.add(
                Fault("--transitive-tag", f"there is no tag {shown(key)}", "Give --tag KEY=VALUE, too")
            )
    return keys


def _contexts(reading: Reading) -> tuple[ProvidedContext, ...]:
    contexts = []
    for each in reading.options["provided_contexts"]:
        provider, _, file = each.partition("=")
        try:
            Arn.parse(provider)
            contexts.append(ProvidedContext(provider, Path(file).read_text(encoding="ascii").strip()))
        except DeclarationError:
            remedy = "Give ARN=FILE, such as arn:aws:iam::aws:contextProvider/IdentityCenter=assertion.txt"
            reading.add(Fault("--provided-context", f"{shown(provider)} is not an ARN", remedy))
        except (OSError, UnicodeDecodeError):
            remedy = "Give a file with the provider's assertion"
            reading.add(Fault("--provided-context", f"{shown(file)} cannot be read", remedy))
    if len(contexts) > _CONTEXTS:
        reading.add(Fault("--provided-context", f"there are {len(contexts)}", f"Give at most {_CONTEXTS}"))
    return tuple(contexts)


def _faults_of_session(options: Options) -> tuple[Fault, ...]:
    """What a role doesn't give to sessions (AWS page: Methods to assume a role, "Role chaining")."""
    faults = []
    if (options["duration"] or 0) > CHAINED_SESSION_SECONDS:
        problem = f"a session gets a role for {CHAINED_SESSION_SECONDS} seconds at most"
        faults.append(Fault("--duration", problem, "Leave it out, or begin with long-term keys"))
    if options["session_duration"] is not None:
        problem = "the console takes none for a role that a session got"
        faults.append(Fault("--session-duration", problem, "Leave it out, or begin with long-term keys"))
    return tuple(faults)


def user_name() -> str:
    """Who runs this, as a session name; what probes are called would leave people out of alarms."""
    try:
        name = re.sub(r"[^\w+=,.@-]", "-", getpass.getuser(), flags=re.ASCII)[: SESSION_NAME.maximum]
    except (OSError, KeyError):  # a container's user may have no name
        name = ""
    return name if SESSION_NAME.accepts(name) else _FALLBACK_NAME
