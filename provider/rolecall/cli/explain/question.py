"""Turns the options of ``rolecall explain`` into a question for the evaluator; all faults at once."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import (
    UNKNOWN,
    Arn,
    CallerSide,
    ContextValue,
    Guardrails,
    Policy,
    PolicyKind,
    Principal,
    Request,
    decide,
    jsontext,
    parse,
)

from ..exits import BadInput

_ACTION: Final = re.compile(r"sts:[A-Za-z]+", re.ASCII | re.IGNORECASE)
_SERVICE: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?", re.ASCII)
_BUILT_IN_PROVIDERS: Final = frozenset(
    {"accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"}
)
_BY_PROVIDER: Final[Mapping[str, str]] = {
    "oidc-provider": "sts:AssumeRoleWithWebIdentity",
    "saml-provider": "sts:AssumeRoleWithSAML",
}
_ANY_ACCOUNT: Final = "000000000000"
_OPTIONS: Final[Mapping[str, str]] = {"principal": "--as", "role": "--role", "context": "--context"}
"""What the parts of a request are called here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainOptions:
    """The options as they were given.

    Attributes:
        policy: file with the trust policy.
        principal: who asks: an ARN, or the host of a service or of a built-in identity provider.
        role: ARN of the role; ``None`` for one of an account that is nobody's.
        action: what is asked; ``None`` for the operation that fits who asks.
        context: ``KEY=VALUE``; a key that stands twice has several values.
        context_env: ``KEY=NAME`` of an environment variable with a secret value.
        unknown: condition keys that may have any value, or be absent.
        identity_policy_files, boundary, session_policy_files: the policies of who asks.
        scp_files, rcp_files: one file a level of the organization, from its root down.
    """

    policy: Path
    principal: str
    role: str | None = None
    action: str | None = None
    context: tuple[str, ...] = ()
    context_env: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    identity_policy_files: tuple[Path, ...] = ()
    boundary: Path | None = None
    session_policy_files: tuple[Path, ...] = ()
    scp_files: tuple[Path, ...] = ()
    rcp_files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the evaluator is asked.

    Attributes:
        request: who asks for what.
        trust: the role's trust policy.
        caller: the policies of who asks.
        guardrails: the policies of the organizations above.
        redact: condition keys whose values are secret.
    """

    request: Request
    trust: Policy
    caller: CallerSide
    guardrails: Guardrails
    redact: frozenset[str]


def read_question(options: ExplainOptions, *, environment: Mapping[str, str] = os.environ) -> Question:
    """Checks the options and reads the files that they name.

    Args:
        options: what the user gave.
        environment: where ``--context-env`` looks.

    Raises:
        BadInput: with every fault that was found.
    """
    reading = _Reading(options, environment)
    question = reading.question()
    if reading.faults or question is None:
        raise BadInput(reading.faults)
    return question


@dataclass(slots=True)
class _Reading:
    """The options under examination, with the faults found so far."""

    options: ExplainOptions
    environment: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def question(self) -> Question | None:
        options = self.options
        trust = self.one(options.policy, "--policy", PolicyKind.TRUST)
        boundary = options.boundary and self.one(options.boundary, "--boundary", PolicyKind.BOUNDARY)
        identity = self.several(options.identity_policy_files, "--identity-policy", PolicyKind.IDENTITY)
        caller = CallerSide(
            identity_policies=identity or None,
            permissions_boundary=boundary or None,
            session_policies=self.several(
                options.session_policy_files, "--session-policy", PolicyKind.SESSION
            ),
        )
        guardrails = Guardrails(
            service_control_policies=self.levels(options.scp_files, "--scp", PolicyKind.SERVICE_CONTROL),
            resource_control_policies=self.levels(options.rcp_files, "--rcp", PolicyKind.RESOURCE_CONTROL),
        )
        request = self.request()
        if trust is None or request is None:
            return None
        redact = frozenset(entry.partition("=")[0] for entry in options.context_env)
        question = Question(request=request, trust=trust, caller=caller, guardrails=guardrails, redact=redact)
        self.collect(lambda: decide(request, trust), _renamed)
        return question

    def collect(self, read: Callable[[], object], rename: Callable[[Fault], Fault]) -> None:
        """Does something that may refuse, and notes its faults under the names that the user knows."""
        try:
            read()
        except DeclarationError as error:
            self.faults += map(rename, error.faults)

    def one(self, file: Path, option: str, kind: PolicyKind) -> Policy | None:
        policies = self.documents(file, option, kind, several=False)
        return policies[0] if policies else None

    def several(self, files: Iterable[Path], option: str, kind: PolicyKind) -> tuple[Policy, ...]:
        return tuple(policy for level in self.levels(files, option, kind) for policy in level)

    def levels(self, files: Iterable[Path], option: str, kind: PolicyKind) -> tuple[tuple[Policy, ...], ...]:
        return tuple(self.documents(file, option, kind, several=True) for file in files)

    def documents(self, file: Path, option: str, kind: PolicyKind, *, several: bool) -> tuple[Policy, ...]:
        """The policies in a file: one, or, where that is allowed, a list of them."""
        found: list[Policy] = []

        def read() -> None:
            raw = jsontext.decode(file.read_bytes())
            # What is no object is refused by the parser, with the right words.
            documents: list[Any] = raw if several and isinstance(raw, list) else [raw]
            found.extend(parse(document, kind=kind) for document in documents)

        where = f"{option} {file.name}"
        self.collect(read, lambda fault: replace(fault, path=f"{where}{fault.path}"))
        return tuple(found)

    def request(self) -> Request | None:
        options = self.options
        context = self.context()
        principal = _principal(options.principal)
        if principal is None:
            remedy = (
                "Give the ARN of a user, a role session or an identity provider, or a host such as "
                "ec2.amazonaws.com"
            )
            self.faults.append(Fault("--as", f'"{options.principal}" is nobody who can ask', remedy))
        action = options.action or (_action(principal) if principal else "")
        if options.action is not None and not _ACTION.fullmatch(action):
            self.faults.append(
                Fault("--action", f'"{action}" is no action of STS', "It looks like sts:AssumeRole")
            )
        if principal is None:
            return None
        role = options.role or f"arn:{_partition(principal)}:iam::{_ANY_ACCOUNT}:role/any"
        return Request(role=role, principal=principal, action=action, context=context)

    def context(self) -> dict[str, ContextValue]:
        given: dict[str, list[str]] = {}
        for option, entries in (
            ("--context", self.options.context),
            ("--context-env", self.options.context_env),
        ):
            for entry in entries:
                key, equals, value = entry.partition("=")
                if not key or not equals:
                    shown = (
                        f'"{entry}"' if option == "--context-env" or not equals else "an entry without key"
                    )
                    self.faults.append(
                        Fault(option, f"{shown} is no condition key with its value", _LOOKS[option])
                    )
                    continue
                if option == "--context-env":
                    if value not in self.environment:
                        problem = f"the environment variable {value} is not set"
                        self.faults.append(Fault(option, problem, f"Set {value}"))
                        continue
                    value = self.environment[value]
                given.setdefault(key, []).append(value)
        context: dict[str, ContextValue] = {
            key: values[0] if len(values) == 1 else tuple(values) for key, values in given.items()
        }
        return {**context, **dict.fromkeys(self.options.unknown, UNKNOWN)}


_LOOKS: Final = {
    "--context": "It looks like sts:ExternalId=acme-3f1c9a0e7b52",
    "--context-env": "It looks like sts:ExternalId=NAME_OF_A_VARIABLE",
}


def _renamed(fault: Fault) -> Fault:
    return replace(fault, path=_OPTIONS.get(fault.path, fault.path))


def _principal(text: str) -> Principal | None:
    if text in _BUILT_IN_PROVIDERS:
        return Principal("Federated", text)
    if _SERVICE.fullmatch(text):
        return Principal("Service", text)
    try:
        arn = Arn.parse(text)
    except DeclarationError:
        return None
    is_provider = arn.service == "iam" and arn.resource_type in _BY_PROVIDER
    return Principal("Federated" if is_provider else "AWS", text)


def _action(principal: Principal) -> str:
    if principal.kind != "Federated":
        return "sts:AssumeRole"
    if principal.value in _BUILT_IN_PROVIDERS:
        return _BY_PROVIDER["oidc-provider"]
    return _BY_PROVIDER[Arn.parse(principal.value).resource_type]


def _partition(principal: Principal) -> str:
    return Arn.parse(principal.value).partition if principal.value.startswith("arn:") else "aws"
