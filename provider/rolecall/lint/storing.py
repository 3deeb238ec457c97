"""Rules on what AWS refuses to store: each kind of fault by its name."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any, Final

from rolecall.errors import Fault
from rolecall.policy import OPERATORS

from .model import Found, Rule, Severity, allow, example
from .subject import Subject

_PRINCIPAL_PAGE: Final = "AWS JSON policy elements: Principal"
_GRAMMAR_PAGE: Final = "Grammar of the IAM JSON policy language"
_CI: Final = "arn:aws:iam::111111111111:role/ci"

_Kind = Callable[[object, Fault], bool]


def _at(document: object, pointer: str) -> object:
    """What stands at a JSON pointer; ``None`` where nothing does."""
    here = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, Mapping):
            here = here.get(name)
        elif (
            isinstance(here, Sequence)
            and not isinstance(here, str)
            and name.isdigit()
            and int(name) < len(here)
        ):
            here = here[int(name)]
        else:
            return None
    return here


def _bare_wildcard(document: object, fault: Fault) -> bool:
    return fault.path.endswith("/Principal") and _at(document, fault.path) == "*"


def _element(names: Sequence[str], _document: object, fault: Fault) -> bool:
    return (
        fault.path.rpartition("/")[2] in names
        and re.fullmatch(r"/Statement(/\d+)?/\w+", fault.path) is not None
    )


def _partial_wildcard(document: object, fault: Fault) -> bool:
    found = _at(document, fault.path)
    values = found if isinstance(found, list) else [found]
    return "/Principal/" in fault.path and any(
        isinstance(each, str) and re.search(r"[*?]", each) for each in values
    )


def _operator(_document: object, fault: Fault) -> bool:
    return re.fullmatch(r"/Statement(/\d+)?/Condition/[^/]+", fault.path) is not None


_KINDS: Final[Mapping[str, _Kind]] = {
    "principal-bare-wildcard": _bare_wildcard,
    "not-principal": partial(_element, ("NotPrincipal",)),
    "resource-in-trust-policy": partial(_element, ("Resource", "NotResource")),
    "principal-partial-wildcard": _partial_wildcard,
    "unknown-operator": _operator,
}
"""How to tell the kinds of faults apart that have a name; the others are of ``malformed-policy``."""


def _of_kind(kind: str, subject: Subject) -> Iterator[Found]:
    for fault in subject.faults:
        if kind == next((name for name, is_of in _KINDS.items() if is_of(subject.document, fault)), _OTHER):
            problem = f"AWS refuses to store this: {fault.problem}."
            yield Found(fault.path, problem, f"{_remedy(kind, fault).removesuffix('.')}.")


_OTHER: Final = "malformed-policy"


def _remedy(kind: str, fault: Fault) -> str:
    if kind != "unknown-operator":
        return fault.remedy
    written = fault.path.rpartition("/")[2].rpartition(":")[2]
    near = get_close_matches(written, OPERATORS, n=1)
    return f"Perhaps {near[0]} is meant" if near else fault.remedy


def _statement(**elements: Any) -> dict[str, Any]:
    return {**allow(_CI), **elements}


_GOOD: Final = example(allow(_CI))


def _rule(kind: str, title: str, why: str, page: str, statement: Mapping[str, Any]) -> Rule:
    return Rule(
        id=kind,
        severity=Severity.ERROR,
        title=title,
        why=why,
        page=page,
        check=partial(_of_kind, kind),
        bad=example(statement),
        good=_GOOD,
    )


RULES: Final = (
    _rule(
        "principal-bare-wildcard",
        'The bare "Principal": "*"',
        'A trust policy names kinds of principals; everyone with AWS credentials is {"AWS": "*"}.',
        _PRINCIPAL_PAGE,
        _statement(Principal="*"),
    ),
    _rule(
        "not-principal",
        "NotPrincipal",
        "A trust policy takes no NotPrincipal, not even with Deny.",
        "AWS JSON policy elements: NotPrincipal",
        {"Effect": "Deny", "NotPrincipal": {"AWS": _CI}, "Action": "sts:AssumeRole"},
    ),
    _rule(
        "resource-in-trust-policy",
        "Resource in a trust policy",
        "A trust policy belongs to its role, which is the resource.",
        "How to use trust policies with IAM roles",
        _statement(Resource="*"),
    ),
    _rule(
        "principal-partial-wildcard",
        "Wildcard within a principal",
        "A principal is named in full, or is everyone; patterns go into a condition on aws:PrincipalArn.",
        _PRINCIPAL_PAGE,
        _statement(Principal={"AWS": "arn:aws:iam::111111111111:role/*"}),
    ),
    _rule(
        "unknown-operator",
        "Operator that doesn't exist",
        "Operators have to be spelt as AWS does, letter case included.",
        "IAM JSON policy elements: Condition operators",
        _statement(Condition={"StringEqual": {"sts:ExternalId": "acme-3f1c9a0e7b52"}}),
    ),
    _rule(
        _OTHER,
        "Policy that AWS refuses",
        "Everything else that the grammar of the policy language, or IAM's own checks, exclude.",
        _GRAMMAR_PAGE,
        _statement(Effect="allow"),
    ),
)
