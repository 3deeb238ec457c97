"""Receipts of ``rolecall verify``: one party writes what its probes found out, the role's owner joins it."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import canonical_hash
from rolecall.verification import (
    Outcome,
    Owner,
    Receipt,
    RoleReport,
    VerifySpec,
    attest,
    read_receipt,
    receipt_document,
    receipt_of,
)

from ..consoles import asides
from ..exits import CouldNotTell, ExitCode

MAX_AGE_DAYS: Final = 30
"""How old a receipt may be unless it is said otherwise."""

_DAY: Final = 24 * 3600.0
_SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """What a run does with receipts.

    Attributes:
        given: those of others, to be joined.
        max_age_seconds: how old they may be.
        target: where to write one; ``None`` for none.
    """

    given: tuple[Receipt, ...] = ()
    max_age_seconds: float = MAX_AGE_DAYS * _DAY
    target: Path | None = None

    def joined(
        self,
        report: RoleReport,
        owner: Owner,
        *,
        declared_trust: Mapping[str, object] | None,
        now: datetime,
    ) -> RoleReport:
        """A report with what the given receipts state about its role."""
        if not self.given:
            return report
        return attest(
            report,
            self.given,
            owner.role(report.role_arn),
            declared_trust=declared_trust,
            max_age_seconds=self.max_age_seconds,
            now=now,
        )

    def written(
        self,
        reports: Sequence[RoleReport],
        spec: VerifySpec,
        *,
        run_id: str,
        declared_trust: Mapping[str, object] | None,
    ) -> None:
        """Writes the receipt of a run, where one is wanted.

        Raises:
            CouldNotTell: the file can't be written.
        """
        if self.target is None:
            return
        receipt = receipt_of(
            reports,
            spec.callers,
            run_id=run_id,
            salt=secrets.token_bytes(_SALT_BYTES),
            trust_policy_sha256=canonical_hash(declared_trust) if declared_trust is not None else None,
        )
        text = json.dumps(receipt_document(receipt), indent=2)
        try:
            self.target.write_text(f"{text}\n", encoding="utf-8")
        except OSError as error:
            raise CouldNotTell(f"the receipt can't be written to {self.target}: {error.strerror}") from error
        asides().print(f"receipt written to {self.target}: give it to the role's owner", soft_wrap=True)


def read_receipts(
    files: Sequence[Path], role_arns: Sequence[str], faults: list[Fault]
) -> tuple[Receipt, ...]:
    """The receipts in files.

    Args:
        files: the files.
        role_arns: the roles of the run; a receipt about none of them is a fault.
        faults: gets what is wrong.
    """
    found = []
    for file in files:
        path = f"--with-receipt {file.name}"
        try:
            receipt = read_receipt(json.loads(file.read_bytes()), path=path)
        except ValueError as error:  # a DeclarationError is one, too
            own = error.faults if isinstance(error, DeclarationError) else [_no_json(path)]
            faults.extend(own)
            continue
        about = [role.role_arn for role in receipt.roles]
        if not set(about) & set(role_arns):
            told = ", ".join(about) or "no role"
            faults.append(Fault(path, f"it is about {told}", "Name that role, or give its receipt"))
        found.append(receipt)
    return tuple(found)


def outcome_code(reports: Sequence[RoleReport], unverified: Mapping[str, str]) -> ExitCode:
    """What the outcomes alone come to: whoever writes a receipt can't usually read the trust policy."""
    results = [result for report in reports for result in report.results]
    settled = [result for result in results if result.outcome is not Outcome.INCONCLUSIVE]
    if not all(result.outcome.meets(result.expectation) for result in settled):
        return ExitCode.NOT_AS_DECLARED
    return ExitCode.COULD_NOT_TELL if unverified or settled != results else ExitCode.AS_DECLARED


def _no_json(path: str) -> Fault:
    return Fault(path, "is no JSON", "Give a file that rolecall verify --receipt wrote")
