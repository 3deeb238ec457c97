"""Stages conformance cases with real principals, asks STS, and takes everything away again."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import pyotp
from botocore.exceptions import ClientError

from rolecall.policy.arn import Arn

Case = Mapping[str, Any]
Document = Mapping[str, Any]

HELPER: Final = "rolecall-helper"
"""The user that gets a role's first session."""

_SENT: Final = {
    "sts:ExternalId": "ExternalId",
    "sts:RoleSessionName": "RoleSessionName",
    "sts:SourceIdentity": "SourceIdentity",
    "sts:TransitiveTagKeys": "TransitiveTagKeys",
}
_DERIVED: Final = frozenset(
    {
        "aws:PrincipalArn",
        "aws:PrincipalAccount",
        "aws:username",
        "aws:MultiFactorAuthPresent",
        "aws:TagKeys",
    }
)
_PRINCIPAL_TAG: Final = "aws:PrincipalTag/"
_REQUEST_TAG: Final = "aws:RequestTag/"
_TOGETHER: Final = frozenset({"sts:TagSession", "sts:SetSourceIdentity"})
"""Actions that STS asks for together with ``sts:AssumeRole``, in one call."""

_MFA_STEP_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Keys:
    """Credentials of a staged principal; never shown."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where cases are staged.

    Attributes:
        iam: IAM clients of administrators, by the account ID that the cases write.
        numbers: the account ID of this place for each that the cases write.
        sts: makes an STS client of a staged principal.
        now: the time by which MFA codes are made, UTC.
        sleep: waits some seconds.
        settle_seconds: how long what was made may take to be known everywhere.
    """

    iam: Mapping[str, Any]
    numbers: Mapping[str, str]
    sts: Callable[[Keys], Any]
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    settle_seconds: float = 0.0

    def placed(self, case: Case) -> dict[str, Any]:
        """The case with the account IDs of this place."""
        text = json.dumps(case)
        for written, number in self.numbers.items():
            text = text.replace(written, number)
        placed: dict[str, Any] = json.loads(text)
        return placed

    def written(self, text: str) -> str:
        """A text of this place with the account IDs that the cases write."""
        for written, number in self.numbers.items():
            text = text.replace(number, written)
        return text

    def admin(self, number: str) -> Any:
        """The IAM client of an account of this place."""
        return next(self.iam[written] for written, own in self.numbers.items() if own == number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one case.

    Attributes:
        id: of the case.
        expect: what AWS's documentation says.
        answer: ``allowed``, ``denied``, ``malformed``, or the code of an error that is none of these.
        message: what the refusal said; empty where there was none.
        attempts: calls made.
        left: what couldn't be taken away, a sentence each.
    """

    id: str
    expect: str
    answer: str
    message: str = ""
    attempts: int = 1
    left: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether the answer is the expected one."""
        return self.answer == self.expect


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """A kind of case that can't be staged, and why."""

    stands: Callable[[Case], bool]
    why: str


def _principal(case: Case) -> Arn | None:
    value = case["request"]["principal"].get("AWS")
    return Arn.parse(value) if value else None


def _is(kind: str) -> Callable[[Case], bool]:
    return lambda case: kind in case["request"]["principal"]


def _needs_key(case: Case) -> bool:
    context = case["request"]["context"]
    return any(
        key not in _SENT and key not in _DERIVED and not key.startswith((_PRINCIPAL_TAG, _REQUEST_TAG))
        for key in context
    )


def _of_kind(case: Case) -> bool:
    arn = _principal(case)
    return arn is not None and (arn.is_user or arn.is_role_session or arn.is_federated_user)


_OBSTACLES: Final = (
    _Obstacle(_is("Service"), "an AWS service would have to call"),
    _Obstacle(_is("Federated"), "an identity provider would have to sign a token"),
    _Obstacle(
        lambda case: bool({"service_control_policies", "resource_control_policies"} & case.keys()),
        "it needs policies of an organization",
    ),
    _Obstacle(lambda case: not _of_kind(case), "nobody has credentials of such a principal"),
    _Obstacle(
        lambda case: case["request"]["principal"]["AWS"].split(":")[1] != "aws", "it is of another partition"
    ),
    _Obstacle(_needs_key, "a condition key of it is not up to who calls"),
    _Obstacle(
        lambda case: (
            "sts:AssumeRole" not in json.dumps(case["trust_policy"])
            and "sts:*" not in json.dumps(case["trust_policy"])
        ),
        "STS asks for sts:AssumeRole as well, which this trust policy leaves out",
    ),
    _Obstacle(
        lambda case: ":role/aws-reserved/" in case["request"]["context"].get("aws:PrincipalArn", ""),
        "AWS keeps the path of such roles for itself",
    ),
    _Obstacle(
        lambda case: bool(case.get("session_policies")) and not _is_session(case),
        "a user's long-term keys have no session policy",
    ),
    _Obstacle(
        lambda case: (
            _is_session(case) and any(k.startswith(_PRINCIPAL_TAG) for k in case["request"]["context"])
        ),
        "the tags of a session would need the role's trust in tagging",
    ),
)


def _is_session(case: Case) -> bool:
    arn = _principal(case)
    return arn is not None and arn.is_role_session


def obstacle(case: Case) -> str | None:
    """Why a case can't be staged with plain calls; ``None`` where it can."""
    if case["expect"] == "malformed":
        return None
    return next((each.why for each in _OBSTACLES if each.stands(case)), None)


def missing_account(case: Case, place: Place) -> str | None:
    """Why a case can't be staged here; ``None`` where every account that it needs is there."""
    needed = {Arn.parse(case["request"]["role"]).account}
    arn = _principal(case)
    if arn is not None and case["expect"] != "malformed":
        needed.add(arn.account)
    for principal in _named(case["trust_policy"]) if case["expect"] != "malformed" else ():
        needed.add(Arn.parse(principal).account)
    absent = sorted(needed - place.iam.keys())
    return f"there is no administrator of account {', '.join(absent)}" if absent else None


def run(case: Case, place: Place) -> Result:
    """Stage a case, ask STS, and take everything away, whatever happened."""
    left: list[str] = []
    with ExitStack() as undo:
        stage = _Stage(place, place.placed(case), undo, left)
        try:
            answer, message, attempts = stage.malformed() if case["expect"] == "malformed" else stage.ask()
        except ClientError as error:
            told = error.response["Error"]
            answer, message, attempts = told["Code"], told["Message"], 1
    return Result(
        id=case["id"],
        expect=case["expect"],
        answer=answer,
        message=place.written(message),
        attempts=attempts,
        left=tuple(map(place.written, left)),
    )


_REFUSALS: Final = {
    "AccessDenied": "denied",
    "AccessDeniedException": "denied",
    "MalformedPolicyDocument": "malformed",
    "MalformedPolicyDocumentException": "malformed",
}
_STILL_SETTLING: Final = frozenset({"InvalidClientTokenId"})


class _Stage:
    """Makes what a case speaks of, and remembers how to take it away."""

    def __init__(self, place: Place, case: Case, undo: ExitStack, left: list[str]) -> None:
        self._place = place
        self._case = case
        self._undo = undo
        self._left = left
        self._request = case["request"]
        self._role = Arn.parse(self._request["role"])

    def malformed(self) -> tuple[str, str, int]:
        """Whether the trust policy is stored."""
        try:
            self._make_role(self._role, self._case["trust_policy"])
        except ClientError as error:
            return *_refusal(error), 1
        return "stored", "", 1

    def ask(self) -> tuple[str, str, int]:
        """The answer of STS; an unexpected one is asked for again until everything has settled."""
        caller = Arn.parse(self._request["principal"]["AWS"])
        itself = caller.is_role_session and self._role_behind(caller) == self._role
        keys = self._credentials(caller)
        for principal in sorted(_named(self._case["trust_policy"])):
            self._make_named(Arn.parse(principal))
        if itself:
            self._place.admin(self._role.account).update_assume_role_policy(
                RoleName=self._role.name, PolicyDocument=json.dumps(self._case["trust_policy"])
            )
        else:
            self._make_role(self._role, self._case["trust_policy"])
        sts = self._place.sts(keys)
        return self._until_settled(lambda: sts.assume_role(**self._arguments()))

    def _until_settled(self, call: Callable[[], object]) -> tuple[str, str, int]:
        waited, attempts = 0.0, 0
        while True:
            attempts += 1
            try:
                call()
                answer, message = "allowed", ""
            except ClientError as error:
                answer, message = _refusal(error)
            # Nobody gets in before all is known everywhere, so being let in needs no second look.
            if answer == self._case["expect"] == "allowed" or waited >= self._place.settle_seconds:
                return answer, message, attempts
            step = max(self._place.settle_seconds / 4, 1.0)
            self._place.sleep(step)
            waited += step

    def _arguments(self) -> dict[str, Any]:
        context = self._request["context"]
        tags = _tags(context, _REQUEST_TAG)
        return {
            "RoleArn": str(self._role),
            "RoleSessionName": "run",
            **{name: context[key] for key, name in _SENT.items() if key in context},
            **({"Tags": tags} if tags else {}),
        }

    def _credentials(self, caller: Arn) -> Keys:
        if caller.is_user:
            return self._user(caller)
        if caller.is_federated_user:
            return self._federated(caller)
        return self._session(caller)

    def _user(self, caller: Arn) -> Keys:
        keys = self._make_user(caller, self._own_policies(), boundary=self._case.get("permissions_boundary"))
        iam = self._place.admin(caller.account)
        tags = _tags(self._request["context"], _PRINCIPAL_TAG)
        if tags:
            iam.tag_user(UserName=caller.name, Tags=tags)
        present = self._request["context"].get("aws:MultiFactorAuthPresent")
        if present is None:
            return keys
        code = self._mfa(caller) if present == "true" else {}
        sts = self._place.sts(keys)
        return self._issued(lambda: sts.get_session_token(**code))

    def _federated(self, caller: Arn) -> Keys:
        helper = self._helper(caller.account)
        sts = self._place.sts(helper)
        everything = json.dumps(_EVERYTHING)
        return self._issued(lambda: sts.get_federation_token(Name=caller.name, Policy=everything))

    def _session(self, caller: Arn) -> Keys:
        role = self._role_behind(caller)
        helper = self._helper(role.account)
        first = _trusting(f"arn:aws:iam::{role.account}:user/{HELPER}")
        boundary = self._case.get("permissions_boundary")
        self._make_role(role, first, self._own_policies(), boundary=boundary)
        inline = [json.dumps(each) for each in self._case.get("session_policies", [])]
        sts = self._place.sts(helper)
        call = {"RoleArn": str(role), "RoleSessionName": caller.name}
        return self._issued(lambda: sts.assume_role(**call, **({"Policy": inline[0]} if inline else {})))

    def _issued(self, ask: Callable[[], Mapping[str, Any]]) -> Keys:
        """The credentials of an answer, asked for until what they rest on is known everywhere."""
        waited = 0.0
        while True:
            try:
                issued = ask()["Credentials"]
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if waited >= self._place.settle_seconds or code not in {*_STILL_SETTLING, *_REFUSALS}:
                    raise
                step = max(self._place.settle_seconds / 4, 1.0)
                self._place.sleep(step)
                waited += step
            else:
                return Keys(issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])

    def _role_behind(self, session: Arn) -> Arn:
        """The role of a session, with its path."""
        told = self._request["context"].get("aws:PrincipalArn")
        return Arn.parse(told) if told else session.role_of_session()

    def _own_policies(self) -> Sequence[Document]:
        policies: Sequence[Document] = self._case.get("identity_policies", [_EVERYTHING])
        return policies

    def _helper(self, account: str) -> Keys:
        return self._make_user(Arn("aws", "iam", "", account, f"user/{HELPER}"), [_EVERYTHING])

    def _make_named(self, arn: Arn) -> None:
        """Make a user or role that a trust policy names: AWS looks for it when it stores the policy."""
        iam = self._place.admin(arn.account)
        try:
            if arn.is_user:
                iam.get_user(UserName=arn.name)
            else:
                iam.get_role(RoleName=arn.name)
        except iam.exceptions.NoSuchEntityException:
            if arn.is_user:
                iam.create_user(UserName=arn.name, Path=arn.path)
                self._later(iam.delete_user, UserName=arn.name)
            else:
                self._make_role(arn, _trusting(f"arn:aws:iam::{arn.account}:root"))

    def _make_user(self, arn: Arn, policies: Sequence[Document], *, boundary: Document | None = None) -> Keys:
        iam = self._place.admin(arn.account)
        iam.create_user(UserName=arn.name, Path=arn.path, **self._boundary(iam, boundary))
        self._later(iam.delete_user, UserName=arn.name)
        for number, policy in enumerate(policies):
            of = {"UserName": arn.name, "PolicyName": f"p{number}"}
            iam.put_user_policy(**of, PolicyDocument=json.dumps(policy))
            self._later(iam.delete_user_policy, **of)
        key = iam.create_access_key(UserName=arn.name)["AccessKey"]
        self._later(iam.delete_access_key, UserName=arn.name, AccessKeyId=key["AccessKeyId"])
        return Keys(key["AccessKeyId"], key["SecretAccessKey"])

    def _make_role(
        self,
        arn: Arn,
        trust: Document,
        policies: Sequence[Document] = (),
        *,
        boundary: Document | None = None,
    ) -> None:
        iam = self._place.admin(arn.account)
        limit = self._boundary(iam, boundary)
        self._until_named(
            lambda: iam.create_role(
                RoleName=arn.name, Path=arn.path, AssumeRolePolicyDocument=json.dumps(trust), **limit
            )
        )
        self._later(iam.delete_role, RoleName=arn.name)
        for number, policy in enumerate(policies):
            of = {"RoleName": arn.name, "PolicyName": f"p{number}"}
            iam.put_role_policy(**of, PolicyDocument=json.dumps(policy))
            self._later(iam.delete_role_policy, **of)

    def _until_named(self, create: Callable[[], object]) -> None:
        """Create a role; AWS may not yet know of the principals that were just made for its trust policy."""
        waited = 0.0
        while True:
            try:
                create()
            except ClientError as error:
                settling = "Invalid principal" in error.response["Error"]["Message"]
                if (
                    not settling
                    or waited >= self._place.settle_seconds
                    or self._case["expect"] == "malformed"
                ):
                    raise
                step = max(self._place.settle_seconds / 4, 1.0)
                self._place.sleep(step)
                waited += step
            else:
                return

    def _boundary(self, iam: Any, document: Document | None) -> dict[str, str]:
        if document is None:
            return {}
        made = iam.create_policy(PolicyName="rolecall-boundary", PolicyDocument=json.dumps(document))
        arn = made["Policy"]["Arn"]
        self._later(iam.delete_policy, PolicyArn=arn)
        return {"PermissionsBoundary": arn}

    def _mfa(self, user: Arn) -> dict[str, str]:
        """Give a user an MFA device, and return what a call sends with its next code."""
        iam = self._place.admin(user.account)
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=user.name)["VirtualMFADevice"]
        serial = device["SerialNumber"]
        self._later(iam.delete_virtual_mfa_device, SerialNumber=serial)
        codes = pyotp.TOTP(bytes(device["Base32StringSeed"]).decode())
        before = codes.at(self._place.now())
        self._place.sleep(_MFA_STEP_SECONDS)
        iam.enable_mfa_device(
            UserName=user.name,
            SerialNumber=serial,
            AuthenticationCode1=before,
            AuthenticationCode2=codes.at(self._place.now()),
        )
        self._later(iam.deactivate_mfa_device, UserName=user.name, SerialNumber=serial)
        self._place.sleep(_MFA_STEP_SECONDS)
        return {"SerialNumber": serial, "TokenCode": codes.at(self._place.now())}

    def _later(self, take_away: Callable[..., object], **arguments: str) -> None:
        self._undo.callback(self._take_away, take_away, arguments)

    def _take_away(self, take_away: Callable[..., object], arguments: Mapping[str, str]) -> None:
        try:
            take_away(**arguments)
        except ClientError as error:
            what = ", ".join(f"{name} {value}" for name, value in arguments.items())
            self._left.append(f"{what}: {error.response['Error']['Message']}")


