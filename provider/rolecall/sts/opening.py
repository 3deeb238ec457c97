"""Opens callers and owners from their sources; credentials are opened on first use and shared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

from rolecall.verification import Caller, CallerSource, CodeSource, Expectation, Owner

from .caller import BotoCaller
from .credentials import Defaults, Keys, open_keys
from .mfa import MfaSession, Prompt
from .owner import BotoOwner
from .pace import Pace


@dataclass(slots=True, kw_only=True)
class Credentials:
    """The credentials of one run: each source is opened once, and each MFA device asked for one code.

    Attributes:
        defaults: profile and region where a source doesn't say.
        prompt: asks a person for an MFA code; ``None`` where nobody is there.
        pace: spaces the calls of each account.
    """

    defaults: Defaults = field(default_factory=Defaults)
    prompt: Prompt | None = None
    pace: Pace = field(default_factory=Pace)
    _lock: Lock = field(default_factory=Lock, repr=False)
    _keys: dict[CallerSource | None, Keys] = field(default_factory=dict, repr=False)
    _mfa: dict[str, MfaSession] = field(default_factory=dict, repr=False)

    def callers(self, sources: Sequence[CallerSource]) -> dict[str, Caller]:
        """The callers by name."""
        return {source.name: self._caller(source) for source in sources}

    def owner(self, source: CallerSource | None = None) -> Owner:
        """Who reads roles: a source, or boto3's default chain."""
        return BotoOwner(lambda: self._open(source))

    def _caller(self, source: CallerSource) -> Caller:
        return BotoCaller(
            name=source.name, keys=lambda: self._open(source), mfa=self._mfa_of(source), pace=self.pace
        )

    def _mfa_of(self, source: CallerSource) -> Callable[[], MfaSession] | None:
        serial, code = source.mfa_serial, source.mfa_code
        if serial is None or code is None or source.via:  # sessions of roles carry no MFA
            return None
        return lambda: self._with_mfa(source, serial, code)

    def _open(self, source: CallerSource | None) -> Keys:
        key = _only_credentials(source)
        with self._lock:
            if key not in self._keys:
                self._keys[key] = open_keys(source, self.defaults)
            return self._keys[key]

    def _with_mfa(self, source: CallerSource, serial: str, code: CodeSource) -> MfaSession:
        keys = self._open(source)
        with self._lock:
            return self._mfa.setdefault(
                serial, MfaSession(keys=keys, serial=serial, source=code, prompt=self.prompt)
            )


def _only_credentials(source: CallerSource | None) -> CallerSource | None:
    """A source without what it sends: callers that differ in that alone share credentials."""
    if source is None:
        return None
    return replace(
        source, name="", external_id=None, session_name=None, source_identity=None, expect=Expectation.ALLOWED
    )
