"""Opens callers and owners from their sources; credentials are opened on first use and shared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Self

from rolecall.verification import Caller, CallerSource, CodeSource, Expectation, Owner

from .caller import BotoCaller
from .credentials import Defaults, Keys, open_keys, open_without_keys
from .federated import FederatedCaller, Proof
from .mfa import MfaSession, Prompt
from .owner import BotoOwner
from .pace import Pace
from .saml import Assertions, SamlProof
from .web_identity import WebIdentity
from .web_identity_tokens import Tokens


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
    _without_keys: Keys | None = field(default=None, repr=False)

    def callers(self, sources: Sequence[CallerSource]) -> dict[str, Caller]:
        """The callers by name."""
        return {source.name: self._caller(source) for source in sources}

    def keys(self, source: CallerSource | None = None) -> Keys:
        """The credentials of a source, or of boto3's default chain.

        Raises:
            ProbeError: it has none.
        """
        return self._open(source)

    def owner(self, source: CallerSource | None = None) -> Owner:
        """Who reads roles: a source, or boto3's default chain."""
        return BotoOwner(lambda: self._open(source))

    def paced(self, calls_per_second: float) -> Self:
        """The same credentials, opened once for both, whose calls have a pace of their own."""
        return replace(self, pace=Pace(calls_per_second=calls_per_second))

    def _caller(self, source: CallerSource) -> Caller:
        if source.web_identity is not None and not source.via:
            proof = WebIdentity(Tokens(source=source.web_identity))
            return self._federated(source, proof)
        if source.saml is not None and not source.via:
            return self._federated(source, SamlProof(Assertions(source=source.saml)))
        return BotoCaller(
            name=source.name, keys=lambda: self._open(source), mfa=self._mfa_of(source), pace=self.pace
        )

    def _federated(self, source: CallerSource, proof: Proof) -> FederatedCaller:
        return FederatedCaller(name=source.name, proof=proof, keys=self._unsigned, pace=self.pace)

    def _mfa_of(self, source: CallerSource) -> Callable[[], MfaSession] | None:
        serial, code = source.mfa_serial, source.mfa_code
        if serial is None or code is None:
            return None
        return lambda: self._with_mfa(source, serial, code)

    def _unsigned(self) -> Keys:
        with self._lock:
            if self._without_keys is None:
                self._without_keys = open_without_keys(self.defaults)
            return self._without_keys

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
        source,
        name="",
        external_id=None,
        session_name=None,
        source_identity=None,
        tags=(),
        transitive_tag_keys=(),
        expect=Expectation.ALLOWED,
    )