def _refusal(error: ClientError) -> tuple[str, str]:
    told = error.response["Error"]
    return _REFUSALS.get(told["Code"], told["Code"]), told.get("Message", "")


def _tags(context: Mapping[str, Any], prefix: str) -> list[dict[str, str]]:
    return [
        {"Key": key.removeprefix(prefix), "Value": value}
        for key, value in context.items()
        if key.startswith(prefix)
    ]


def named_principals(case: Case) -> set[Arn]:
    """The users and roles that staging a case makes, besides helpers."""
    made = {Arn.parse(case["request"]["role"])}
    if case["expect"] == "malformed":
        return made
    caller = _principal(case)
    if caller is not None and caller.is_user:
        made.add(caller)
    if caller is not None and caller.is_role_session:
        told = case["request"]["context"].get("aws:PrincipalArn")
        made.add(Arn.parse(told) if told else caller.role_of_session())
    return made | set(map(Arn.parse, _named(case["trust_policy"])))


def _named(trust: Document) -> set[str]:
    """The users and roles that a trust policy names by ARN, a session by its role."""
    return {str(arn) for arn in _arns(trust) if arn.is_user or arn.is_role}


def _arns(trust: Document) -> Iterator[Arn]:
    statements = trust["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        values = statement["Principal"].get("AWS", [])
        for value in values if isinstance(values, list) else [values]:
            if value.startswith("arn:aws:"):
                yield Arn.parse(value)


def _trusting(principal: str) -> Document:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


_EVERYTHING: Final[Document] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
