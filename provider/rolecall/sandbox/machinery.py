"""The running parts of a sandbox, joined; the one place where moto is started and reset."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from moto.core.base_backend import BackendDict
from moto.core.exceptions import ServiceException
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from rolecall.errors import SandboxError
from rolecall.policy.decision import Answer

from .callers.identities import Identities
from .callers.incoming import Arrival
from .callers.permissions import Permissions
from .calls import CallLog
from .door.control import Control
from .door.gateway import Gateway
from .door.refusals import Refusal
from .door.server import LOOPBACK, LoopbackServer
from .door.sign_in import SignIn
from .faults import Faults
from .iam.backend import SandboxIam, account_iam, install, uninstall
from .iam.mfa import MfaCodes
from .iam.view import IamView
from .sealing import Seal
from .services.authorization import Authorization
from .sts.contexts import Contexts
from .sts.denials import encoded
from .sts.federated import FederatedEntry
from .sts.role_sessions import RoleSessions
from .sts.service import Parts, SecurityTokenService
from .sts.unsigned import unsigned_table
from .web_identity.issuers import Issuers

if TYPE_CHECKING:
    from .credentials import Credentials


class Machinery:
    """moto, its enforcing STS, and the server in front of both."""

    def __init__(
        self,
        *,
        port: int,
        clock: Callable[[], datetime],
        faults: Faults,
        calls: CallLog,
        accounts: Callable[[], frozenset[str]],
        issuers: Issuers,
        region: str,
        partition: str,
        authorize: bool,
    ) -> None:
        """Start serving.

        Raises:
            SandboxError: the port can't be had.
        """
        self._lock = threading.RLock()
        self._clock = clock = _skewed(clock, faults)
        self._accounts = accounts
        self._view = IamView(faults, clock)
        self._identities = Identities(accounts)
        self.codes = MfaCodes(clock)
        self._seal = Seal()
        self._permissions = Permissions(self._view)
        parts = Parts(
            iam=self._view,
            identities=self._identities,
            codes=self.codes,
            faults=faults,
            seal=self._seal,
            permissions=self._permissions,
            issuers=issuers,
        )
        self._issuers = issuers
        entry = FederatedEntry(self._view, RoleSessions(self._identities, faults), self._lock)
        sts = SecurityTokenService(
            parts, unsigned=unsigned_table(entry, issuers), region=region, calls=calls, clock=clock
        )
        self._gateway = Gateway(
            moto=DomainDispatcherApplication(create_backend_app),
            sts=sts,
            identities=self._identities,
            iam=self._view,
            faults=faults,
            control=Control(self.codes, self._seed_of, calls, faults),
            sign_in=SignIn(self._identities, self._seal, clock, self._lock),
            authorization=Authorization(self._permissions, self._seal) if authorize else None,
            issuers=issuers,
            clock=clock,
            lock=self._lock,
        )
        self._server = LoopbackServer(self._gateway, port)
        _reset_moto()
        install(self.codes, accounts, partition)
        self._server.start()
        self.port = self._server.port

    def reset(self) -> None:
        """Forget everything that was made, and go on serving."""
        with self._lock:
            _reset_moto()
            self._view.clear()
            self._identities.clear()
            self._issuers.clear()
            self._seal.renew()
            self.codes.clear()

    def stop(self) -> None:
        """Stop serving, and leave moto as it was found."""
        self._gateway.close()
        self._server.stop()
        _reset_moto()
        uninstall()

    def secrets(self) -> frozenset[str]:
        """Return every secret that was handed out and is still good."""
        with self._lock:
            devices = (account_iam(each).virtual_mfa_devices.values() for each in self._accounts())
            seeds = {device.base32_string_seed for several in devices for device in several}
            return self._identities.secrets() | seeds | self._issuers.secrets()

    def root_key(self, account_id: str) -> "Credentials":
        """Make a key of an account's root."""
        with self._lock:
            return self._identities.root_key(account_id)

    def encoded_denial(self, credentials: "Credentials", action: str, resource: str, region: str) -> str:
        """Return why the holder of credentials may not do something, encoded.

        Raises:
            SandboxError: the credentials are no good, or their policies allow it.
        """
        with self._lock:
            now = self._clock()
            try:
                self._identities.secret_of(credentials.access_key_id, credentials.session_token)
                identity = self._identities.identity_of(credentials.access_key_id, now)
            except Refusal as refusal:
                raise _sandbox_error(refusal) from refusal
            call = Arrival(identity=identity, source_ip=LOOPBACK, user_agent="", region=region, now=now)
            verdict = self._permissions.decide(call, action, resource)
        if verdict.permission.answer is Answer.ALLOWED:
            raise SandboxError(f"{identity.arn} may perform {action} on {resource}; there is no denial.")
        return encoded(self._seal, identity, verdict)

    def context_assertion(self, keys: Mapping[str, str]) -> str:
        """Return a trusted context assertion with these condition keys."""
        return Contexts(self._seal).assertion(keys, self._clock())

    @contextmanager
    def writing(self, account_id: str) -> Iterator[SandboxIam]:
        """Open the IAM of an account for a change.

        Raises:
            SandboxError: AWS would refuse the change.
        """
        with self._lock:
            try:
                yield account_iam(account_id)
            except Refusal as refusal:
                raise _sandbox_error(refusal) from refusal
            except ServiceException as error:
                raise SandboxError(str(error)) from error
            finally:
                self._view.observe(account_id)

    def _seed_of(self, serial: str) -> str | None:
        with self._lock:
            for account_id in self._accounts():
                device = account_iam(account_id).virtual_mfa_devices.get(serial)
                if device is not None:
                    return device.base32_string_seed
        return None


def _sandbox_error(refusal: Refusal) -> SandboxError:
    return SandboxError(f"{refusal.code}: {refusal.message}")


def _skewed(clock: Callable[[], datetime], faults: Faults) -> Callable[[], datetime]:
    return lambda: clock() + faults.clock_skew


def _reset_moto() -> None:
    BackendDict.reset()
    reset_model_data()
