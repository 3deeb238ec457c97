"""What a token or an assertion of an identity provider puts into the session that it opens."""

from collections.abc import Mapping
from dataclasses import dataclass

from .request import ContextValue


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClaims:
    """Tags and source identity of a session ("Pass session tags in AWS STS").

    Attributes:
        tags: session tags.
        transitive_tag_keys: those that follow into further sessions, as written.
        source_identity: the source identity; ``None`` where there is none.
    """

    tags: Mapping[str, str]
    transitive_tag_keys: tuple[str, ...]
    source_identity: str | None

    def keys(self) -> dict[str, ContextValue]:
        """The condition keys of the request that they fill in."""
        keys: dict[str, ContextValue] = {f"aws:RequestTag/{key}": value for key, value in self.tags.items()}
        if self.tags:
            keys["aws:TagKeys"] = list(self.tags)
        if self.transitive_tag_keys:
            keys["sts:TransitiveTagKeys"] = list(self.transitive_tag_keys)
        if self.source_identity is not None:
            keys["sts:SourceIdentity"] = self.source_identity
        return keys
