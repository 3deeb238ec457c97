"""The trust policy of a declared role: from ``trusts`` or given whole, checked as soon as it is known."""

from typing import Any

import pulumi
import pulumi_aws as aws

from rolecall.errors import DeclarationError, Fault
from rolecall.guarantee import read_requirements
from rolecall.policy import build_trust_policy, check_size, parse, read_trusts
from rolecall.verification import BrokenRequirement

from .args import RequireArgs
from .documents import compact, decoded, parsed
from .faults import gather, run_error
from .redaction import Redaction
from .values import has_outputs, with_stand_ins

_TRUSTS, _CUSTOM = "trusts", "custom_role_trust_policy"


def early_faults(trusts: Any, custom: Any) -> list[Fault]:
    """What is wrong with a declaration as far as it is known before any output resolves.

    Args:
        trusts: as the user wrote them; ``None`` where a whole policy is given.
        custom: the whole policy, as a dictionary or JSON text; ``None`` where there are trusts.
    """
    faults: list[Fault] = []
    if (trusts is None) is (custom is None):
        remedy = f"Give exactly one of {_TRUSTS} and {_CUSTOM}."
        return [Fault(_TRUSTS, "is missing" if trusts is None else f"stands beside {_CUSTOM}", remedy)]
    if custom is not None:
        if not has_outputs(custom):
            gather(faults, lambda: trust_text(None, custom))
    elif has_outputs(trusts):
        gather(faults, lambda: read_trusts(with_stand_ins(trusts), path=_TRUSTS))
    else:
        gather(faults, lambda: trust_text(trusts, None))
    return faults


def trust_text(trusts: Any, custom: Any, *, partition: str = "aws") -> str:
    """The trust policy as compact JSON.

    Args:
        trusts: without outputs; ``None`` where a whole policy is given.
        custom: likewise.
        partition: of the accounts that are trusted.

    Raises:
        DeclarationError: AWS would refuse to store it, or it is over the quota; lists every fault.
    """
    if custom is not None:
        parsed(custom, _CUSTOM)
        text, path = compact(decoded(custom, _CUSTOM)), _CUSTOM
    else:
        checked = read_trusts(trusts, path=_TRUSTS)
        text, path = compact(build_trust_policy(checked, partition=partition)), _TRUSTS
    oversized = check_size(text, path=path)
    if oversized is not None:
        raise DeclarationError([oversized])
    return text


def require_met(
    trust_policy: pulumi.Input[str],
    require: RequireArgs | None,
    *,
    owner: pulumi.Resource,
    subject: str,
) -> pulumi.Output[str]:
    """A trust policy that meets the stack's requirements, as its preview already knows.

    Args:
        trust_policy: as JSON.
        require: the requirements; ``None`` where there are none, then AWS isn't asked for the account.
        owner: the resource through whose provider the account is looked up.
        subject: what an error is about.

    Returns:
        ``trust_policy``; it fails with a ``pulumi.RunError`` where a requirement is broken.
    """
    known = pulumi.Output.from_input(trust_policy)
    if require is None:
        return known
    account = aws.get_caller_identity_output(opts=pulumi.InvokeOptions(parent=owner)).account_id
    requirements = read_requirements(require, path="require")

    def met(text: str, account_id: str) -> str:
        role_arn = f"arn:aws:iam::{account_id}:role/any"  # only the account counts
        broken = requirements.broken(parse(text), role_arn)
        if broken:
            # What resolved may be secret.
            redact = Redaction.of(decoded(text, _CUSTOM))
            raise run_error(subject, [_fault(each, redact) for each in broken])
        return text

    return pulumi.Output.all(known, account).apply(lambda both: met(*both))


def _fault(broken: BrokenRequirement, redact: Redaction) -> Fault:
    problem = f'requirement "{broken.requirement}" is broken: {redact(broken.sentence)}'
    return Fault("", problem, "Correct the declaration, or the requirement.")
