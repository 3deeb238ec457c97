"""Tells what a changed trust policy newly lets in and keeps out, as soon as a preview knows both."""

from collections.abc import Mapping
from typing import Any, Final

from rolecall.guarantee import difference
from rolecall.policy import canonical_hash
from rolecall.reports import difference_sentences

from .declared import Declared, read_inputs

_SECRET_KEYS: Final = ("sts:ExternalId",)
"""Condition keys whose values may be secret: a provider isn't told which of its inputs are."""


def words_on_change(olds: Mapping[str, Any], declared: Declared) -> tuple[str, ...]:
    """Sentences on a trust policy that isn't the old one; none where it is, or either isn't known.

    Args:
        olds: the inputs of the last run; empty for a new resource.
        declared: the inputs of this run.

    Raises:
        DisagreementError: a defect of rolecall.
    """
    if not olds or declared.policy is None or declared.trust is None:
        return ()
    before = read_inputs(olds)
    if before.policy is None or before.trust is None:
        return ()
    if canonical_hash(before.trust) == canonical_hash(declared.trust):
        return ()
    found = difference(before.policy, declared.policy, role=declared.role_arn or None)
    told = difference_sentences(found, redact=_SECRET_KEYS)
    return tuple(f"trust policy: {before.redact(declared.redact(sentence))}" for sentence in told)
