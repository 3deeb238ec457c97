"""Verifies any role, also one that was made elsewhere."""

from typing import Unpack

import pulumi
import pulumi_aws as aws

from rolecall.errors import Fault
from rolecall.policy import Arn

from .args import VerifyArgs
from .faults import gather, run_error
from .requirements import stack_requirements
from .role_verification import RoleVerification
from .settings import verify_spec
from .trust import require_met
from .values import has_outputs


def verify(
    role: aws.iam.Role | pulumi.Input[str],
    *,
    name: str | None = None,
    opts: pulumi.ResourceOptions | None = None,
    **settings: Unpack[VerifyArgs],
) -> RoleVerification:
    """Prove who can assume a role and who can't, wherever the role comes from.

    Args:
        role: a role of this program, whose trust policy counts as declared; or the ARN of any role, whose
            live trust policy is taken at its word, so that only a later change of it is noticed.
        name: Pulumi's name of the verification; the role's where it is left out, which an ARN that is an
            output doesn't have.
        opts: Pulumi's options.
        settings: callers, expectations, patience and gates: the fields of ``VerifyArgs``.

    Returns:
        The verification; what depends on its ``verified_arn`` waits for the proof.

    Raises:
        pulumi.RunError: with every fault that can be seen without AWS.
    """
    faults: list[Fault] = []
    resource_name = name or _name_of(role, faults)
    if not has_outputs(settings):
        gather(faults, lambda: verify_spec(settings, path=""))
    require = gather(faults, stack_requirements)
    subject = f'verification "{resource_name}"' if resource_name else "rolecall.verify"
    if faults:
        raise run_error(subject, faults)
    if isinstance(role, aws.iam.Role):
        return RoleVerification(
            resource_name,
            role_arn=role.arn,
            trust_policy=require_met(role.assume_role_policy, require, owner=role, subject=subject),
            verify=settings,
            require=require,
            nonce=role.unique_id,
            opts=opts,
        )
    return RoleVerification(resource_name, role_arn=role, verify=settings, require=require, opts=opts)


def _name_of(role: aws.iam.Role | pulumi.Input[str], faults: list[Fault]) -> str:
    if isinstance(role, aws.iam.Role):
        return role.pulumi_resource_name
    if isinstance(role, str):
        arn = gather(faults, lambda: Arn.parse(role, path="role"))
        return arn.name if arn is not None else ""
    faults.append(Fault("name", "is missing", "Give a name: a role's ARN that is an output has none yet."))
    return ""
