"""Turns one MFA code into a session that serves a whole run: a code works once, a session for many roles."""

import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import ProbeError
from rolecall.verification import CodeKind, CodeSource, skew_sentence

from .commands import output_of
from .credentials import Keys, with_token
from .errors import is_mfa_failure, sentence_of
from .totp import STEP_SECONDS, code_at

SESSION_SECONDS = 3600
_RENEW_BEFORE_SECONDS = 60
_TRIES = 3

_SEEDS = frozenset({CodeKind.SEED_ENV, CodeKind.SEED_COMMAND})

Prompt = Callable[[str], str]


def read_code(
    source: CodeSource, serial: str, prompt: Prompt | None, *, now: Callable[[], float] = time.time
) -> str:
    """A six-digit code from its source.

    Args:
        source: where codes come from.
        serial: ARN of the device.
        prompt: asks a person; ``None`` where nobody is there.
        now: AWS's time in seconds since the epoch, for a code that is computed from a seed.

    Raises:
        ProbeError: the source has none. The message never holds a code.
    """
    given = _given(source, serial, prompt).strip()
    if source.kind in _SEEDS:
        return code_at(given, now())
    if re.fullmatch(r"[0-9]{6}", given) is None:
        raise ProbeError(f"the source of MFA codes for {serial} gave no six digits.")
    return given


def _given(source: CodeSource, serial: str, prompt: Prompt | None) -> str:
    if source.env:
        value = os.environ.get(source.env)
        if value is None:
            raise ProbeError(f"{source.env} isn't set, so there is no MFA code for {serial}.")
        return value
    if source.kind is CodeKind.PROMPT:
        if prompt is None:
            raise ProbeError(f"nobody can be asked for an MFA code for {serial} here. Use env or command.")
        return prompt(serial)
    return output_of(source.command, f"MFA codes of {serial}")


@dataclass(slots=True, kw_only=True)
class MfaSession:
    """Credentials that carry MFA, got once and renewed when too old for the trust that asks.

    Attributes:
        keys: the long-term keys of the device's user.
        serial: ARN of the device.
        source: where codes come from.
        prompt: asks a person for a code.
        now, sleep: the clock, in seconds.
    """

    keys: Keys
    serial: str
    source: CodeSource
    prompt: Prompt | None = None
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _session: Keys | None = field(default=None, repr=False)
    _got_at: float = 0.0
    _used: str = field(default="", repr=False)

    def get(self, max_age_seconds: int | None, *, region: str, skew_seconds: float = 0.0) -> Keys:
        """Credentials whose MFA is younger than ``max_age_seconds``.

        Args:
            max_age_seconds: ``None`` for any age.
            region: of the endpoint to ask.
            skew_seconds: how far AWS's clock is ahead of this machine's; codes go by AWS's.

        Raises:
            ProbeError: there is no code, or STS didn't take it.
        """
        with self._lock:
            most = min(SESSION_SECONDS, max_age_seconds or SESSION_SECONDS)
            margin = min(_RENEW_BEFORE_SECONDS, most / 2)
            if self._session is None or self.now() - self._got_at > most - margin:
                self._session = self._renewed(region, skew_seconds)
                self._got_at = self.now()
            return self._session

    def _renewed(self, region: str, skew_seconds: float) -> Keys:
        """One GetSessionToken; where the code was used before, waits for the next one."""

        def now() -> float:
            return self.now() + skew_seconds

        for attempt in range(1, _TRIES + 1):
            code = read_code(self.source, self.serial, self.prompt, now=now)
            if code != self._used:
                self._used = code
                try:
                    answer = self.keys.sts(region).get_session_token(
                        SerialNumber=self.serial, TokenCode=code, DurationSeconds=SESSION_SECONDS
                    )
                except ClientError as error:
                    if not is_mfa_failure(error):
                        raise ProbeError(sentence_of(error)) from error
                except BotoCoreError as error:
                    raise ProbeError(sentence_of(error)) from error
                else:
                    return with_token(self.keys, answer["Credentials"])
            if self.source.kind is CodeKind.ENV or attempt == _TRIES:
                break
            self.sleep(STEP_SECONDS - now() % STEP_SECONDS + 1)
        off = skew_sentence(skew_seconds)
        raise ProbeError(
            f"STS didn't take the MFA code for {self.serial}: it is wrong, or was used before."
            + (f" Note that {off}, and that codes go by AWS's time." if off else "")
        )
