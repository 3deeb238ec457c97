"""The policies of a role, each with the name of the child resource that attaches it."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import Arn, PolicyKind

from .documents import compact, decoded, parsed
from .faults import gather, run_error
from .values import has_outputs, is_output

ManagedPolicies = Sequence[pulumi.Input[str] | aws.iam.Policy] | Mapping[str, pulumi.Input[str]]
"""ARNs or policies of the same program, or a dictionary of ARNs by name."""

InlinePolicies = Mapping[str, pulumi.Input[str | Mapping[str, Any]]]
"""Policy documents, as dictionaries or JSON text, by policy name."""

_ARN_REMEDY: Final = "Give the ARN of a managed policy: arn:aws:iam::ACCOUNT:policy/NAME."
_UNNAMED: Final = (
    'Give the aws.iam.Policy itself, or a dictionary that names it: {"deploy": policy_arn}. '
    "A place in the list would be no name: another order would replace attachments."
)


def managed_by_name(policies: ManagedPolicies | None, faults: list[Fault]) -> dict[str, pulumi.Input[str]]:
    """ARNs of managed policies by the name of the attachment, which never is a place in a list.

    Args:
        policies: as the user wrote them.
        faults: gets what is wrong with them.
    """
    if policies is None:
        return {}
    if isinstance(policies, Mapping):
        for name, arn in policies.items():
            check_policy_arn(arn, f"policies.{name}", faults)
        return dict(policies)
    if isinstance(policies, str) or not isinstance(policies, Sequence):
        faults.append(Fault("policies", "is no list", "Give a list of policy ARNs, or a dictionary of them."))
        return {}
    named: dict[str, pulumi.Input[str]] = {}
    for index, policy in enumerate(policies):
        path = f"policies[{index}]"
        if is_output(policy):
            faults.append(Fault(path, "is an output, which can't name its attachment", _UNNAMED))
            continue
        name, arn = _named(policy, path, faults)
        if name in named:
            faults.append(Fault(path, "is in the list twice", "Leave one of them out."))
        named[name] = arn
    return named


def inline_by_name(
    inline_policies: InlinePolicies | None, faults: list[Fault], *, subject: str
) -> dict[str, pulumi.Input[str]]:
    """Inline policies as JSON text by name; those that hold outputs are checked when these resolve.

    Args:
        inline_policies: as the user wrote them.
        faults: gets what is wrong with them.
        subject: what a fault that is found later is about.
    """
    texts: dict[str, pulumi.Input[str]] = {}
    for name, raw in (inline_policies or {}).items():
        path = f"inline_policies.{name}"
        if has_outputs(raw):
            texts[name] = pulumi.Output.from_input(raw).apply(partial(_text, path=path, subject=subject))
        else:
            texts[name] = gather(faults, partial(_checked, raw, path)) or ""
    return texts


def _named(policy: object, path: str, faults: list[Fault]) -> tuple[str, pulumi.Input[str]]:
    if isinstance(policy, aws.iam.Policy):
        return policy.pulumi_resource_name, policy.arn
    check_policy_arn(policy, path, faults)
    arn = str(policy)
    return f"{arn.rpartition('/')[2]}-{hashlib.sha256(arn.encode()).hexdigest()[:8]}", arn


def check_policy_arn(arn: object, path: str, faults: list[Fault]) -> None:
    """Adds a fault where a value, as far as it is known, isn't the ARN of a managed policy."""
    if is_output(arn):
        return
    if isinstance(arn, str):
        try:
            parsed = Arn.parse(arn)
        except DeclarationError:
            parsed = None
        if parsed is not None and parsed.service == "iam" and parsed.resource_type == "policy":
            return
    faults.append(Fault(path, f"{arn!r} isn't the ARN of a managed policy", _ARN_REMEDY))


def _checked(raw: object, path: str) -> str:
    """The compact JSON text of an identity policy that AWS would store.

    Raises:
        DeclarationError: AWS would refuse it.
    """
    parsed(raw, path, kind=PolicyKind.IDENTITY)
    return compact(decoded(raw, path))


def _text(raw: object, path: str, subject: str) -> str:
    faults: list[Fault] = []
    text = gather(faults, lambda: _checked(raw, path))
    if text is None:
        raise run_error(subject, faults)
    return text
