"""CrossAccountRole.access without an engine: what it writes, and what it refuses to write."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from tests.resources.fakes import EXTERNAL_ID, ROLE

from rolecall import CrossAccountRole

Run = Callable[[Callable[[], Any]], Any]
Value = Callable[[pulumi.Output[Any]], Any]

TRUSTS = [
    {"accounts": ["111111111111"], "external_ids": [EXTERNAL_ID]},
    {"users": ["arn:aws:iam::111111111111:user/alice"], "requires_mfa": True},
]


def test_texts_follow_the_declaration(run: Run, value: Value) -> None:
    """Role, external ID and settings are those of the program; nothing is written twice by hand."""
    made = run(lambda: CrossAccountRole("deploy", trusts=TRUSTS).access(source_profile="tools"))

    assert value(made)["cli_profile"].splitlines() == [
        "[profile deploy]",
        f"role_arn = {ROLE}",
        "source_profile = tools",
        f"external_id = {EXTERNAL_ID}",
    ]


def test_each_trust_has_its_own(run: Run, value: Value) -> None:
    """``trust`` says by which entry the caller gets in; settings may be outputs."""

    def program() -> pulumi.Output[Any]:
        serial = pulumi.Output.from_input("arn:aws:iam::111111111111:mfa/alice")
        return CrossAccountRole("deploy", trusts=TRUSTS).access(trust=1, mfa_serial=serial)

    profile = value(run(program))["cli_profile"]
    assert "mfa_serial = arn:aws:iam::111111111111:mfa/alice" in profile
    assert "external_id" not in profile


@pytest.mark.parametrize("secret", [True, False])
def test_a_secret_external_id_makes_secret_texts(run: Run, value: Value, secret: bool) -> None:
    """They hold it, so they are as secret as it is."""

    def program() -> pulumi.Output[Any]:
        external_id = pulumi.Output.secret("s-1") if secret else "s-1"
        trusts = [{"accounts": ["111111111111"], "external_ids": [external_id]}]
        made = CrossAccountRole("deploy", trusts=trusts).access()
        return pulumi.Output.from_input(made.is_secret())

    assert value(run(program)) is secret


def test_all_faults_are_told_at_once(run: Run) -> None:
    """What can't be right ends the program, without a traceback, with all of it."""
    with pytest.raises(pulumi.RunError) as caught:
        run(
            lambda: CrossAccountRole("deploy", trusts=TRUSTS).access(
                trust=7, duration_seconds=7200, region="Ireland"
            )
        )

    assert 'access to role "deploy"' in str(caught.value)
    assert "there is no trust 7" in str(caught.value)
    assert "region" in str(caught.value)


def test_a_session_is_no_longer_than_the_role_allows(run: Run) -> None:
    """The role's own setting bounds what its callers may ask for."""
    with pytest.raises(pulumi.RunError, match="max_session_duration is 3600"):
        run(lambda: CrossAccountRole("deploy", trusts=TRUSTS).access(duration_seconds=7200))
