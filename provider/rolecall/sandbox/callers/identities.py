"""Who a key belongs to: a user, an account's root, or a session that STS handed out."""

import hmac
import secrets
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from moto.iam.utils import generate_access_key_id_from_account_id

from rolecall.policy.request import ContextValue

from ..credentials import Credentials
from ..door.refusals import Refusal
from ..iam.backend import account_iam, home_partition

_SECRET_ALPHABET: Final = string.ascii_letters + string.digits + "+/"
_TOKEN_BYTES: Final = 320


class Kind(StrEnum):
    """What sort of principal signs a request."""

    ROOT = "root"
    USER = "user"
    ASSUMED_ROLE = "assumed role"
    FEDERATED_USER = "federated user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What temporary credentials carry with them.

    Attributes:
        issued_at: when STS made them, in UTC.
        expires_at: from when on they are refused, in UTC.
        mfa_at: when an MFA code was given for them; ``None`` where none was.
        policies: texts of the session policies.
        tags: session tags.
        transitive_tag_keys: those tags that follow into the next session, in lower case.
        source_identity: set once, kept through every further session.
        chained: whether session credentials asked for it.
        keys: condition keys that an identity provider's token or assertion left in it.
    """

    issued_at: datetime
    expires_at: datetime
    mfa_at: datetime | None = None
    policies: tuple[str, ...] = field(default=(), repr=False)
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: frozenset[str] = frozenset()
    source_identity: str | None = None
    chained: bool = False
    keys: Mapping[str, ContextValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The principal behind a signed request.

    Attributes:
        kind: what sort of principal it is.
        account_id: 12 digits.
        arn: as ``GetCallerIdentity`` tells it.
        user_id: as ``GetCallerIdentity`` tells it, and ``aws:userid``.
        entity_arn: ARN of the user, role or root whose policies count, and ``aws:PrincipalArn``.
        session: what temporary credentials carry; ``None`` for long-term keys.
    """

    kind: Kind
    account_id: str
    arn: str
    user_id: str
    entity_arn: str
    session: Session | None = None

    @property
    def partition(self) -> str:
        """The partition of its ARN, such as ``aws``."""
        return self.arn.split(":")[1]


@dataclass(frozen=True, slots=True)
class _Issued:
    credentials: Credentials
    identity: Identity


class Identities:
    """Every key of the sandbox; used under the sandbox's lock."""

    def __init__(self, accounts: Callable[[], frozenset[str]]) -> None:
        self._accounts = accounts
        self._issued: dict[str, _Issued] = {}

    def clear(self) -> None:
        """Forget every session and every root's key."""
        self._issued.clear()

    def secrets(self) -> frozenset[str]:
        """Return every secret key and session token that is there."""
        issued = (each.credentials for each in self._issued.values())
        temporary = {text for key in issued for text in (key.secret_access_key, key.session_token) if text}
        users = (user for account_id in self._accounts() for user in account_iam(account_id).users.values())
        return frozenset(temporary | {key.secret_access_key for user in users for key in user.access_keys})

    def issue(self, identity: Identity, *, least_bytes: int = 0) -> Credentials:
        """Make temporary credentials of a session, with a token of ``least_bytes`` or more."""
        longest = max(_TOKEN_BYTES, least_bytes)
        credentials = Credentials(
            access_key_id=_new_id(identity.account_id, "ASIA"),
            secret_access_key=_new_secret(),
            session_token=secrets.token_urlsafe(longest)[:longest],
        )
        self._issued[credentials.access_key_id] = _Issued(credentials, identity)
        return credentials

    def root_key(self, account_id: str) -> Credentials:
        """Make a long-term key of an account's root."""
        credentials = Credentials(_new_id(account_id, "AKIA"), _new_secret())
        self._issued[credentials.access_key_id] = _Issued(credentials, _root(account_id))
        return credentials

    def secret_of(self, access_key_id: str, session_token: str | None) -> str:
        """Return the secret that must have made a signature.

        Raises:
            Refusal: ``InvalidClientTokenId`` for a key that is not there, is inactive, or came with the wrong
                session token.
        """
        issued = self._issued.get(access_key_id)
        if issued is not None:
            if not _same_token(issued.credentials.session_token, session_token):
                raise _invalid_token()
            return issued.credentials.secret_access_key
        for _, key in self._user_keys(access_key_id):
            if key.status == "Active" and session_token is None:
                return key.secret_access_key
        raise _invalid_token()

    def identity_of(self, access_key_id: str, now: datetime) -> Identity:
        """Return whose key this is.

        Raises:
            Refusal: ``ExpiredToken`` for a session that is over, ``InvalidClientTokenId`` for one whose user
                is gone.
        """
        issued = self._issued.get(access_key_id)
        if issued is None:
            return next(identity for identity, _ in self._user_keys(access_key_id))
        session = issued.identity.session
        if session is not None and session.expires_at <= now:
            raise Refusal("ExpiredToken", "The security token included in the request is expired")
        if issued.identity.kind is Kind.USER and not self._has_user(issued.identity):
            raise _invalid_token()
        return issued.identity

    def _has_user(self, identity: Identity) -> bool:
        users = account_iam(identity.account_id).users.values()
        return any(user.id == identity.user_id for user in users)

    def _user_keys(self, access_key_id: str) -> Iterator[tuple[Identity, "_UserKey"]]:
        for account_id in self._accounts():
            for user in account_iam(account_id).users.values():
                for key in user.access_keys:
                    if key.access_key_id == access_key_id:
                        identity = Identity(
                            kind=Kind.USER,
                            account_id=account_id,
                            arn=user.arn,
                            user_id=user.id,
                            entity_arn=user.arn,
                        )
                        yield identity, _UserKey(key.secret_access_key, key.status)


@dataclass(frozen=True, slots=True)
class _UserKey:
    secret_access_key: str = field(repr=False)
    status: str


def account_of_key(access_key_id: str) -> str:
    """Return the account that an access key id of 20 characters holds within itself."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    number = 0
    for character in access_key_id[4:13]:
        number = number * 32 + digits.index(character)
    # 45 bits: a flag that is always set, then 40 bits of account number, then 4 bits of no meaning.
    return f"{(number >> 4) & (2**40 - 1):012d}"


def _root(account_id: str) -> Identity:
    arn = f"arn:{home_partition()}:iam::{account_id}:root"
    return Identity(kind=Kind.ROOT, account_id=account_id, arn=arn, user_id=account_id, entity_arn=arn)


def _new_id(account_id: str, prefix: str) -> str:
    return generate_access_key_id_from_account_id(account_id, prefix=prefix, total_length=20)


def _new_secret() -> str:
    return "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(40))


def _same_token(ours: str | None, theirs: str | None) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    return hmac.compare_digest(ours.encode(), theirs.encode())


def _invalid_token() -> Refusal:
    return Refusal("InvalidClientTokenId", "The security token included in the request is invalid.")
