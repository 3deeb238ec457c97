"""Rules on services: for whom do they act."""

from collections.abc import Iterator
from typing import Final

from .entry import Asker, alone, way_in
from .model import Found, Rule, Severity, allow, example
from .subject import ASSUME_ROLE, Sort, Subject, entries_of, principal_pointer, sort_of

_SOURCES: Final = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
_ELSEWHERE: Final = "999999999999"

# They hand the role to compute of its own account only (iam:PassRole), and send no source then.
_WITHOUT_SOURCE: Final = frozenset({"ec2.amazonaws.com", "ec2.amazonaws.com.cn", "lambda.amazonaws.com"})


def _confused(subject: Subject) -> Iterator[Found]:
    for statement in subject.statements("Allow", ASSUME_ROLE):
        for entry in entries_of(statement):
            if sort_of(entry) is not Sort.SERVICE or entry.value in _WITHOUT_SOURCE:
                continue
            witness = way_in(
                alone(subject.policy, statement),
                subject.role_arn,
                [Asker(entry, ASSUME_ROLE)],
                absent=[key for key in _SOURCES if key != "aws:sourceaccount"],
                fixed={"aws:sourceaccount": _ELSEWHERE},
            )
            if witness is not None:
                yield Found(
                    principal_pointer(statement, entry),
                    f"{entry.value} gets in on behalf of any account.",
                    "Ask for aws:SourceAccount or aws:SourceArn, if the service sends them for roles.",
                    witness,
                )


_SSM: Final = {"Service": "ssm.amazonaws.com"}

RULES: Final = (
    Rule(
        id="service-without-source",
        severity=Severity.WARNING,
        title="Service without aws:SourceArn or aws:SourceAccount",
        why="A service acts for all its customers; these keys tell for whom it acts now. EC2 and Lambda hand "
        "roles to their own account only, and are left alone.",
        page="The confused deputy problem",
        check=_confused,
        bad=example(allow(_SSM)),
        good=example(allow(_SSM, {"StringEquals": {"aws:SourceAccount": "222222222222"}})),
    ),
)
