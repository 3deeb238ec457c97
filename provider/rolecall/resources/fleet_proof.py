"""What a stack's state keeps of a fleet's verification: a verdict for each role, and the packed reports."""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Final

from rolecall.reports import about
from rolecall.verification import (
    Level,
    RoleReport,
    Verdict,
    VerifySpec,
    failures,
    from_dict,
    to_dict,
    warnings,
)

from .fleet_inputs import Member
from .proof import redacted
from .providing import told

INPUTS: Final = (
    "roles",
    "verified_arns",
    "callers",
    "owners",
    "defaults",
    "require",
    "concurrency",
    "calls_per_second",
)
"""The inputs of the resource; outputs repeat them under the same names, so that secret ones stay secret."""

OUTPUTS: Final = ("verdict", "level", "verified_at", "verdicts", "reports")
"""The outputs besides; they are in clear, so nothing in them tells an external ID."""

MOST_SENTENCES: Final = 20
"""So many sentences are told one by one; more would bury each other."""
_VERDICTS: Final = [each.value for each in Verdict]
_LEVELS: Final = [each.value for each in Level]
_PROBE: Final = ("kind", "caller", "region", "label", "verdict", "request_id")
"""What a verdict tells of a probe; all else is in ``reports``."""


@dataclass(slots=True)
class FleetProof:
    """What was found out about the roles of a fleet, in the form in which the state keeps it.

    Reports are packed as they come: 2,000 are 11 MB of JSON, and a partial failure has to fit into the
    headers of an answer, which the engine limits to 16 MB.

    Attributes:
        gates: by whose rules a report is as declared.
        verdicts: one dictionary a role, by its ARN.
        failed: sentences on what isn't as declared, by ARN; only roles that have any.
        warned: sentences on what is open and let be, likewise.
    """

    gates: VerifySpec
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)
    warned: dict[str, list[str]] = field(default_factory=dict)
    _packed: dict[str, bytes] = field(default_factory=dict, repr=False)

    def add(self, member: Member, report: RoleReport) -> None:
        """Keeps a report."""
        plain = redacted(to_dict(report), member.redact)
        line = json.dumps(plain, separators=(",", ":"), ensure_ascii=False) + "\n"
        self._packed[report.role_arn] = zlib.compress(line.encode())
        reasons = told(report, failures(report, self.gates), member.redact)
        self._note(
            report.role_arn,
            verdict=report.verdict,
            level=report.level,
            reasons=reasons,
            verified_at=report.verified_at.isoformat(timespec="seconds"),
            probes=[{name: probe[name] for name in _PROBE if probe.get(name)} for probe in plain["results"]],
        )
        mild = told(report, warnings(report, self.gates), member.redact)
        if mild:
            self.warned[report.role_arn] = mild

    def give_up(self, member: Member, problem: str) -> None:
        """Notes why there is no report of a role."""
        arn = member.role.role_arn
        self._note(
            arn,
            verdict=Verdict.INCONCLUSIVE,
            level=Level.NONE,
            reasons=[member.redact(about(arn, problem))],
            probes=[],
        )

    def outputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """All outputs; ``reports_in`` reads the reports back.

        Args:
            inputs: the resource's inputs, whose order of roles the verdicts and reports have.
        """
        arns = [each["arn"] for each in inputs["roles"]]
        ordered = [self.verdicts[arn] for arn in arns]
        verdicts = [each["verdict"] for each in ordered if each["verdict"] is not None]
        levels = [each["level"] for each in ordered] or [Level.NONE.value]
        times = [each["verified_at"] for each in ordered if "verified_at" in each]
        return {
            **{name: inputs.get(name) for name in INPUTS},
            "verdict": max(verdicts, key=_VERDICTS.index, default=None),
            "level": min(levels, key=_LEVELS.index),
            "verified_at": min(times, default=None),
            "verdicts": ordered,
            "reports": self._all_packed(arns),
        }

    def _all_packed(self, arns: Sequence[str]) -> str:
        """All reports together, in which what they have in common is there once."""
        packer = zlib.compressobj()
        pieces = [packer.compress(zlib.decompress(self._packed[arn])) for arn in arns if arn in self._packed]
        return base64.b64encode(b"".join([*pieces, packer.flush()])).decode()

    def _note(
        self, arn: str, *, verdict: Verdict | None, level: Level, reasons: list[str], **facts: Any
    ) -> None:
        kept = {"role_arn": arn, "verdict": verdict.value if verdict else None, "level": level.value, **facts}
        if reasons:
            self.failed[arn] = kept["reasons"] = reasons
        self.verdicts[arn] = kept


def reports_in(outputs: Mapping[str, Any]) -> dict[str, RoleReport]:
    """The reports that the outputs hold, by ARN; none where there are none that this version can read."""
    packed = outputs.get("reports")
    if not isinstance(packed, str):
        return {}
    try:
        lines = zlib.decompress(base64.b64decode(packed)).decode().splitlines()
        reports = [from_dict(json.loads(line)) for line in lines]
    except (ValueError, zlib.error):
        # Written by another version: worth nothing as a proof, and the next run proves again.
        return {}
    return {report.role_arn: report for report in reports}


def first_of(sentences: Mapping[str, list[str]]) -> list[str]:
    """The first sentences, and how many there are besides, so that many roles don't bury each other."""
    count = sum(map(len, sentences.values()))
    first = list(islice(chain.from_iterable(sentences.values()), MOST_SENTENCES))
    if count > len(first):
        first.append(
            f"and {count - len(first)} more, on {len(sentences)} roles in all: see the output verdicts"
        )
    return first
