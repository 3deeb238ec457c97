"""Which endpoint of STS is asked: the region's, unless botocore's own settings say otherwise."""

import pytest
from tests.sandbox.helpers import trusting

from rolecall import sts
from rolecall.sandbox.world import World
from rolecall.verification import Surroundings, Verdict, read_verify, verify_role

FIPS, DUAL_STACK = {"AWS_USE_FIPS_ENDPOINT": "true"}, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}
LEGACY = {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}


@pytest.mark.parametrize(
    ("region", "settings", "url"),
    [
        ("eu-central-1", {}, "https://sts.eu-central-1.amazonaws.com"),
        ("aws-global", {}, "https://sts.amazonaws.com"),
        ("eu-central-1", LEGACY, "https://sts.amazonaws.com"),
        ("us-east-2", FIPS, "https://sts-fips.us-east-2.amazonaws.com"),
        ("us-east-2", DUAL_STACK, "https://sts.us-east-2.api.aws"),
        ("us-east-2", FIPS | DUAL_STACK, "https://sts-fips.us-east-2.api.aws"),
        ("us-gov-west-1", FIPS, "https://sts.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", {}, "https://sts.cn-north-1.amazonaws.com.cn"),
        ("cn-north-1", DUAL_STACK, "https://sts.cn-north-1.api.amazonwebservices.com.cn"),
    ],
)
def test_where_a_region_is_asked(
    region: str, settings: dict[str, str], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FIPS, dual-stack and the legacy global endpoint are botocore's settings, and hold here as elsewhere."""
    given = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_CONFIG_FILE": "/dev/null"}
    for name, value in (given | settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    assert sts.Credentials().keys().sts(region).meta.endpoint_url == url


def test_the_global_endpoint_is_a_region_of_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`aws-global` stands in `regions` beside others; each is asked, and its results name it."""
    role = world.workload.role("deploy", trusting(world.ci.arn))
    for name, value in world.environment(tmp_path_factory.mktemp("aws")).items():
        monkeypatch.setenv(name, value)
    spec = read_verify({"callers": [{"profile": "tools"}], "regions": ["aws-global", "eu-central-1"]})
    credentials = sts.Credentials()

    report = verify_role(
        role.arn,
        spec,
        callers=credentials.callers(spec.callers),
        owner=credentials.owner(),
        surroundings=Surroundings(run_id="1a2b3c4d"),
        default_region="us-east-1",
    )

    assert report.verdict is Verdict.PROVED
    assert [each.region for each in report.results] == ["aws-global", "eu-central-1"]
