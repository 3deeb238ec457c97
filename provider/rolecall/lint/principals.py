"""Rules on principals and actions: do they exist, and do they go together."""

from collections.abc import Iterator, Mapping
from typing import Final

from .model import Found, Rule, Severity, allow, example
from .subject import ACTIONS, ASSUME_ROLE, Sort, Subject, arn_of, entries_of, principal_pointer, sort_of

_PAGE: Final = "AWS JSON policy elements: Principal"
_CI: Final = "arn:aws:iam::111111111111:role/ci"
_OIDC: Final = {"Federated": "arn:aws:iam::222222222222:oidc-provider/gitlab.example.com"}
_TOKEN: Final = {
    "StringEquals": {"gitlab.example.com:aud": "https://gitlab.example.com"},
    "StringLike": {"gitlab.example.com:sub": "project_path:acme/infra:*"},
}

_EXTRA_ACTIONS: Final = frozenset({"sts:tagsession", "sts:setsourceidentity", "sts:setcontext"})
_ALL_ACTIONS: Final = frozenset(map(str.lower, ACTIONS.values())) | _EXTRA_ACTIONS
_BY_ACTION: Final[Mapping[str, frozenset[Sort]]] = {
    action.lower(): frozenset(sort for sort in Sort if ACTIONS[sort] == action) for action in ACTIONS.values()
}


def _deleted(subject: Subject) -> Iterator[Found]:
    for statement, entry in subject.entries():
        if sort_of(entry) is Sort.DELETED:
            what = "user" if entry.value.startswith("AIDA") else "role"
            yield Found(
                principal_pointer(statement, entry),
                f"{entry.value} is what remains of a deleted {what}; nobody gets in by it.",
                "Remove it, or name the new one: a new principal of the same name has another id.",
            )


def _other_partition(subject: Subject) -> Iterator[Found]:
    own = subject.partition
    for statement, entry in subject.entries():
        arn = arn_of(entry.value)
        if arn is not None and arn.partition != own:
            yield Found(
                principal_pointer(statement, entry),
                f"{entry.value} is of partition {arn.partition}, the role of {own}: it can't get in.",
                "Name a principal of the role's own partition.",
            )


def _session_arn(subject: Subject) -> Iterator[Found]:
    for _, test, pointer in subject.tests("aws:principalarn"):
        for value in test.values:
            if ":assumed-role/" in value:
                yield Found(
                    pointer,
                    "aws:PrincipalArn of a session is its role's ARN, never that of the session.",
                    "Write arn:…:iam::ACCOUNT:role/PATH/NAME, the role's path included.",
                )


def _action_of_others(subject: Subject) -> Iterator[Found]:
    for statement in subject.statements("Allow"):
        for entry in entries_of(statement):
            sort = sort_of(entry)
            if (
                sort is not Sort.DELETED
                and not statement.covers_action(ACTIONS[sort])
                and _assumes(subject, entry.value)
            ):
                yield Found(
                    f"{statement.pointer}/Action",
                    f"{entry.value} assumes roles by {ACTIONS[sort]}, which this statement doesn't allow.",
                    f"Allow {ACTIONS[sort]}, in a statement of its own for this kind of principal.",
                )


def _assumes(subject: Subject, value: str) -> bool:
    """Whether no other Allow statement lets an entry assume the role: one of them may only allow tags."""
    return not any(
        entry.value == value and statement.covers_action(ACTIONS[sort_of(entry)])
        for statement, entry in subject.entries("Allow")
    )


