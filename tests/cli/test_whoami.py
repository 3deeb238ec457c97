"""``rolecall whoami``: whose credentials there are, and whose a key is."""

import json

import pytest
from tests.cli.conftest import Served

CI = "arn:aws:iam::111111111111:user/ci"


@pytest.mark.shows("GetAccessKeyInfo", "performed")
@pytest.mark.shows("GetCallerIdentity", "performed")
def test_whoami(served: Served) -> None:
    """A line for each caller; and the account of a key, for who may ask."""
    done = served.rolecall("whoami", "--caller", "tools", "--caller", "ambient")
    key = served.rolecall("whoami", "--key", served.environment["AWS_ACCESS_KEY_ID"])

    assert done.stdout.splitlines()[0] == f"tools    111111111111  {CI}"
    assert done.stdout.splitlines()[1].startswith("ambient  222222222222  arn:aws:iam::222222222222:")
    assert (key.returncode, key.stdout) == (0, "222222222222\n")


def test_whoami_for_programs(served: Served) -> None:
    """JSON has each caller by its name."""
    done = served.rolecall("whoami", "--caller", "tools", "--json")

    told = json.loads(done.stdout)
    assert (told["tools"]["arn"], told["tools"]["account"]) == (CI, "111111111111")


def test_an_unknown_caller_is_bad_input(served: Served) -> None:
    """2, with the profile that may be meant."""
    done = served.rolecall("whoami", "--caller", "tool")

    assert (done.returncode, done.stdout) == (2, "")
    assert 'there is no profile "tool". Perhaps "tools" is meant.' in done.stderr


def test_a_key_that_is_none_is_told(served: Served) -> None:
    """STS doesn't say whose it is: 3."""
    done = served.rolecall("whoami", "--key", "AKIAnonsense0000000!")

    assert (done.returncode, done.stdout) == (3, "")
    assert "AKIAnonsense0000000!: ValidationError" in done.stderr
