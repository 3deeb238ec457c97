"""What STS was asked, and how it answered, without anything secret."""

import threading
from dataclasses import asdict, dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One STS call that was served.

    Attributes:
        operation: such as ``AssumeRole``; ``""`` where the request named none.
        caller_arn: who signed it; ``None`` where the signature was refused.
        role_arn: the role asked for, as sent.
        session_name: the role session name, as sent.
        mfa: whether an MFA code came with the call, or MFA stands behind the caller's session.
        external_id_sent: whether an external ID came with the call; never which.
        error_code: AWS's error code; ``None`` for a success.
        user_agent: as sent.
        at: when, by the sandbox's clock, in UTC.
        request_id: the id that the answer carried.
    """

    operation: str
    caller_arn: str | None
    role_arn: str | None
    session_name: str | None
    mfa: bool
    external_id_sent: bool
    error_code: str | None
    user_agent: str
    at: datetime
    request_id: str

    def as_json(self) -> dict[str, object]:
        """Return the call with its time in ISO 8601."""
        return {**asdict(self), "at": self.at.isoformat()}


class CallLog:
    """The calls so far, oldest first; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    def add(self, call: Call) -> None:
        """Keep one more call."""
        with self._lock:
            self._calls.append(call)

    def snapshot(self) -> list[Call]:
        """Return a copy that later calls do not change."""
        with self._lock:
            return list(self._calls)

    def forget(self) -> None:
        """Start over with an empty log."""
        with self._lock:
            self._calls.clear()
