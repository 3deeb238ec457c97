"""IAM as STS sees it: what was written a while ago, not yet what was written just now."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from moto.iam.models import Group, Role, User

from ..faults import Faults
from ..propagation import Vantage
from .backend import SandboxIam, SandboxUser, account_iam


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleView:
    """A role as it stood at some moment.

    Attributes:
        arn: with its path.
        name: without it.
        unique_id: the AROA… id.
        trust: the trust policy's text.
        max_session_duration: in seconds.
        tags: the role's own tags.
        documents: texts of all its identity policies.
        boundary: text of its permissions boundary.
    """

    arn: str
    name: str
    unique_id: str
    trust: str = field(repr=False)
    max_session_duration: int
    tags: tuple[tuple[str, str], ...]
    documents: tuple[str, ...] = field(repr=False)
    boundary: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserView:
    """A user as it stood at some moment; ``documents`` include those of its groups."""

    arn: str
    name: str
    unique_id: str
    tags: tuple[tuple[str, str], ...]
    documents: tuple[str, ...] = field(repr=False)
    boundary: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcProviderView:
    """An OpenID Connect provider as it stood at some moment.

    Attributes:
        arn: as trust policies name it.
        issuer: its URL.
        client_ids: the audiences that it takes; ``None`` for any.
        thumbprints: SHA-1 of the certificates that the issuer may show.
    """

    arn: str
    issuer: str
    client_ids: tuple[str, ...] | None
    thumbprints: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlProviderView:
    """A SAML provider as it stood at some moment, with its metadata document."""

    arn: str
    metadata: str = field(repr=False)


_View = RoleView | UserView | OidcProviderView | SamlProviderView


@dataclass(frozen=True, slots=True)
class _Version:
    since: datetime
    view: _View | None


class IamView:
    """Everything STS may know of IAM, with its history; used under the sandbox's lock."""

    def __init__(self, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._faults = faults
        self._clock = clock
        self._history: dict[str, dict[str, list[_Version]]] = {}
        self._calls = 0
        self._seen_from = Vantage("", 0)

    def arrive(self, region: str) -> None:
        """Begin a call: what is seen until the next one is what one server of the region's endpoint sees."""
        self._seen_from = self._faults.spread(region).vantage(region, self._calls)
        self._calls += 1

    def clear(self) -> None:
        """Forget everything, also how many calls there were: the same seed then gives the same answers."""
        self._history.clear()
        self._calls = 0
        self._seen_from = Vantage("", 0)

    def observe(self, account_id: str) -> None:
        """Take note of what changed; to be called after every write to an account's IAM.

        Other accounts are looked at too: what is deleted here may stand in their trust policies.
        """
        for each in self._history.keys() | {account_id}:
            self._observe(each)

    def _observe(self, account_id: str) -> None:
        now = self._clock()
        history = self._history.setdefault(account_id, {})
        current = {view.arn: view for view in _views(account_iam(account_id))}
        for arn in history.keys() | current.keys():
            versions = history.setdefault(arn, [])
            view = current.get(arn)
            if not versions or versions[-1].view != view:
                versions.append(_Version(now, view))

    def role(self, account_id: str, arn: str) -> RoleView | None:
        """Return a role as STS sees it now; ``None`` where it sees none."""
        seen = None if self._faults.hidden(arn) else self._seen(account_id, arn)
        return seen if isinstance(seen, RoleView) else None

    def user(self, account_id: str, arn: str) -> UserView | None:
        """Return a user as STS sees it now; ``None`` where it sees none."""
        seen = self._seen(account_id, arn)
        return seen if isinstance(seen, UserView) else None

    def oidc_provider(self, account_id: str, arn: str) -> OidcProviderView | None:
        """Return an OpenID Connect provider as STS sees it now; ``None`` where it sees none."""
        seen = self._seen(account_id, arn)
        return seen if isinstance(seen, OidcProviderView) else None

    def saml_provider(self, account_id: str, arn: str) -> SamlProviderView | None:
        """Return a SAML provider as STS sees it now; ``None`` where it sees none."""
        seen = self._seen(account_id, arn)
        return seen if isinstance(seen, SamlProviderView) else None

    def _seen(self, account_id: str, arn: str) -> _View | None:
        now, spread = self._clock(), self._faults.spread(self._seen_from.region)
        versions = self._history.get(account_id, {}).get(arn, [])
        for number, version in reversed(list(enumerate(versions))):
            if version.since + spread.delay(f"{arn}/{number}", self._seen_from) <= now:
                return version.view
        return None


def _views(iam: SandboxIam) -> Iterator[_View]:
    for role in iam.roles.values():
        yield RoleView(
            arn=role.arn,
            name=role.name,
            unique_id=role.id,
            trust=role.assume_role_policy_document,
            max_session_duration=int(role.max_session_duration or 3600),
            tags=_tags(role.tags),
            documents=tuple(_documents(iam, role)),
            boundary=_boundary(iam, role.permissions_boundary_arn),
        )
    for user in iam.users.values():
        groups = iam.get_groups_for_user(user.name)
        holders: list[User | Group] = [user, *groups]
        documents = [text for holder in holders for text in _documents(iam, holder)]
        boundary = user.permissions_boundary_arn if isinstance(user, SandboxUser) else None
        yield UserView(
            arn=user.arn,
            name=user.name,
            unique_id=user.id,
            tags=_tags(user.tags or []),
            documents=tuple(documents),
            boundary=_boundary(iam, boundary),
        )
    for provider in iam.open_id_providers.values():
        yield OidcProviderView(
            arn=provider.arn,
            issuer=f"https://{provider.url}",
            client_ids=tuple(provider.client_id_list),
            thumbprints=tuple(provider.thumbprint_list),
        )
    for saml in iam.saml_providers.values():
        # None is made without metadata.
        yield SamlProviderView(arn=saml.arn, metadata=saml.saml_metadata_document or "")


def _tags(tags: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((tag["Key"], tag["Value"]) for tag in tags))


def _documents(iam: SandboxIam, holder: Role | User | Group) -> Iterator[str]:
    yield from holder.policies.values()
    for policy_arn in holder.managed_policies:
        yield managed_document(iam, policy_arn)


def _boundary(iam: SandboxIam, policy_arn: str | None) -> str | None:
    return managed_document(iam, policy_arn) if policy_arn else None


def managed_document(iam: SandboxIam, policy_arn: str) -> str:
    """Return the text of a managed policy's default version."""
    policy = iam.get_policy(policy_arn)
    return next(v.document for v in policy.versions if v.version_id == policy.default_version_id)
