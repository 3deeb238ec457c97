"""Gets a caller's credentials from their source, and makes clients with them."""

import os
import platform
import shlex
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialResolver,
    Credentials,
    DeferredRefreshableCredentials,
    ProcessProvider,
)
from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import ProbeError
from rolecall.verification import CallerSource, SamlSource, SourceKind, TokenSource

from . import not_aws
from .errors import sentence_of
from .saml import Assertions, SamlProof
from .web_identity_tokens import Tokens

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient
    from types_boto3_sts import STSClient

_Made = TypeVar("_Made")

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 15
ATTEMPTS = 3
"""Tries of one call, by botocore: throttling, 5xx and broken connections only; a refusal is never retried."""
CONNECTIONS = 50
_NOTHING_ELSE = Config()
_UNSIGNED = Config(signature_version=UNSIGNED)
CHAIN_SESSION_NAME = "rolecall-chain"
_CHAIN = {"RoleSessionName": CHAIN_SESSION_NAME, "DurationSeconds": 900}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What applies where a source doesn't say: the stack's ``aws:profile`` and ``aws:region``."""

    profile: str | None = None
    region: str | None = None


def client_config() -> Config:
    """The settings of every client: recognisable, patient with throttling, not with silence."""
    return Config(
        user_agent=_user_agent(),
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        max_pool_connections=CONNECTIONS,
    )


@cache
def _user_agent() -> str:
    """Names rolecall and what it stands on; put together once, where botocore does it twice for each call."""
    names = (
        f"rolecall/{version('rolecall')}",
        f"Boto3/{boto3.__version__}",
        f"Botocore/{botocore.__version__}",
    )
    return f"{' '.join(names)} Python/{platform.python_version()} ({platform.system()})"


def default_region(defaults: Defaults = Defaults()) -> str:
    """The region of calls for which nothing else is said; ``us-east-1`` where nothing says anything."""
    if defaults.region:
        return defaults.region
    try:
        return boto3.Session(profile_name=defaults.profile).region_name or "us-east-1"
    except BotoCoreError as error:
        raise ProbeError(sentence_of(error)) from error


@dataclass(slots=True)
class Keys:
    """One set of credentials with the clients that use it; shared by all threads.

    Attributes:
        session: a boto3 session that finds the credentials. A session takes 40 ms and 8 MB to make and a
            client on it 2 ms, so temporary credentials share the session of the keys that asked for them.
        region: region of the IAM client and of chains.
        token: temporary credentials in place of the session's own, as keyword arguments of ``client``.
        signs: whether calls are signed; those that show a token of an identity provider aren't.
    """

    session: boto3.Session
    region: str
    token: Mapping[str, str] = field(default_factory=dict, repr=False)
    signs: bool = True
    _made: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)
    _making: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def sts(self, region: str) -> "STSClient":
        """The STS client for a region's endpoint."""
        client: STSClient = self.client("sts", region)
        return client

    def iam(self) -> "IAMClient":
        """The IAM client."""
        client: IAMClient = self.client("iam", self.region)
        return client

    def client(self, service: str, region: str) -> Any:
        """A client of any service, by boto3's name."""
        return self.once((service, region), lambda: self._client(service, region))

    def once(self, what: tuple[str, str], make: Callable[[], _Made]) -> _Made:
        """What is made the first time that it is asked for, and shared by all who ask; they wait for it.

        Args:
            what: its kind, and its region.
            make: makes it; what it raises is raised here, and the next one to ask tries again.
        """
        if what not in self._made:
            with self._making:  # boto3's sessions can't make two clients at once
                if what not in self._made:
                    self._made[what] = make()
        made: _Made = self._made[what]
        return made

    def _client(self, service: str, region: str) -> Any:
        make: Any = self.session.client
        unsigned = _NOTHING_ELSE if self.signs else _UNSIGNED
        config = client_config().merge(unsigned)
        client = make(service, region_name=region, config=config, **self.token)
        not_aws.watch(client, service)
        return client


def open_keys(source: CallerSource | None, defaults: Defaults) -> Keys:
    """Credentials from a source; ``None`` for boto3's default chain.

    Raises:
        ProbeError: the source has none, with the way out.
    """
    try:
        session = _session(source, defaults)
        region = defaults.region or session.region_name or "us-east-1"
        via = source.via if source is not None else ()
        if source is not None and source.web_identity is not None:
            session, via = _by_token(source.web_identity, via[0], region), via[1:]
        elif source is not None and source.saml is not None:
            session, via = _by_assertion(source.saml, via[0], region), via[1:]
        for role_arn in via:
            session = _through(session, role_arn, region)
    except (BotoCoreError, ClientError) as error:
        raise ProbeError(sentence_of(error)) from error
    return Keys(session, region)


