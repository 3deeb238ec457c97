"""`pulumi up` of a role for single sign-on: proved by a response of the identity provider."""

import sys
from pathlib import Path
from typing import Any

import pytest
from tests.engine.harness import MakeStack

from rolecall.sandbox.saml.idp import SamlIdentityProvider
from rolecall.sandbox.world import WORKLOAD_ACCOUNT, World

pytestmark = pytest.mark.engine

ENTITY_ID = "https://idp.example.com/saml"
ROLE = f"arn:aws:iam::{WORKLOAD_ACCOUNT}:role/sso"
PROVIDER = f"arn:aws:iam::{WORKLOAD_ACCOUNT}:saml-provider/corp"

PROGRAM = """
import pulumi
import pulumi_aws as aws
import rolecall

corp = aws.iam.SamlProvider("corp", name="corp", saml_metadata_document=METADATA, tags={"team": "ops"})
callers = [
    {**source, "saml": {"provider_arn": corp.arn, "command": [*SIGN_ON, subject, OFFERED]}}
    for subject, source in SUBJECTS.items()
]
sso = rolecall.CrossAccountRole(
    "sso",
    trusts=[{"provider_arn": corp.arn, "session_tags": {"team": ["ops"]}, "saml_claims": CLAIMS}],
    policies=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    verify={"callers": callers},
)
pulumi.export("verdict", sso.verdict)
pulumi.export("level", sso.level)
pulumi.export("probes", sso.probes)
"""

COLLEAGUE, GUEST = {"name": "colleague"}, {"name": "guest", "expect": "denied"}


@pytest.fixture
def program(tmp_path: Path) -> Any:
    """Return a maker of the program, by the claims that its trust asks for."""
    key = tmp_path / "idp.pem"
    idp = SamlIdentityProvider.new(ENTITY_ID)
    key.write_bytes(idp.to_pem())
    sign_on = [sys.executable, "-m", "rolecall.cli", "sandbox", "sign-on", "--key", str(key)]

    def make(claims: dict[str, list[str]]) -> str:
        settings = {
            "METADATA": idp.metadata,
            "SIGN_ON": [*sign_on, "--entity-id", ENTITY_ID, "--tag", "team=ops", "--subject"],
            "OFFERED": f"{ROLE},{PROVIDER}",
            "SUBJECTS": {"s-colleague": COLLEAGUE, "s-guest": GUEST},
            "CLAIMS": claims,
        }
        return "\n".join(f"{name} = {value!r}" for name, value in settings.items()) + PROGRAM

    return make


@pytest.mark.shows("AssumeRoleWithSAML", "declared", "performed")
def test_a_colleague_proves_the_role(stack: MakeStack, world: World, program: Any) -> None:
    """The colleague's response opens the role; a guest's, and one with a broken signature, don't."""
    deployed = stack(program({"sub": ["s-colleague"]}))
    deployed.up().ok()

    outputs = deployed.outputs()
    assert (outputs["verdict"], outputs["level"]) == ("proved", "live")
    assert {
        (probe["caller"], probe["kind"]): (probe["verdict"], probe.get("code"), probe.get("enforced_by"))
        for probe in outputs["probes"]
    } == {
        ("colleague", "as-declared"): ("proved", None, None),
        ("colleague", "signature-broken"): ("proved", "InvalidIdentityToken", "provider"),
        ("guest", "stranger"): ("proved", "AccessDenied", "trust"),
    }
    assert {call.operation for call in world.sandbox.calls if call.role_arn} == {"AssumeRoleWithSAML"}
    (provider,) = world.workload.client("iam").list_saml_providers()["SAMLProviderList"]
    assert provider["Arn"] == PROVIDER
    deployed.up("--expect-no-changes").ok()
    deployed.refresh("--expect-no-changes").ok()


def test_a_trust_that_is_too_wide_is_refuted(stack: MakeStack, world: World, program: Any) -> None:
    """Everybody with a lasting name gets in, guests too: up fails with a sentence and attaches nothing."""
    deployed = stack(program({"sub_type": ["persistent"]}))

    done = deployed.up().failed()

    assert "guest" in done.output
    assert "got in" in done.output
    assert "SignatureValue" not in done.output
    attached = world.workload.client("iam").list_attached_role_policies(RoleName="sso")
    assert attached["AttachedPolicies"] == []
