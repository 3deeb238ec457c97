"""Rules on the document as a whole: its version and its size."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from rolecall.policy import check_size

from .model import Found, Rule, Severity, allow, example
from .subject import Subject

_VERSION_PAGE: Final = "IAM JSON policy elements: Version"
_CURRENT: Final = "2012-10-17"
_CI: Final = "arn:aws:iam::111111111111:role/ci"
_ALICE: Final = "arn:aws:iam::111111111111:user/alice"
_OWN_NAME: Final = {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}


def _no_version(subject: Subject) -> Iterator[Found]:
    if (
        subject.policy.statements
        and isinstance(subject.document, Mapping)
        and "Version" not in subject.document
    ):
        yield Found(
            "",
            "There is no Version, which means that of 2008, without policy variables.",
            f'Add "Version": "{_CURRENT}".',
        )


def _old_variables(subject: Subject) -> Iterator[Found]:
    if subject.policy.version == _CURRENT:
        return
    for _, test, pointer in subject.tests():
        if any("${" in value for value in test.values):
            yield Found(
                pointer,
                "Before version 2012-10-17, a policy variable is mere text, which no request has.",
                f'Write "Version": "{_CURRENT}".',
            )


def _too_big(subject: Subject) -> Iterator[Found]:
    if not isinstance(subject.document, Mapping) or not subject.policy.statements:
        return
    fault = check_size(json.dumps(subject.document), limit=subject.context.policy_quota, path="")
    if fault is not None:
        yield Found("", f"{fault.problem[:1].upper()}{fault.problem[1:]}.", f"{fault.remedy}.")


RULES: Final = (
    Rule(
        id="version-missing",
        severity=Severity.NOTE,
        title="No Version",
        why="A document without Version is read by the rules of 2008.",
        page=_VERSION_PAGE,
        check=_no_version,
        bad=example(allow(_CI), version=None),
        good=example(allow(_CI)),
    ),
    Rule(
        id="variables-in-old-version",
        severity=Severity.ERROR,
        title="Policy variables in an old version",
        why="Policy variables came with version 2012-10-17; before, ${…} is compared as text.",
        page=_VERSION_PAGE,
        check=_old_variables,
        bad=example(allow(_ALICE, _OWN_NAME), version="2008-10-17"),
        good=example(allow(_ALICE, _OWN_NAME)),
    ),
    Rule(
        id="policy-size",
        severity=Severity.ERROR,
        title="Trust policy over its quota",
        why="A trust policy has at most 2,048 characters, white space apart, unless AWS raised that.",
        page="IAM and AWS STS quotas",
        check=_too_big,
        bad=example(allow([f"{number:012d}" for number in range(1, 151)])),
        good=example(allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
    ),
)