def open_without_keys(defaults: Defaults) -> Keys:
    """A session that signs nothing, for callers that show a token of an identity provider.

    Raises:
        ProbeError: the AWS settings of this process can't be read.
    """
    try:
        return Keys(boto3.Session(), default_region(defaults), signs=False)
    except BotoCoreError as error:
        raise ProbeError(sentence_of(error)) from error


def is_session(keys: Keys) -> bool:
    """Whether credentials are temporary themselves, which limits what STS gives for them.

    Raises:
        ProbeError: there are none.
    """
    try:
        found = keys.session.get_credentials()
        if found is None:
            raise ProbeError("no credentials were found. Set them up, or name another caller.")
        return found.get_frozen_credentials().token is not None
    except (BotoCoreError, ClientError) as error:
        raise ProbeError(sentence_of(error)) from error


def with_token(keys: Keys, given: Mapping[str, Any]) -> Keys:
    """Temporary credentials, as an STS answer holds them, in place of the keys that asked for them."""
    token = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    return Keys(keys.session, keys.region, token)


def _session(source: CallerSource | None, defaults: Defaults) -> boto3.Session:
    if source is None or source.kind is SourceKind.AMBIENT:
        return boto3.Session(profile_name=defaults.profile)
    if source.kind in {SourceKind.WEB_IDENTITY, SourceKind.SAML}:
        return boto3.Session()
    if source.kind is SourceKind.PROFILE:
        return boto3.Session(profile_name=source.profile)
    if source.kind is SourceKind.ENV:
        return _from_environment(source.env)
    return _from_command(source.command)


def _from_environment(prefix: str) -> boto3.Session:
    key, secret = f"{prefix}ACCESS_KEY_ID", f"{prefix}SECRET_ACCESS_KEY"
    missing = [name for name in (key, secret) if not os.environ.get(name)]
    if missing:
        raise ProbeError(f"{' and '.join(missing)} isn't set. Export it, or name another source.")
    return boto3.Session(
        aws_access_key_id=os.environ[key],
        aws_secret_access_key=os.environ[secret],
        aws_session_token=os.environ.get(f"{prefix}SESSION_TOKEN"),
    )


def _from_command(command: tuple[str, ...]) -> boto3.Session:
    profiles = {"profiles": {"rolecall": {"credential_process": shlex.join(command)}}}
    provider = ProcessProvider("rolecall", load_config=lambda: profiles)
    return _with_provider(provider)


def _with_provider(provider: Any) -> boto3.Session:
    core = botocore.session.Session()
    core.register_component("credential_provider", CredentialResolver([provider]))
    return boto3.Session(botocore_session=core)


@dataclass(slots=True)
class _Fixed:
    """A credential provider that holds credentials made elsewhere."""

    credentials: Credentials
    METHOD: str = "rolecall-chain"
    CANONICAL_NAME: str | None = None

    def load(self) -> Credentials:
        return self.credentials


def _clients(region: str) -> Callable[..., Any]:
    """What botocore's fetchers of credentials make their clients with: settings like those of all others."""
    core = botocore.session.Session()

    def make(service: str, *, config: Config = _NOTHING_ELSE, **settings: Any) -> Any:
        whole = client_config().merge(config)
        client = core.create_client(service, region_name=region, config=whole, **settings)
        not_aws.watch(client, service)
        return client

    return make


def _through(session: boto3.Session, role_arn: str, region: str) -> boto3.Session:
    """The session of a role assumed with another session's credentials; renews itself."""
    source = session.get_credentials()
    if source is None:
        raise ProbeError("no credentials were found to assume the first role of the chain with.")
    fetcher = AssumeRoleCredentialFetcher(_clients(region), source, role_arn, extra_args=_CHAIN)
    return _with_provider(_Fixed(DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")))


def _by_token(source: TokenSource, role_arn: str, region: str) -> boto3.Session:
    """The session of a role that a web identity token opens; renews itself."""
    fetcher = AssumeRoleWithWebIdentityCredentialFetcher(
        _clients(region), Tokens(source=source).token, role_arn, extra_args=_CHAIN
    )
    return _with_provider(_Fixed(DeferredRefreshableCredentials(fetcher.fetch_credentials, "web-identity")))


def _by_assertion(source: SamlSource, role_arn: str, region: str) -> boto3.Session:
    """The session of a role that a SAML assertion opens; renews itself where its source gives new ones."""
    proof, make = SamlProof(Assertions(source=source)), _clients(region)

    def renew() -> dict[str, str]:
        sts = make("sts", config=_UNSIGNED)
        given = sts.assume_role_with_saml(**proof.parameters(role_arn))["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    return _with_provider(_Fixed(DeferredRefreshableCredentials(renew, "assume-role-with-saml")))
