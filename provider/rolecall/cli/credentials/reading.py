"""Reads what ``rolecall assume`` and ``rolecall session`` share into checked values, all faults at once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rolecall.errors import DeclarationError, Fault, PolicyError
from rolecall.policy import Arn, PolicyKind, parse
from rolecall.policy.formats import (
    SESSION_TAGS,
    TAG_KEY,
    TAG_VALUE,
    Range,
    fault_of,
    range_fault_of,
    shown,
)
from rolecall.sts import Issued, Keys, Limits, Link, MfaCode, NotIssued, link_faults
from rolecall.verification import CallerSource, SourceKind

from ..callers import one_caller

_POLICY_CHARACTERS: Final = 2048
_POLICY_ARNS: Final = 10
_SENT: Final = (
    "external_id",
    "external_id_env",
    "mfa_serial",
    "mfa_code_env",
    "mfa_code_command",
    "session_name",
    "source_identity",
)
"""What a caller has and sends, as far as a command has options for it."""

Options = Mapping[str, Any]
"""A command's options by their names, as click gives them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How credentials are handed on: to a command, to a browser, or printed.

    Attributes:
        words: the command; empty for none.
        link: a link to sign in with; ``None`` for none.
        open_link: whether to open the link instead of printing it.
        format_name: how the credentials are printed otherwise.
    """

    words: tuple[str, ...] = ()
    link: Link | None = None
    open_link: bool = False
    format_name: str = "env"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Credentials to get and to hand on, checked.

    Attributes:
        source: whose credentials ask; ``None`` for nobody's, since ask shows a proof.
        ask: gets them: from the caller's credentials, a code of its device and the region of STS.
        faults_of_session: what can't be had by a caller whose credentials are a session themselves.
        region: what was given; ``None`` for the caller's own.
        delivery: what becomes of them.
    """

    source: CallerSource | None
    ask: Callable[[Keys, MfaCode | None, str], Issued | NotIssued]
    faults_of_session: tuple[Fault, ...]
    region: str | None
    delivery: Delivery


@dataclass(slots=True)
class Reading:
    """Options under examination, with the faults found so far."""

    options: Options
    faults: list[Fault] = field(default_factory=list)

    def finish(self) -> None:
        """Ends the reading.

        Raises:
            DeclarationError: with every fault that was found.
        """
        if self.faults:
            raise DeclarationError(sorted(self.faults, key=lambda fault: fault.path))

    def source(self) -> CallerSource:
        """The caller with its device and what it sends, read as ``rolecall verify`` reads one."""
        options = self.options
        try:
            return one_caller(
                options["caller"], options["region"], **{name: options.get(name) for name in _SENT}
            )
        except DeclarationError as error:
            self.faults += error.faults
            return CallerSource(name=options["caller"], kind=SourceKind.AMBIENT)

    def limits(self, durations: Range) -> Limits:
        """Session policies and duration."""
        duration, arns = self.options["duration"], self.options["policy_arns"]
        if duration is not None:
            self.add(range_fault_of(durations, duration, "--duration"))
        for arn in arns:
            self.managed_policy(arn)
        if len(arns) > _POLICY_ARNS:
            self.add(Fault("--policy-arn", f"there are {len(arns)}", f"Give at most {_POLICY_ARNS}"))
        return Limits(policy=self.policy(), policy_arns=tuple(arns), duration_seconds=duration)

    def managed_policy(self, arn: str) -> None:
        """Notes what is no ARN of a managed policy."""
        try:
            if Arn.parse(arn).resource_type == "policy":
                return
        except DeclarationError:
            pass
        remedy = "It looks like arn:aws:iam::aws:policy/ReadOnlyAccess"
        self.add(Fault("--policy-arn", f"{shown(arn)} is not the ARN of a managed policy", remedy))

    def policy(self) -> str | None:
        """The inline session policy without white space, which counts."""
        file = self.options["policy"]
        if file is None:
            return None
        try:
            content = file.read_bytes()
            parse(content, kind=PolicyKind.SESSION)
        except OSError as error:
            self.add(
                Fault(f"--policy {file.name}", f"it cannot be read: {error.strerror}", "Give a JSON file")
            )
            return None
        except PolicyError as error:
            for fault in error.faults:
                self.add(Fault(f"--policy {file.name}{fault.path}", fault.problem, fault.remedy))
            return None
        text = json.dumps(json.loads(content), separators=(",", ":"), ensure_ascii=False)
        if len(text) > _POLICY_CHARACTERS:
            remedy = f"A session policy has at most {_POLICY_CHARACTERS}; use --policy-arn"
            self.add(Fault(f"--policy {file.name}", f"it has {len(text)} characters", remedy))
        return text

    def tags(self) -> dict[str, str]:
        """The session tags by key."""
        tags: dict[str, str] = {}
        for each in self.options["tags"]:
            key, is_pair, value = each.partition("=")
            if not is_pair:
                self.add(Fault("--tag", f"{shown(each)} has no value", "Give KEY=VALUE"))
                continue
            self.add(fault_of(TAG_KEY, key, "--tag"))
            self.add(fault_of(TAG_VALUE, value, "--tag"))
            if key.casefold() in map(str.casefold, tags):
                self.add(
                    Fault("--tag", f"{shown(key)} is given twice", "Keys differ in more than their case")
                )
            tags[key] = value
        if len(tags) > SESSION_TAGS:
            self.add(Fault("--tag", f"there are {len(tags)}", f"A session has at most {SESSION_TAGS} tags"))
        return tags

    def delivery(self, partition: str | None) -> Delivery:
        """What becomes of the credentials; one way only.

        Args:
            partition: of the credentials, where that is known.
        """
        options = self.options
        words, linked = options["words"], options["console"] or options["open_link"]
        ways = {
            "a command": bool(words),
            "--format": options["format_name"] is not None,
            "--console": options["console"],
            "--open": options["open_link"],
        }
        given = [way for way, is_given in ways.items() if is_given]
        if len(given) > 1:
            self.add(Fault(given[-1], f"{given[0]} is given too", "Give one of the two"))
        if not linked:
            alone = ("destination", "issuer", "session_duration")
            for option in (f"--{name.replace('_', '-')}" for name in alone if options[name] is not None):
                self.add(Fault(option, "there is no link that it is about", "Give --console or --open too"))
            return Delivery(words=words, format_name=options["format_name"] or "env")
        link = Link(
            region=options["region"],
            endpoint=options["sign_in_endpoint"],
            destination=options["destination"],
            issuer=options["issuer"],
            session_seconds=options["session_duration"],
        )
        self.faults += link_faults(link, partition)
        return Delivery(link=link, open_link=options["open_link"])

    def add(self, fault: Fault | None) -> None:
        """Notes a fault, where there is one."""
        if fault is not None:
            self.faults.append(fault)
