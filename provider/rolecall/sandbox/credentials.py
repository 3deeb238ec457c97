"""Keys of the sandbox and the profiles that use them, with every secret kept out of ``repr``."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key; with ``session_token`` a temporary one."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A profile of the AWS configuration file that assumes a role with another profile's keys.

    Attributes:
        role_arn: the role to assume.
        source_profile: name of the profile whose keys assume it.
        external_id: sent along, where the role asks for one.
        mfa_serial: ARN of the MFA device whose code is asked for.
        role_session_name: 2 to 64 characters; the SDK makes one up where it is ``None``.
        duration_seconds: lifetime of the session, 900 to 43,200 seconds; the SDK's default where ``None``.
    """

    role_arn: str
    source_profile: str
    external_id: str | None = field(default=None, repr=False)
    mfa_serial: str | None = None
    role_session_name: str | None = None
    duration_seconds: int | None = None

    def settings(self) -> dict[str, str]:
        """Return the profile's lines in the AWS configuration file, as name and value."""
        chosen = {
            "role_arn": self.role_arn,
            "source_profile": self.source_profile,
            "external_id": self.external_id,
            "mfa_serial": self.mfa_serial,
            "role_session_name": self.role_session_name,
            "duration_seconds": self.duration_seconds,
        }
        return {name: str(value) for name, value in chosen.items() if value is not None}
