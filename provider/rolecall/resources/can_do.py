"""What a role's sessions can do, which is proved once the role has its policies."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import pulumi

from rolecall.verification import Verdict

from .args import VerifyArgs
from .role_verification import RoleVerification

_OF_THE_TRUST: Final = ("expect", "require")
"""What the proof of the trust policy settles, and that of the permissions doesn't repeat."""


def of_trust(verify: Mapping[str, Any]) -> VerifyArgs:
    """The settings of the proof that comes before the policies: a session can do nothing yet."""
    return cast("VerifyArgs", {name: value for name, value in verify.items() if name != "can_do"})


def prove_can_do(
    resource_name: str,
    verify: Mapping[str, Any],
    *,
    role_arn: pulumi.Input[str],
    trust_policy: pulumi.Input[str],
    policies: Mapping[str, pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> RoleVerification:
    """The proof that comes after the policies; another policy makes the next run prove again.

    Args:
        resource_name: Pulumi's name of the role.
        verify: its settings, with ``can_do``.
        role_arn, trust_policy: of the role.
        policies: ARNs and documents of its policies, by the names of the resources that attach them.
        opts: depends on these resources.
    """
    kept = {name: value for name, value in verify.items() if name not in _OF_THE_TRUST}
    return RoleVerification(
        f"{resource_name}-can-do",
        role_arn=role_arn,
        trust_policy=trust_policy,
        verify=cast("VerifyArgs", {**kept, "denied_probes": "off"}),
        nonce=pulumi.Output.all(**policies).apply(_digest),
        opts=opts,
    )


def worst(verdicts: Sequence[str | None]) -> str | None:
    """The worst of some verdicts; ``None`` where there is none."""
    order = list(Verdict)
    return max((Verdict(each) for each in verdicts if each), key=order.index, default=None)


def joined(probes: Sequence[Sequence[Mapping[str, Any]] | None]) -> Sequence[Mapping[str, Any]]:
    """The probes of several proofs, of which one may have none."""
    return [each for some in probes for each in some or ()]


def _digest(policies: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(policies, sort_keys=True).encode()).hexdigest()[:16]
