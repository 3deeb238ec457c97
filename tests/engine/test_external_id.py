"""An external ID that a stack makes once: the same after every `pulumi up`, hidden where it is a secret."""

import pytest
from tests.engine.harness import MakeStack

from rolecall.policy.formats import EXTERNAL_ID

pytestmark = pytest.mark.engine


def program(arguments: str, *, more: str = "") -> str:
    return f"""
import pulumi
import rolecall

made = rolecall.ExternalId("acme", {arguments})
role = rolecall.CrossAccountRole(
    "deploy", trusts=[{{"accounts": ["333333333333"], "external_ids": [made.value]}}], verify=False
)
pulumi.export("id", made.value)
pulumi.export("policy", role.trust_policy)
{more}
"""


def test_it_stays_the_same(stack: MakeStack) -> None:
    """A second up changes nothing, another prefix makes another one, and the trust policy follows."""
    deployed = stack(program('prefix="acme"'))
    deployed.up().ok()
    first = deployed.outputs()["id"]
    deployed.up("--expect-no-changes").ok()

    assert deployed.outputs()["id"] == first
    assert EXTERNAL_ID.accepts(first)
    assert first.startswith("acme-")
    assert first in deployed.outputs()["policy"]
    deployed.write(program('prefix="other"'))
    deployed.up().ok()
    assert deployed.outputs()["id"].startswith("other-")


def test_a_secret_one_is_nowhere_in_clear(stack: MakeStack) -> None:
    """Neither state nor output hold it, and the trust policy that has it is a secret as well."""
    show = 'made.value.apply(lambda value: open("told.txt", "w").write(value[::-1]))'
    deployed = stack(program("secret=True", more=show))
    deployed.up().ok()
    value = (deployed.project / "told.txt").read_text()[::-1]

    assert EXTERNAL_ID.accepts(value)
    assert deployed.leaks([value]) == []


def test_a_bad_prefix_ends_the_preview(stack: MakeStack) -> None:
    """It is told before anything is made."""
    done = stack(program('prefix="a b"')).preview().failed()

    assert "prefix: the external ID has a character at position 2" in done.output
