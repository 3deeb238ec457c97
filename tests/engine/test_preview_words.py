"""A preview says in words, at the resource, what a changed trust policy lets in and keeps out."""

from tests.engine.harness import MakeStack

PROGRAM = """
import rolecall

rolecall.CrossAccountRole("deploy", trusts=[{trust!r}], verify={{"callers": [{{"profile": "vendor"}}]}})
"""
STRICT = {"accounts": ["333333333333"], "external_ids": ["acme-3f1c9a0e7b52"]}
OPEN = {"accounts": ["333333333333"]}


def test_a_preview_tells_what_a_changed_trust_policy_lets_in(stack: MakeStack) -> None:
    """Dropping the external ID is told with a request that gets in; an unchanged policy is not mentioned."""
    deployed = stack(PROGRAM.format(trust=STRICT))
    assert "It newly lets in" not in deployed.up().ok().output
    assert "trust policy:" not in deployed.preview().ok().output

    deployed.write(PROGRAM.format(trust=OPEN))
    preview = deployed.preview().ok().output

    assert "trust policy: It newly lets in, for example, user arn:aws:iam::333333333333:user/x" in preview
    assert "acme-3f1c9a0e7b52" not in preview.replace("external_ids", "")
