"""A verification with this process's own AWS settings."""

from collections.abc import Mapping

from rolecall.sts import Credentials, default_region
from rolecall.verification import RoleReport, Surroundings, read_verify, verify_role


def verify(role_arn: str, raw: Mapping[str, object]) -> RoleReport:
    """What comes of it; ``raw`` is a ``verify`` as users write it."""
    spec = read_verify(raw)
    credentials = Credentials()
    return verify_role(
        role_arn,
        spec,
        callers=credentials.callers(spec.callers),
        owner=credentials.owner(),
        surroundings=Surroundings(run_id="0a1b2c3d"),
        default_region=default_region(),
    )
