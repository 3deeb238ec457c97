"""The texts by which a caller's tools get into a declared role, as outputs."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import pulumi

from rolecall.errors import DeclarationError
from rolecall.policy import parse
from rolecall.reports.access import Access, access_texts, read_access

from .faults import run_error

_ANY_ROLE: Final = "arn:aws:iam::000000000000:role/any"
_DEFAULT_LONGEST: Final = 3600


def texts_to_paste(
    caller: Mapping[str, Any],
    role_arn: pulumi.Output[str],
    trust_policy: pulumi.Output[str],
    *,
    longest: pulumi.Output[int | None],
    subject: str,
) -> pulumi.Output[Mapping[str, Any]]:
    """What ``CrossAccountRole.access`` answers.

    Args:
        caller: as the user wrote it; values may be outputs.
        role_arn: ARN of the role.
        trust_policy: its trust policy as JSON.
        longest: the role's longest session, in seconds.
        subject: what a fault is about.
    """
    declared = pulumi.Output.all(caller=caller, trust_policy=trust_policy, longest=longest)
    read = partial(_read, subject=subject)
    # A preview doesn't know the role's ARN, but shall tell the faults.
    checked = declared.apply(lambda known: (known, read(known, _ANY_ROLE))[0])
    return pulumi.Output.all(checked, role_arn).apply(lambda both: access_texts(read(*both)))


def _read(known: Mapping[str, Any], role_arn: str, *, subject: str) -> Access:
    policy = parse(known["trust_policy"])
    longest = int(known["longest"] or _DEFAULT_LONGEST)
    try:
        return read_access(known["caller"], policy, role_arn, longest=longest)
    except DeclarationError as error:
        raise run_error(f"access to {subject}", error.faults) from error
