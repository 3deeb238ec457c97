"""What is known of a caller's way into a role, ready to be written down for a tool."""

from collections.abc import Sequence
from dataclasses import dataclass

from rolecall.policy import WayIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One caller's way into one role.

    Attributes:
        name: what the profile or provider is to be called.
        role_arn: ARN of the role.
        way: what the caller sends; nothing in it is open.
        source_profile: the profile whose credentials assume the role; ``None`` for the tool's own.
        mfa_serial: the caller's MFA device.
        duration_seconds: how long the session is to last; ``None`` for the tool's default.
        region: the AWS region.
        token_file: the file that holds the OIDC provider's token.
    """

    name: str
    role_arn: str
    way: WayIn
    source_profile: str | None = None
    mfa_serial: str | None = None
    duration_seconds: int | None = None
    region: str | None = None
    token_file: str | None = None

    @property
    def settings(self) -> dict[str, str | None]:
        """What every tool sends of what the trust asks for, under STS's names in snake case."""
        way = self.way
        return {"role_arn": self.role_arn, "external_id": way.external_id, "session_name": way.session_name}


@dataclass(frozen=True, slots=True)
class Answer:
    """A text to paste, or why there is none.

    Attributes:
        text: ends without a line break; ``None`` where the tool can't get in.
        note: why there is none, or what else it takes; ``None`` where the text is all.
    """

    text: str | None = None
    note: str | None = None


def unable(access: Access, tool: str, fields: Sequence[str]) -> Answer | None:
    """The answer for a tool that can't send something that the trust asks for; ``None`` where it can.

    Args:
        access: the way in.
        tool: the subject of the note.
        fields: attributes of ``WayIn`` that the tool can't send.
    """
    asked = [name.replace("_", " ") for name in fields if getattr(access.way, name)]
    return Answer(note=f"{tool} can't send {' and '.join(asked)}") if asked else None
