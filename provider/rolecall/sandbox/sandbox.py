"""The embedded AWS as its users hold it."""

import os
import re
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from rolecall.errors import SandboxError

from . import environment
from .account import Account, Setting
from .calls import Call, CallLog
from .clients import Clients
from .credentials import Credentials, Profile
from .faults import Faults
from .regions import partition_of
from .web_identity.issuers import Issuers

if TYPE_CHECKING:
    from .machinery import Machinery

_NO_PROFILES: Final[Mapping[str, Credentials | Profile]] = MappingProxyType({})
# moto keeps its state in modules, so a process holds one AWS at a time.
_only_one = threading.Lock()


def _machine_time() -> datetime:
    return datetime.now(UTC)


class Sandbox:
    """An AWS on ``127.0.0.1`` whose STS enforces trust policies, external IDs, MFA and signatures.

    A context manager; ``start`` and ``stop`` do the same by hand. One at a time in a process.

    Attributes:
        region: region of the clients and environments it makes.
        partition: the partition that the region, and so every account, is in, such as ``aws-us-gov``.
        faults: faults to ask for, at any moment.
        issuers: OpenID Connect issuers, and where those of programs are.
    """

    def __init__(
        self,
        *,
        region: str = "us-east-1",
        port: int = 0,
        clock: Callable[[], datetime] | None = None,
        authorize: bool = False,
    ) -> None:
        """Prepare a sandbox.

        Args:
            region: such as ``eu-central-1``.
            port: the TCP port; 0 for any free one.
            clock: gives the time in UTC by which sessions end, codes change and conditions are decided.
                Signatures go by the machine's clock, because clients sign by that one.
            authorize: let the caller's policies decide calls to all services, not to STS alone.

        Raises:
            SandboxError: the region is of a partition that is closed to the public.
        """
        try:
            self.partition = partition_of(region)
        except ValueError as error:
            message = (
                f"The sandbox imitates the partitions aws, aws-cn and aws-us-gov; {region} is in another."
            )
            raise SandboxError(message) from error
        self.region = region
        self.faults = Faults()
        self.issuers = Issuers(lambda: self.endpoint_url, clock or _machine_time)
        self._port = port
        self._authorize = authorize
        self._clock = clock or _machine_time
        self._calls = CallLog()
        self._accounts: dict[str, Account] = {}
        self._account_ids: frozenset[str] = frozenset()
        self._accounts_lock = threading.RLock()
        self._clients = Clients()
        self._machinery: Machinery | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Start serving.

        Raises:
            SandboxError: the extra ``sandbox`` is not installed, the port is taken, or a sandbox runs in this
                process.
        """
        if "MOTO_ACCOUNT_ID" in os.environ:
            raise SandboxError(
                "MOTO_ACCOUNT_ID puts all calls into one account. Unset it to use the sandbox."
            )
        if not _only_one.acquire(blocking=False):
            raise SandboxError(
                "A sandbox runs in this process already, and moto has room for one. Stop it first."
            )
        try:
            self._machinery = _machinery()(
                port=self._port,
                clock=self._clock,
                faults=self.faults,
                calls=self._calls,
                accounts=lambda: self._account_ids,
                issuers=self.issuers,
                region=self.region,
                partition=self.partition,
                authorize=self._authorize,
            )
        except BaseException:
            _only_one.release()
            raise
        return self

    def stop(self) -> None:
        """Stop serving and forget all accounts; does nothing where the sandbox doesn't run."""
        if self._machinery is None:
            return
        try:
            self._machinery.stop()
        finally:
            self._machinery = None
            self._forget()
            _only_one.release()

    def reset(self) -> None:
        """Forget accounts, sessions, calls and faults, and go on serving at the same address.

        Raises:
            SandboxError: it doesn't run.
        """
        self._running().reset()
        self._forget()

    @property
    def endpoint_url(self) -> str:
        """Where it listens, such as ``http://127.0.0.1:40123``.

        Raises:
            SandboxError: it doesn't run.
        """
        return f"http://127.0.0.1:{self._running().port}"

    @property
    def signin_url(self) -> str:
        """The federation endpoint, where temporary credentials are traded for a link into the console.

        Raises:
            SandboxError: it doesn't run.
        """
        return f"{self.endpoint_url}{environment.SIGN_IN_PATH}"

    @property
    def calls(self) -> list[Call]:
        """Every STS call served so far, oldest first; a copy."""
        return self._calls.snapshot()

    @property
    def secrets(self) -> frozenset[str]:
        """Every secret key, session token, MFA seed and job secret in it; for tests that look for leaks.

        Raises:
            SandboxError: it doesn't run.
        """
        return self._running().secrets()

    def encoded_denial(self, credentials: Credentials, *, action: str, resource: str = "*") -> str:
        """Return a message for DecodeAuthorizationMessage: why the holder of credentials may not do this.

        Args:
            credentials: whose policies decide.
            action: such as ``ec2:StartInstances``.
            resource: its ARN, or ``*``.

        Raises:
            SandboxError: the sandbox doesn't run, the credentials are no good, or their policies allow it.
        """
        return self._running().encoded_denial(credentials, action, resource, self.region)

    def context_assertion(self, keys: Mapping[str, str]) -> str:
        """Return a ``ContextAssertion`` for AssumeRole, as IAM Identity Center has them; good for an hour.

        Args:
            keys: the asserted condition keys, such as ``identitystore:UserId``, without
                ``sts:RequestContext/``.

        Raises:
            SandboxError: the sandbox doesn't run.
        """
        return self._running().context_assertion(keys)

    def forget_calls(self) -> None:
        """Start over with an empty list of calls."""
        self._calls.forget()

    def account(self, account_id: str) -> Account:
        """Return an account, made on first use, with an administrator.

        Raises:
            SandboxError: the sandbox doesn't run, or this is no account id.
        """
        machinery = self._running()
        if not re.fullmatch(r"\d{12}", account_id, re.ASCII):
            message = f'"{account_id}" is no account ID. An account ID has 12 digits.'
            raise SandboxError(message)
        with self._accounts_lock:
            if account_id not in self._accounts:
                self._account_ids |= {account_id}
                setting = Setting(machinery.writing, machinery.root_key, machinery.codes, self.client)
                self._accounts[account_id] = Account(account_id, setting)
            return self._accounts[account_id]

    def client(self, service: str, credentials: Credentials, *, region: str | None = None) -> Any:
        """Return a boto3 client of this sandbox; it does not retry, so that a fault asked for is seen.

        Raises:
            SandboxError: the sandbox doesn't run.
        """
        return self._clients.make(
            service, credentials, endpoint_url=self.endpoint_url, region=region or self.region
        )

    def environment(
        self,
        *,
        default: Credentials | None = None,
        profiles: Mapping[str, Credentials | Profile] = _NO_PROFILES,
        directory: Path,
    ) -> dict[str, str]:
        """Return the whole environment for a child process whose AWS is this sandbox.

        It is this process's environment without anything named ``AWS_…``, with what points to the sandbox.
        ``ROLECALL_SANDBOX`` is the address of the sandbox's own questions (``…/totp?serial=ARN``,
        ``…/calls``, ``…/faults``).

        Args:
            default: the ambient credentials; none where ``None``.
            profiles: profiles by name: keys, or a role to assume with another profile.
            directory: where the AWS configuration files are written, readable by their owner only.

        Raises:
            SandboxError: the sandbox doesn't run.
            OSError: the files can't be written.
        """
        return environment.build(
            inherited=os.environ,
            endpoint_url=self.endpoint_url,
            region=self.region,
            default=default,
            profiles=profiles,
            directory=directory,
        )

    def _forget(self) -> None:
        with self._accounts_lock:
            self._clients.close()
            self._accounts.clear()
            self._account_ids = frozenset()
        self.faults.clear()
        self.issuers.clear()
        self._calls.forget()

    def _running(self) -> "Machinery":
        if self._machinery is None:
            raise SandboxError("The sandbox doesn't run. Start it, or use it in a with statement.")
        return self._machinery


def _machinery() -> "type[Machinery]":
    """Load moto, which takes a quarter of a second and is an extra of the package."""
    try:
        from .machinery import Machinery  # noqa: PLC0415 - importing rolecall.sandbox must stay cheap
    except ImportError as error:
        message = f"The sandbox needs the extra sandbox ({error}). Run: pip install 'rolecall[sandbox]'"
        raise SandboxError(message) from error
    return Machinery
