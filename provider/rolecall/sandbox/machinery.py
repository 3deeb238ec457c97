"""The running parts of a sandbox, joined; the one place where moto is started and reset."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from moto.core.base_backend import BackendDict
from moto.core.exceptions import ServiceException
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from rolecall.errors import SandboxError

from . import iam
from .calls import CallLog
from .control import Control
from .faults import Faults
from .gateway import Gateway
from .identities import Identities
from .mfa import MfaCodes
from .refusals import Refusal
from .server import LoopbackServer
from .sts import SecurityTokenService
from .view import IamView

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
    ) -> None:
        """Start serving.

        Raises:
            SandboxError: the port can't be had.
        """
        self._lock = threading.RLock()
        self._accounts = accounts
        self._view = IamView(faults, clock)
        self._identities = Identities(accounts)
        self.codes = MfaCodes(clock)
        sts = SecurityTokenService(
            iam=self._view, identities=self._identities, codes=self.codes, calls=calls, clock=clock
        )
        self._gateway = Gateway(
            moto=DomainDispatcherApplication(create_backend_app),
            sts=sts,
            identities=self._identities,
            iam=self._view,
            faults=faults,
            control=Control(self.codes, self._seed_of, calls, faults),
            clock=clock,
            lock=self._lock,
        )
        self._server = LoopbackServer(self._gateway, port)
        _reset_moto()
        iam.install(self.codes, accounts)
        self._server.start()
        self.port = self._server.port

    def reset(self) -> None:
        """Forget everything that was made, and go on serving."""
        with self._lock:
            _reset_moto()
            self._view.clear()
            self._identities.clear()
            self.codes.clear()

    def stop(self) -> None:
        """Stop serving, and leave moto as it was found."""
        self._gateway.close()
        self._server.stop()
        _reset_moto()
        iam.uninstall()

    def secrets(self) -> frozenset[str]:
        """Return every secret that was handed out and is still good."""
        with self._lock:
            devices = (iam.account_iam(each).virtual_mfa_devices.values() for each in self._accounts())
            seeds = {device.base32_string_seed for several in devices for device in several}
            return self._identities.secrets() | seeds

    def root_key(self, account_id: str) -> "Credentials":
        """Make a key of an account's root."""
        with self._lock:
            return self._identities.root_key(account_id)

    @contextmanager
    def writing(self, account_id: str) -> Iterator[iam.SandboxIam]:
        """Open the IAM of an account for a change.

        Raises:
            SandboxError: AWS would refuse the change.
        """
        with self._lock:
            try:
                yield iam.account_iam(account_id)
            except Refusal as refusal:
                message = f"{refusal.code}: {refusal.message}"
                raise SandboxError(message) from refusal
            except ServiceException as error:
                raise SandboxError(str(error)) from error
            finally:
                self._view.observe(account_id)

    def _seed_of(self, serial: str) -> str | None:
        with self._lock:
            for account_id in self._accounts():
                device = iam.account_iam(account_id).virtual_mfa_devices.get(serial)
                if device is not None:
                    return device.base32_string_seed
        return None


def _reset_moto() -> None:
    BackendDict.reset()
    reset_model_data()
