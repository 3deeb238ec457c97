"""What a stack's state keeps of a verification, and how it is read again."""

from collections.abc import Mapping
from typing import Any, Final

from rolecall.verification import RoleReport, from_dict, to_dict

from .redaction import Redaction

INPUTS: Final = ("role_arn", "verified_arn", "trust_policy", "verify", "require", "nonce")
"""The inputs of the resource; outputs repeat them under the same names, so that secret ones stay secret."""

OUTPUTS: Final = (
    "verdict",
    "level",
    "verified_at",
    "trust_policy_sha256",
    "role_unique_id",
    "regions",
    "probes",
    "report",
)
"""The outputs besides; they are in clear, so nothing in them tells an external ID."""

_FREE_TEXT: Final = frozenset({"detail", "label", "reason", "sentence", "trust_unreadable"})
"""Fields of a report that hold words; an ARN stays as it is, also where an external ID is an account ID."""


def to_outputs(inputs: Mapping[str, Any], report: RoleReport, redact: Redaction) -> dict[str, Any]:
    """The outputs that hold a report; ``report_in`` reads it back.

    Args:
        inputs: the resource's inputs.
        report: what was found out.
        redact: removes the external IDs.
    """
    plain = redacted(to_dict(report), redact)
    return {
        **_kept(inputs),
        "verdict": report.verdict.value if report.verdict else None,
        "level": report.level.value,
        "verified_at": report.verified_at.isoformat(timespec="seconds"),
        "trust_policy_sha256": report.trust_policy_sha256,
        "role_unique_id": report.role_unique_id,
        "regions": list(report.regions),
        "probes": plain.pop("results"),
        "report": plain,
    }


def without_report(inputs: Mapping[str, Any], verdict: str) -> dict[str, Any]:
    """The outputs where a verification couldn't even begin, so that no older proof stays."""
    return {**_kept(inputs), "verdict": verdict, "level": "none", "regions": [], "probes": []}


def report_in(outputs: Mapping[str, Any]) -> RoleReport | None:
    """The report that the outputs hold; ``None`` where there is none, or one that this version can't read."""
    stored = outputs.get("report")
    if not isinstance(stored, Mapping):
        return None
    try:
        return from_dict({**stored, "results": outputs.get("probes") or []})
    except ValueError:
        # Written by another version: worth nothing as a proof, and the next run proves again.
        return None


def _kept(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: inputs.get(name) for name in INPUTS}


def redacted(value: Any, redact: Redaction) -> Any:
    """A report as plain data, with the external IDs removed from all that is words."""
    if isinstance(value, dict):
        return {
            key: redact(each) if key in _FREE_TEXT and isinstance(each, str) else redacted(each, redact)
            for key, each in value.items()
        }
    return [redacted(each, redact) for each in value] if isinstance(value, list) else value
