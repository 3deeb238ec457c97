"""Turns ``--can-do`` and ``--cannot-do`` into entries of ``can_do``."""

import json
from collections.abc import Iterator, Sequence

from rolecall.errors import Fault
from rolecall.verification import Expectation


def entries(
    texts: Sequence[str], callers: Sequence[str], expect: Expectation, *, option: str, faults: list[Fault]
) -> Iterator[dict[str, object]]:
    """An entry for each call and caller.

    Args:
        texts: calls as they are typed: ``s3 list_buckets``, ``s3 head_object {"Bucket": "b", "Key": "k"}``.
        callers: names of those that make them.
        expect: what must come of them.
        option: where they were typed.
        faults: gets what is wrong with them.
    """
    for text in texts:
        service, _, rest = text.strip().partition(" ")
        operation, _, written = rest.strip().partition(" ")
        try:
            parameters = json.loads(written or "{}")
        except ValueError:
            parameters = None
        if not operation or not isinstance(parameters, dict):
            remedy = 'It looks like "s3 list_buckets" or "s3 list_objects_v2 {"Bucket": "name"}"'
            faults.append(Fault(option, f"{text!r} is no call to a service", remedy))
            continue
        for caller in callers:
            yield {
                "caller": caller,
                "service": service,
                "operation": operation,
                "parameters": parameters,
                "expect": expect,
            }
