"""Short ways to ask STS as a caller, and to read what a verification found."""

from collections.abc import Mapping
from typing import Any

from rolecall.sts import Credentials
from rolecall.verification import (
    Call,
    Caller,
    RoleReport,
    Surroundings,
    read_caller,
    read_verify,
    verify_role,
)

REGION = "us-east-1"


def caller(raw: Mapping[str, object]) -> Caller:
    """Return a caller by its source."""
    source = read_caller(raw, path="caller")
    return Credentials().callers([source])[source.name]


def call(role_arn: str, **changes: Any) -> Call:
    """Return the parameters of a call."""
    return Call(role_arn=role_arn, session_name="rolecall-test", **changes)


def verify(role_arn: str, *callers: Mapping[str, object]) -> RoleReport:
    """Verify a role of the workload account by its owner."""
    spec = read_verify({"callers": callers, "owner": {"profile": "workload"}})
    credentials = Credentials()
    return verify_role(
        role_arn,
        spec,
        callers=credentials.callers(spec.callers),
        owner=credentials.owner(spec.owner),
        surroundings=Surroundings(run_id="0a1b2c3d"),
        default_region=REGION,
    )


def seen(report: RoleReport) -> dict[tuple[str, str], tuple[str, str | None, str | None]]:
    """Return verdict, code and refusing side of each probe, by caller and kind."""
    return {(each.caller, each.kind): (each.verdict, each.code, each.enforced_by) for each in report.results}
