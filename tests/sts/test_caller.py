"""What a caller can tell about itself, and how it goes through other roles."""

from typing import Any

import pytest
from tests.sts.asking import REGION, caller

from rolecall.errors import ProbeError
from rolecall.policy import UNKNOWN
from rolecall.sandbox.world import World
from rolecall.sts import Defaults, open_without_keys
from rolecall.sts.caller import BotoCaller

CI_MAY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:user/ci"},
        "Action": "sts:AssumeRole",
    },
}


def hub(world: World) -> str:
    """A role with a path, through which CI goes to other accounts."""
    return world.sandbox.account("111111111111").role("hub", CI_MAY, path="/platform/").arn


def test_a_session_reads_the_path_of_its_role(world: World) -> None:
    """STS doesn't say it; IAM does, to whom may ask."""
    arn = hub(world)

    assert caller({"profile": "tools", "via": [arn]}).role_arn() == arn
    assert caller({"profile": "tools"}).role_arn() is None


def test_a_path_that_cannot_be_read_is_not_known(world: World) -> None:
    """That is no reason to stop: a prediction says then that it doesn't know."""
    chained = caller({"profile": "tools", "via": [hub(world)]})
    chained.identity(region=REGION)
    world.sandbox.account("111111111111").client("iam").delete_role(RoleName="hub")

    assert chained.role_arn() is None


def test_the_way_through_roles_is_as_recognisable_as_the_probes(world: World) -> None:
    """Alarm filters know the calls of a chain by the same user agent."""
    caller({"profile": "tools", "via": [hub(world)]}).identity(region=REGION)

    agents = [each.user_agent or "" for each in world.sandbox.calls if each.operation == "AssumeRole"]
    assert len(agents) == 1
    assert "rolecall/" in agents[0]


def test_a_users_session_may_carry_mfa(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """STS calls it by the user's own ARN, whether or not a code opened it; plain keys carry none."""
    keys = world.sandbox.client("sts", world.ci.credentials).get_session_token()["Credentials"]
    for name, member in (
        ("ACCESS_KEY_ID", "AccessKeyId"),
        ("SECRET_ACCESS_KEY", "SecretAccessKey"),
        ("SESSION_TOKEN", "SessionToken"),
    ):
        monkeypatch.setenv(f"OF_A_USER_{name}", keys[member])

    plain, session = caller({"profile": "tools"}), caller({"env": "OF_A_USER_"})
    through = caller({"profile": "tools", "via": [hub(world)]})
    found = [each.identity(region=REGION) for each in (plain, session, through)]
    assert [each.may_carry_mfa for each in found] == [False, True, False]
    assert found[0].arn == found[1].arn


def test_what_cannot_be_read_of_oneself_is_unknown() -> None:
    """Reading one's own side raises nothing: where it fails, that side isn't known."""

    def gone() -> Any:
        raise ProbeError("the token file is gone.")

    lost = BotoCaller(name="lost", keys=gone)
    assert lost.own_side().identity_policies is UNKNOWN
    assert lost.role_arn() is None


@pytest.mark.usefixtures("world")
def test_settings_that_cannot_be_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers with a token need no profile, but a wrong one is no reason for an error of boto3."""
    monkeypatch.setenv("AWS_PROFILE", "gone")
    with pytest.raises(ProbeError, match="gone"):
        open_without_keys(Defaults(region=REGION))
