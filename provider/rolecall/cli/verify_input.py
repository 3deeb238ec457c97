"""Turns the options of ``rolecall verify`` into a checked task; all faults at once, before any call."""

import json
import os
import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from rolecall.errors import DeclarationError, Fault, PolicyError
from rolecall.policy import Arn, parse
from rolecall.policy.formats import EXTERNAL_ID, MFA_SERIAL, SESSION_NAME, SOURCE_IDENTITY, Format, fault_of
from rolecall.verification import CallerSource, Requirements, VerifySpec, read_caller, read_verify

_REGION = re.compile(r"[a-z]{2,}(?:-[a-z0-9]+)+", re.ASCII)
AMBIENT = "ambient"
"""The word for boto3's default credentials; any other caller is a profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    """The options as they were given.

    Attributes:
        role_arns: the roles to verify.
        callers, strangers: profiles or ``ambient``; who must get in, and who must not.
        external_id, external_id_env: what callers send, or the environment variable that holds it.
        mfa_serial: ARN of the MFA device of the only caller.
        mfa_code_env, mfa_code_command: where its codes come from; neither means a prompt.
        session_name, source_identity: what callers send.
        regions: STS endpoints to ask.
        trust_policy: file with the trust policy that was declared.
        require: file with requirements.
        owner: profile that may read the roles.
        wait: for how many seconds after a change a wrong answer may be "not yet".
        gates: the fields of ``verify`` that go through as they are.
        is_terminal: whether there is a person to ask.
        profiles: names of the profiles that the AWS configuration files have.
    """

    role_arns: tuple[str, ...]
    callers: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    external_id: str | None = field(default=None, repr=False)
    external_id_env: str | None = None
    mfa_serial: str | None = None
    mfa_code_env: str | None = None
    mfa_code_command: str | None = None
    session_name: str | None = None
    source_identity: str | None = None
    regions: tuple[str, ...] = ()
    trust_policy: Path | None = None
    require: Path | None = None
    owner: str | None = None
    wait: float | None = None
    gates: Mapping[str, str] = field(default_factory=dict)
    is_terminal: bool = False
    profiles: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTask:
    """A verification of several roles, checked.

    Attributes:
        role_arns: the roles, each once, in the order given.
        spec: who tries, what is expected.
        owner: who reads the roles; ``None`` for boto3's default credentials.
        declared_trust: the trust policy that was declared.
        requirements: what the live trust policies must meet.
        changed: the roles were just changed, so a wrong answer may be "not yet".
    """

    role_arns: tuple[str, ...]
    spec: VerifySpec
    owner: CallerSource | None
    declared_trust: Mapping[str, object] | None
    requirements: Requirements | None
    changed: bool


def read_task(options: VerifyOptions, *, environment: Mapping[str, str] = os.environ) -> VerifyTask:
    """Checks the options and reads the files that they name.

    Args:
        options: what the user gave.
        environment: where ``--external-id-env`` and ``--mfa-code-env`` look.

    Raises:
        DeclarationError: with every fault that was found.
    """
    reading = _Reading(options=options, environment=environment)
    task = VerifyTask(
        role_arns=tuple(dict.fromkeys(options.role_arns)),
        declared_trust=reading.declared_trust(),
        requirements=reading.requirements(),
        owner=read_caller(_source(options.owner), path="--owner") if options.owner else None,
        spec=reading.spec(),
        changed=options.wait is not None,
    )
    reading.roles()
    reading.regions()
    reading.profiles()
    if reading.faults:
        raise DeclarationError(sorted(reading.faults, key=lambda fault: fault.path))
    return task


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
                close = get_close_matches(name, known, n=1)
                remedy = f'Perhaps "{close[0]}" is meant' if close else "Add it to the AWS configuration file"
                self.faults.append(Fault(option, f'there is no profile "{name}"', remedy))

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
        from .settings import read_require  # noqa: PLC0415 - automata, only where asked for

        try:
            return read_require(file)
        except DeclarationError as error:
            self.faults += error.faults
        return None

    def spec(self) -> VerifySpec:
        options = self.options
        if not (options.callers or options.strangers or options.trust_policy or options.require):
            self.faults.append(
                Fault(
                    "--caller",
                    "nobody tries to get in, and there is nothing to compare the role with",
                    "Give --caller PROFILE, --stranger PROFILE, --trust-policy FILE or --require FILE",
                )
            )
        sent = self.sent()
        raw: dict[str, object] = {
            "callers": [
                *({**_source(name), **sent, **self.mfa()} for name in dict.fromkeys(options.callers)),
                *({**_source(name), **sent, "expect": "denied"} for name in dict.fromkeys(options.strangers)),
            ],
            "regions": list(options.regions),
            **options.gates,
        }
        if options.wait is not None:
            raw |= {"allowed_timeout_seconds": options.wait, "denied_timeout_seconds": options.wait}
        self.mfa_faults()
        both = sorted(set(options.callers) & set(options.strangers))
        self.faults += [
            Fault("--stranger", f'"{name}" is a caller too', "One who must get in cannot be a stranger")
            for name in both
        ]
        try:
            return read_verify(raw, path="") if not both else VerifySpec()
        except DeclarationError as error:
            self.faults += error.faults
            return VerifySpec()

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


def _source(name: str) -> dict[str, object]:
    return {"ambient": True} if name == AMBIENT else {"profile": name}
