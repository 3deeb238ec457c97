"""Receipts: what another party's own probes found out, as plain data that it hands to the role's owner."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import Arn

from .model import Expectation, Outcome, ProbeKind, ProbeResult
from .probes import ROWS
from .proof import plain, typed
from .report import RoleReport
from .spec import CallerSource

FORMAT: Final = 1
"""Grows when a field changes its meaning or goes."""

_STATED: Final = {ProbeKind.AS_DECLARED, *ROWS}
"""What a receipt tells: the calls of who is to get in, and their neighbours."""

_REMEDY: Final = "Give a file that rolecall verify --receipt wrote."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """By what who knows an external ID recognises it: scrypt (n 16384, r 8, p 1), in hexadecimal."""

    salt: str
    scrypt: str

    @classmethod
    def of(cls, external_id: str, salt: bytes) -> "Fingerprint":
        """The fingerprint of an external ID, with a salt of at least 16 bytes that is used once."""
        return cls(salt=salt.hex(), scrypt=_scrypt(external_id, salt))

    def fits(self, external_id: str) -> bool:
        """Whether it is that external ID's."""
        return hmac.compare_digest(self.scrypt, _scrypt(external_id, bytes.fromhex(self.salt)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptProbe:
    """One probe, and what STS said; times are in UTC.

    Attributes:
        kind, label, region, expected, outcome: those of the result.
        endpoint: URL of the endpoint that was asked.
        code: the error code of STS, where it sent one.
        attempts: number of AssumeRole calls made.
        first_at, last_at: time of the first and the last answer.
        milliseconds: how long the last call took.
        request_id: the request id of the last answer, to be found in the owner's CloudTrail.
    """

    kind: ProbeKind
    label: str = ""
    region: str
    endpoint: str = ""
    expected: Expectation
    outcome: Outcome
    code: str | None = None
    attempts: int
    first_at: datetime
    last_at: datetime
    milliseconds: float
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptCaller:
    """One caller's probes.

    Attributes:
        caller_arn: who STS says it is.
        has_mfa: whether it had an MFA device.
        external_id: the fingerprint of what it sent, where that was given to it.
        session_name, source_identity: what it was given to send.
        probes: in the order in which they were made.
    """

    caller_arn: str
    has_mfa: bool = False
    external_id: Fingerprint | None = None
    session_name: str | None = None
    source_identity: str | None = None
    probes: tuple[ReceiptProbe, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRole:
    """One role.

    Attributes:
        role_arn: the role.
        role_unique_id: its unique id, where it was assumed.
        trust_policy_sha256: hash, in canonical form, of the trust policy that was read or given, if any.
        callers: who tried.
    """

    role_arn: str
    role_unique_id: str | None = None
    trust_policy_sha256: str | None = None
    callers: tuple[ReceiptCaller, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one run of probes found out, for the owner of the roles; holds no secret.

    Attributes:
        format: the number of this format.
        run_id: part of the session names, unless a trust policy dictates them.
        roles: one entry a role.
    """

    format: int
    run_id: str
    roles: tuple[ReceiptRole, ...]


def receipt_of(
    reports: Iterable[RoleReport],
    sources: Sequence[CallerSource],
    *,
    run_id: str,
    salt: bytes,
    trust_policy_sha256: str | None = None,
) -> Receipt:
    """The receipt of a run.

    Args:
        reports: what it found out.
        sources: its callers.
        run_id: its mark.
        salt: at least 16 random bytes.
        trust_policy_sha256: hash of the trust policy that was declared, where it couldn't be read.
    """
    known = {source.name: source for source in sources}
    roles = tuple(
        ReceiptRole(
            role_arn=report.role_arn,
            role_unique_id=report.role_unique_id,
            trust_policy_sha256=report.trust_policy_sha256 or trust_policy_sha256,
            callers=tuple(_callers(report.results, known, salt)),
        )
        for report in reports
    )
    return Receipt(format=FORMAT, run_id=run_id, roles=roles)


def receipt_document(receipt: Receipt) -> dict[str, object]:
    """The receipt as JSON-able data."""
    return plain(receipt)


def read_receipt(data: object, *, path: str) -> Receipt:
    """The receipt that ``receipt_document`` was given.

    Args:
        data: decoded JSON.
        path: where it comes from.

    Raises:
        DeclarationError: it isn't a receipt, or one of a later format.
    """
    written = data.get("format") if isinstance(data, Mapping) else None
    if isinstance(data, Mapping) and isinstance(written, int) and written > FORMAT:
        problem = f"the receipt has format {written}, and this version reads format {FORMAT}"
        raise DeclarationError([Fault(path, problem, "Use the version of rolecall that wrote it.")])
    if not isinstance(data, Mapping) or written != FORMAT:
        raise DeclarationError([Fault(path, "is no receipt", _REMEDY)])
    try:
        receipt = typed(Receipt, data)
        _check(receipt)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DeclarationError([Fault(path, f"is no receipt: {error}", _REMEDY)]) from error
    return receipt


def _callers(
    results: Iterable[ProbeResult], known: Mapping[str, CallerSource], salt: bytes
) -> Iterable[ReceiptCaller]:
    answered = (each for each in results if each.kind in _STATED and _is_principal(each.caller_arn))
    for (name, caller_arn), group in groupby(answered, key=lambda each: (each.caller, each.caller_arn)):
        source = known[name]
        yield ReceiptCaller(
            caller_arn=caller_arn or "",
            has_mfa=source.mfa_serial is not None,
            external_id=Fingerprint.of(source.external_id, salt) if source.external_id else None,
            session_name=source.session_name,
            source_identity=source.source_identity,
            probes=tuple(
                _probe(each, each.first_at, each.last_at) for each in group if each.first_at and each.last_at
            ),
        )


def _probe(result: ProbeResult, first_at: datetime, last_at: datetime) -> ReceiptProbe:
    return ReceiptProbe(
        kind=result.kind,
        label=result.label,
        region=result.region,
        endpoint=result.endpoint,
        expected=result.expectation,
        outcome=result.outcome,
        code=result.code,
        attempts=result.attempts,
        first_at=first_at,
        last_at=last_at,
        milliseconds=result.milliseconds,
        request_id=result.request_id,
    )


def _check(receipt: Receipt) -> None:
    """Raises ValueError for what has the right shape and can't be true."""
    for role in receipt.roles:
        if not Arn.parse(role.role_arn).is_role:
            raise ValueError(f"{role.role_arn!r} isn't the ARN of a role")
        for caller in role.callers:
            if not _is_principal(caller.caller_arn):
                raise ValueError(f"{caller.caller_arn!r} isn't the ARN of a user or a role session")
            for probe in caller.probes:
                if probe.first_at.tzinfo is None or probe.last_at.tzinfo is None:
                    raise ValueError("a time says no time zone")


def _is_principal(arn: str | None) -> bool:
    parsed = Arn.parse(arn) if arn else None
    return parsed is not None and (parsed.is_user or parsed.is_role_session)


def _scrypt(external_id: str, salt: bytes) -> str:
    return hashlib.scrypt(external_id.encode(), salt=salt, n=16384, r=8, p=1, dklen=32).hex()
