"""Reads what the options of ``rolecall verify`` ask about each role; all faults at once, before any call."""

import json
import os
import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from rolecall.errors import DeclarationError, Fault, PolicyError
from rolecall.policy import Arn, parse
from rolecall.policy.formats import EXTERNAL_ID, MFA_SERIAL, SESSION_NAME, SOURCE_IDENTITY, Format, fault_of
from rolecall.sts.service_calls import faults_of
from rolecall.verification import (
    Expectation,
    FleetRole,
    Requirements,
    VerifySpec,
    read_verify,
)

from .can_do import entries
from .options import VerifyOptions
from .receipts import Receipts, read_receipts

_REGION = re.compile(r"[a-z]{2,}(?:-[a-z0-9]+)+", re.ASCII)
GATES: Final = {"on_pending": "fail", "on_inconclusive": "fail"}
"""What holds where neither an option nor a file says otherwise: a pipeline asks for an answer."""
AMBIENT = "ambient"
"""The word for boto3's default credentials; any other caller is a profile."""


def read_asked(
    options: VerifyOptions, *, environment: Mapping[str, str] = os.environ
) -> tuple[FleetRole, Receipts]:
    """What the options ask about each role, and what is done with receipts.

    Args:
        options: what the user gave.
        environment: where ``--external-id-env`` and ``--mfa-code-env`` look.

    Raises:
        DeclarationError: with every fault that was found.
    """
    reading = _Reading(options=options, environment=environment)
    asked = FleetRole(
        role_arn="",
        spec=reading.spec(),
        declared_trust=reading.declared_trust(),
        requirements=reading.requirements(),
        changed=options.wait is not None,
    )
    receipts = reading.receipts()
    reading.roles()
    reading.stated()
    reading.regions()
    reading.profiles()
    if reading.faults:
        raise DeclarationError(sorted(reading.faults, key=lambda fault: fault.path))
    return asked, receipts