def _useless_action(subject: Subject) -> Iterator[Found]:
    for statement in subject.policy.statements:
        sorts = {sort_of(entry) for entry in entries_of(statement)}
        for action in statement.actions:
            lowered = action.lower()
            wanted = _BY_ACTION.get(lowered)
            if "*" in action or "?" in action:
                continue
            if lowered not in _ALL_ACTIONS:
                yield Found(
                    f"{statement.pointer}/Action",
                    f"{action} isn't decided by trust policies.",
                    f"Remove it; a trust policy is about {ASSUME_ROLE} and its kin, sts:TagSession and "
                    "sts:SetSourceIdentity.",
                )
            elif wanted is not None and statement.effect == "Allow" and sorts and not sorts & wanted:
                yield Found(
                    f"{statement.pointer}/Action",
                    f"None of the principals assumes roles by {action}.",
                    "Remove it.",
                    severity=Severity.NOTE,
                )


def _wildcard_action(subject: Subject) -> Iterator[Found]:
    for statement in subject.statements("Allow"):
        for action in statement.actions:
            if "*" in action or "?" in action:
                yield Found(
                    f"{statement.pointer}/Action",
                    f"{action} allows session tags and source identities as well, chosen by the caller.",
                    "List the actions that are meant, such as sts:AssumeRole.",
                )
        if statement.not_actions:
            yield Found(
                f"{statement.pointer}/NotAction",
                "NotAction allows every other action, session tags and source identities included.",
                "List the actions that are meant under Action.",
            )


RULES: Final = (
    Rule(
        id="orphaned-principal",
        severity=Severity.WARNING,
        title="Deleted principal",
        why="IAM shows the unique id where the user or role that was named is gone.",
        page=_PAGE,
        check=_deleted,
        bad=example(allow("AROAJ3EXAMPLEID4TEST7")),
        good=example(allow(_CI)),
    ),
    Rule(
        id="cross-partition-principal",
        severity=Severity.ERROR,
        title="Principal of another partition",
        why="aws, aws-cn and aws-us-gov share no credentials.",
        page=_PAGE,
        check=_other_partition,
        bad=example(
            allow("arn:aws-cn:iam::111111111111:role/ci"), role_arn="arn:aws:iam::222222222222:role/deploy"
        ),
        good=example(allow(_CI), role_arn="arn:aws:iam::222222222222:role/deploy"),
    ),
    Rule(
        id="principal-arn-of-session",
        severity=Severity.ERROR,
        title="aws:PrincipalArn compared with a session's ARN",
        why="The key holds the ARN of the role behind the session; a session's ARN matches nobody.",
        page="AWS global condition context keys",
        check=_session_arn,
        bad=example(
            allow(
                "111111111111",
                {"ArnLike": {"aws:PrincipalArn": "arn:aws:sts::111111111111:assumed-role/ci/*"}},
            )
        ),
        good=example(allow("111111111111", {"ArnEquals": {"aws:PrincipalArn": _CI}})),
    ),
    Rule(
        id="action-of-other-principals",
        severity=Severity.ERROR,
        title="Principal without the action by which it assumes roles",
        why="Accounts and services use AssumeRole, SAML and OIDC identities their own operations.",
        page="AWS STS API operations",
        check=_action_of_others,
        bad=example(allow(_OIDC, _TOKEN)),
        good=example(allow(_OIDC, _TOKEN, action="sts:AssumeRoleWithWebIdentity")),
    ),
    Rule(
        id="useless-action",
        severity=Severity.WARNING,
        title="Action that trust policies don't decide",
        why="It allows nothing, and readers think that it does.",
        page="Actions, resources, and condition keys for AWS Security Token Service",
        check=_useless_action,
        bad=example({**allow(_CI), "Action": ["sts:AssumeRole", "sts:GetCallerIdentity"]}),
        good=example({**allow(_CI), "Action": ["sts:AssumeRole", "sts:TagSession"]}),
    ),
    Rule(
        id="action-wildcard",
        severity=Severity.WARNING,
        title="Actions by wildcard",
        why="sts:* lets callers tag their sessions and choose a source identity, on which others may rely.",
        page="Passing session tags in AWS STS",
        check=_wildcard_action,
        bad=example(allow(_CI, action="sts:*")),
        good=example(allow(_CI)),
    ),
)