def no_profile(path: str, name: str, known: Collection[str]) -> Fault:
    """The fault of a profile that isn't there, with the one that is perhaps meant."""
    close = get_close_matches(name, known, n=1)
    remedy = f'Perhaps "{close[0]}" is meant' if close else "Add it to the AWS configuration file"
    return Fault(path, f'there is no profile "{name}"', remedy)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """The options under examination, with the faults found so far."""

    options: VerifyOptions
    environment: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def roles(self) -> None:
        for arn in dict.fromkeys(self.options.role_arns):
            try:
                if Arn.parse(arn).is_role:
                    continue
                problem = f'"{arn}" is not the ARN of a role'
            except DeclarationError as error:
                problem = error.faults[0].problem
            self.faults.append(
                Fault("ROLE_ARN", problem, "It looks like arn:aws:iam::222222222222:role/NAME")
            )

    def stated(self) -> None:
        """What can't be said where a stack or a state says which roles there are."""
        options = self.options
        if options.in_state:
            given = {
                "--trust-policy": options.trust_policy,
                "--receipt": options.receipt,
                "--with-receipt": options.with_receipts,
            }
            remedy = "Name the role by its ARN for that"
            self.faults += [
                Fault(option, "it is of one role", remedy) for option, value in given.items() if value
            ]

    def regions(self) -> None:
        remedy = "It looks like eu-west-1"
        self.faults += [
            Fault("--region", f'"{region}" is not a region', remedy)
            for region in self.options.regions
            if not _REGION.fullmatch(region)
        ]

    def profiles(self) -> None:
        known = self.options.profiles
        asked = {
            **dict.fromkeys(self.options.callers, "--caller"),
            **dict.fromkeys(self.options.strangers, "--stranger"),
            **dict.fromkeys(filter(None, [self.options.owner]), "--owner"),
        }
        for name, option in asked.items():
            if name != AMBIENT and name not in known:
                self.faults.append(no_profile(option, name, known))

    def receipts(self) -> Receipts:
        options = self.options
        if options.receipt is not None and not options.callers:
            remedy = "Give --caller PROFILE: a receipt states what came of its calls"
            self.faults.append(Fault("--receipt", "there is no caller", remedy))
        return Receipts(
            given=read_receipts(options.with_receipts, options.role_arns, self.faults),
            max_age_seconds=options.receipt_max_age * 24 * 3600,
            target=options.receipt,
        )

    def declared_trust(self) -> Mapping[str, object] | None:
        file = self.options.trust_policy
        if file is None:
            return None
        try:
            content = file.read_bytes()
            parse(content)
        except PolicyError as error:
            self.faults += [
                Fault(f"--trust-policy {file.name}{fault.path}", fault.problem, fault.remedy)
                for fault in error.faults
            ]
            return None
        document: dict[str, object] = json.loads(content)
        return document

    def requirements(self) -> Requirements | None:
        file = self.options.require
        if file is None:
            return None
        from ..settings import read_require  # noqa: PLC0415 - automata, only where asked for

        try:
            return read_require(file)
        except DeclarationError as error:
            self.faults += error.faults
        return None

    def spec(self) -> VerifySpec:
        options = self.options
        compared = options.trust_policy or options.require or options.with_receipts or options.in_state
        if not (options.callers or options.strangers or compared):
            self.faults.append(
                Fault(
                    "--caller",
                    "nobody tries to get in, and there is nothing to compare the role with",
                    "Give --caller PROFILE, --stranger PROFILE, --trust-policy FILE, --require FILE or "
                    "--with-receipt FILE",
                )
            )
        sent = self.sent()
        raw: dict[str, object] = {
            "callers": [
                *({**_source(name), **sent, **self.mfa()} for name in dict.fromkeys(options.callers)),
                *({**_source(name), **sent, "expect": "denied"} for name in dict.fromkeys(options.strangers)),
            ],
            "can_do": [*self.can_do()],
            "regions": list(options.regions),
            **options.patience,
            **GATES,
            **options.gates,
        }
        if options.owner is not None:
            raw["owner"] = _source(options.owner)
        self.mfa_faults()
        both = sorted(set(options.callers) & set(options.strangers))
        self.faults += [
            Fault("--stranger", f'"{name}" is a caller too', "One who must get in cannot be a stranger")
            for name in both
        ]
        try:
            spec = read_verify(raw, path="") if not both else VerifySpec()
        except DeclarationError as error:
            self.faults += error.faults
            return VerifySpec()
        self.faults += faults_of(spec.can_do, path="")
        return spec

    def can_do(self) -> Iterator[dict[str, object]]:
        """What sessions of the callers must be able to do, or must not."""
        names = [_name(name) for name in dict.fromkeys(self.options.callers)]
        for texts, expect, option in (
            (self.options.can_do, Expectation.ALLOWED, "--can-do"),
            (self.options.cannot_do, Expectation.DENIED, "--cannot-do"),
        ):
            if texts and not names:
                remedy = "Give --caller PROFILE: it assumes the role for the call"
                self.faults.append(Fault(option, "there is no caller", remedy))
            yield from entries(texts, names, expect, option=option, faults=self.faults)

    def sent(self) -> dict[str, str]:
        """What every caller sends; a value with a fault is noted and left out."""
        options = self.options
        given = {
            "external_id": self.external_id(),
            "session_name": self.formatted(SESSION_NAME, options.session_name, "--session-name"),
            "source_identity": self.formatted(SOURCE_IDENTITY, options.source_identity, "--source-identity"),
        }
        return {name: value for name, value in given.items() if value is not None}

    def external_id(self) -> str | None:
        options = self.options
        if options.external_id is not None and options.external_id_env is not None:
            self.faults.append(
                Fault("--external-id", "--external-id-env is given too", "Give one of the two")
            )
            return None
        if options.external_id_env is None:
            return self.formatted(EXTERNAL_ID, options.external_id, "--external-id")
        value = self.variable(options.external_id_env, "--external-id-env")
        return self.formatted(EXTERNAL_ID, value, "--external-id-env")

    def formatted(self, format_: Format, value: str | None, option: str) -> str | None:
        fault = fault_of(format_, value, option) if value is not None else None
        if fault is not None:
            self.faults.append(fault)
            return None
        return value

    def variable(self, name: str, option: str) -> str | None:
        value = self.environment.get(name)
        if value is None:
            self.faults.append(Fault(option, f"the environment variable {name} is not set", f"Set {name}"))
        return value

    def mfa(self) -> dict[str, Any]:
        """The MFA device of the caller, with where its codes come from."""
        options = self.options
        if options.mfa_serial is None or not MFA_SERIAL.accepts(options.mfa_serial):
            return {}
        if options.mfa_code_command is not None and not _words(options.mfa_code_command):
            return {}
        code: dict[str, object] = {"prompt": True}
        if options.mfa_code_env is not None:
            code = {"env": options.mfa_code_env}
        elif options.mfa_code_command is not None:
            code = {"command": _words(options.mfa_code_command)}
        return {"mfa_serial": options.mfa_serial, "mfa_code": code}

    def mfa_faults(self) -> None:
        options = self.options
        self.formatted(MFA_SERIAL, options.mfa_serial, "--mfa-serial")
        sources = [options.mfa_code_env, options.mfa_code_command]
        given = [source for source in sources if source is not None]
        if options.mfa_code_env is not None:
            self.variable(options.mfa_code_env, "--mfa-code-env")
        rules = (
            (
                options.mfa_code_command is not None and not _words(options.mfa_code_command),
                "--mfa-code-command",
                "it is no command",
                "Give a program with its arguments, quoted as for a shell",
            ),
            (len(given) > 1, "--mfa-code-env", "--mfa-code-command is given too", "Give one of the two"),
            (
                bool(given) and options.mfa_serial is None,
                "--mfa-serial",
                "it is missing, and a source of MFA codes is given",
                "Give the ARN of the device that the codes are of",
            ),
            (
                options.mfa_serial is not None and len(set(options.callers)) != 1,
                "--mfa-serial",
                "an MFA device belongs to one caller",
                "Give exactly one --caller with it, and verify the other callers in a run of their own",
            ),
            (
                options.mfa_serial is not None and not given and not options.is_terminal,
                "--mfa-serial",
                "there is no terminal on which to ask for the code",
                "Give --mfa-code-env NAME or --mfa-code-command CMD",
            ),
        )
        self.faults += [Fault(path, problem, remedy) for wrong, path, problem, remedy in rules if wrong]


def _words(command: str) -> list[str]:
    """The words of a command as a shell splits them; none where its quotes don't end."""
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _name(name: str) -> str:
    """What reports call the caller that is named so."""
    return AMBIENT if name == AMBIENT else f"profile {name}"


def _source(name: str) -> dict[str, object]:
    return {"ambient": True} if name == AMBIENT else {"profile": name}
