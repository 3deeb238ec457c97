"""moto's IAM with the checks that AWS makes and moto leaves out."""

import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import IAMBackend, ManagedPolicy, PolicyVersion, Role, User, iam_backends
from moto.iam.responses import IamResponse
from moto.iam.utils import generate_access_key_id_from_account_id

from rolecall.errors import DeclarationError
from rolecall.policy.arn import Arn
from rolecall.policy.decision import PolicyKind

from ..door.refusals import Refusal
from .documents import aws_principals, check_trust, parsed, with_principals
from .managed_policies import aws_managed_policies
from .mfa import MfaCodes
from .oidc_providers import OidcProviderResponse, OidcProviders
from .saml_providers import SamlProviderResponse, SamlProviders


class SandboxUser(User):
    """moto's user, with a permissions boundary and an id in AWS's form."""

    def __init__(self, account_id: str, region_name: str, name: str, path: str | None) -> None:
        super().__init__(account_id, region_name, name, path)
        self.id = generate_access_key_id_from_account_id(account_id, prefix="AIDA", total_length=21)
        self.permissions_boundary_arn: str | None = None

    @property
    def permissions_boundary(self) -> dict[str, str] | None:
        """The boundary as IAM shows it."""
        if self.permissions_boundary_arn is None:
            return None
        return {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": self.permissions_boundary_arn,
        }


class SandboxIam(OidcProviders, SamlProviders, IAMBackend):
    """One account's IAM.

    A method raises ``Refusal``, or moto's ``ServiceException``, with AWS's code and sentence.

    Attributes:
        codes: the MFA codes that devices show.
        known_accounts: tells the accounts whose users and roles the sandbox knows.
        home: the partition of all accounts.
        outbound_issuer: URL of the account's issuer of tokens for others; ``None`` where that is disabled.
    """

    codes: MfaCodes
    known_accounts: Callable[[], frozenset[str]]
    home: str
    outbound_issuer: str | None = None
    _managed: dict[str, ManagedPolicy]
    _aws_policies_are_there: bool

    @property
    def _url_module(self) -> Any:
        return SimpleNamespace(
            url_bases=[r"https?://iam\.(.*\.)?amazonaws\.com"],
            url_paths={"{0}/$": SandboxIamResponse.dispatch},
        )

    # moto reads 1,582 AWS-managed policies into every account and partition when it is first touched, which
    # takes longer than all the rest of a start (moto 5.2.5). Here an account reads them when it needs them.
    def _init_aws_policies(self) -> list[ManagedPolicy]:
        return []

    def _init_managed_policies(self) -> dict[str, ManagedPolicy]:
        return {}

    @property
    def managed_policies(self) -> dict[str, ManagedPolicy]:
        """Every policy that can be attached, by ARN."""
        if not self._aws_policies_are_there:
            self._aws_policies_are_there = True
            self.aws_managed_policies = list(aws_managed_policies(self.account_id, self.partition))
            self._managed.update({policy.arn: policy for policy in self.aws_managed_policies})
        return self._managed

    @managed_policies.setter
    def managed_policies(self, policies: dict[str, ManagedPolicy]) -> None:
        self._managed = policies
        self._aws_policies_are_there = False

    def create_role(
        self,
        role_name: str,
        assume_role_policy_document: str,
        path: str,
        permissions_boundary: str | None,
        description: str,
        tags: list[dict[str, str]],
        max_session_duration: str | None,
        linked_service: str | None = None,
    ) -> Role:
        """Create a role whose trust policy AWS would store."""
        if linked_service is None:
            self._check_trust(assume_role_policy_document)
        return super().create_role(
            role_name,
            assume_role_policy_document,
            path,
            permissions_boundary,
            description,
            tags,
            max_session_duration,
            linked_service,
        )

    def update_assume_role_policy(self, role_name: str, policy_document: str) -> None:
        """Replace a trust policy by one that AWS would store."""
        role = self.get_role(role_name)
        self._check_trust(policy_document)
        role.assume_role_policy_document = policy_document

    def put_role_policy(self, role_name: str, policy_name: str, policy_json: str) -> None:
        """Put an inline policy that can be evaluated."""
        _check_identity_policy(policy_json)
        super().put_role_policy(role_name, policy_name, policy_json)

    def put_user_policy(self, user_name: str, policy_name: str, policy_json: str) -> None:
        """Put an inline policy that can be evaluated."""
        _check_identity_policy(policy_json)
        super().put_user_policy(user_name, policy_name, policy_json)

    def put_group_policy(self, group_name: str, policy_name: str, policy_json: str) -> None:
        """Put an inline policy that can be evaluated."""
        _check_identity_policy(policy_json)
        super().put_group_policy(group_name, policy_name, policy_json)

    def create_policy(
        self,
        description: str,
        path: str,
        policy_document: str,
        policy_name: str,
        tags: list[dict[str, str]],
    ) -> ManagedPolicy:
        """Create a managed policy that can be evaluated."""
        _check_identity_policy(policy_document)
        return super().create_policy(description, path, policy_document, policy_name, tags)

    def create_policy_version(
        self, policy_arn: str, policy_document: str, set_as_default: bool
    ) -> PolicyVersion:
        """Create a version that can be evaluated."""
        _check_identity_policy(policy_document)
        return super().create_policy_version(policy_arn, policy_document, set_as_default)

    def create_user(
        self,
        region_name: str,
        user_name: str,
        path: str = "/",
        tags: list[dict[str, str]] | None = None,
    ) -> User:
        """Create a user with an id in AWS's form."""
        if user_name in self.users:
            raise Refusal("EntityAlreadyExists", f"User with name {user_name} already exists.")
        # moto declares is_created abstract and implements it for no user (5.2.5).
        user = SandboxUser(self.account_id, region_name, user_name, path)  # type: ignore[abstract]
        self.tagger.tag_resource(user.arn, tags or [])
        self.users[user_name] = user
        return user

    def update_user(
        self, user_name: str, new_path: str | None = None, new_user_name: str | None = None
    ) -> None:
        """Rename or move a user, whose keys, tags and trust go along (moto 5.2.5 loses them)."""
        user = self.get_user(user_name)
        arn, tags = user.arn, user.tags or []
        super().update_user(user_name, new_path, new_user_name)
        for key in user.access_keys:
            key.user_name = user.name
        self.tagger.delete_all_tags_for_resource(arn)
        self.tagger.tag_resource(user.arn, tags)
        _rename_principal(arn, user.arn)

    def delete_user(self, user_name: str) -> None:
        """Delete a user; trust policies keep its id, so a new user of that name isn't trusted."""
        user = self.get_user(user_name)
        if user.access_keys:
            raise Refusal("DeleteConflict", "Cannot delete entity, must delete access keys first.")
        if user.mfa_devices:
            raise Refusal("DeleteConflict", "Cannot delete entity, must delete MFA device first.")
        super().delete_user(user_name)
        _rename_principal(user.arn, user.id)

    def delete_role(self, role_name: str) -> None:
        """Delete a role; trust policies keep its id, so a new role of that name isn't trusted."""
        role = self.get_role(role_name)
        super().delete_role(role_name)
        _rename_principal(role.arn, role.id)

    def enable_mfa_device(
        self, user_name: str, serial_number: str, authentication_code_1: str, authentication_code_2: str
    ) -> None:
        """Give a user a device that shows two codes that follow each other."""
        device = self.virtual_mfa_devices.get(serial_number)
        if device is None:
            raise Refusal(
                "NoSuchEntity", f"VirtualMFADevice with serial number {serial_number} does not exist."
            )
        seed = device.base32_string_seed
        if not self.codes.accept_pair(serial_number, seed, authentication_code_1, authentication_code_2):
            raise Refusal("InvalidAuthenticationCode", "Authentication code for device is not valid.")
        super().enable_mfa_device(user_name, serial_number, authentication_code_1, authentication_code_2)

    def hand_over_mfa_device(self, user_name: str, serial_number: str) -> None:
        """Give a user a device without asking for its codes, so that none is used up."""
        super().enable_mfa_device(user_name, serial_number, "", "")

    def set_user_boundary(self, user_name: str, policy_arn: str | None) -> None:
        """Put or take away a user's permissions boundary."""
        if policy_arn is not None:
            self.get_policy(policy_arn)
        user = cast("SandboxUser", self.get_user(user_name))  # create_user makes no other
        user.permissions_boundary_arn = policy_arn

    def _check_trust(self, document: str) -> None:
        check_trust(document)
        for principal in aws_principals(document):
            if not self._exists(principal):
                named = f'"AWS":"{principal}"'
                raise Refusal("MalformedPolicyDocument", f"Invalid principal in policy: {named}")

    def _exists(self, principal: str) -> bool:
        """Return whether a principal is there, as far as the sandbox can tell."""
        try:
            arn = Arn.parse(principal)
        except DeclarationError:
            return True  # an account's digits, a star, or the id of what was deleted
        if arn.account not in type(self).known_accounts() or not (arn.is_user or arn.is_role):
            return True
        account = account_iam(arn.account)
        entities = account.users.values() if arn.is_user else account.roles.values()
        return any(entity.arn == principal for entity in entities)


class SandboxIamResponse(OidcProviderResponse, SamlProviderResponse, IamResponse):
    """The IAM calls that moto does not have, and those it answers as if anybody had asked."""

    @property
    def backend(self) -> SandboxIam:
        """The IAM of the caller's account."""
        return cast("SandboxIam", super().backend)  # installed before the first account is made

    def create_user(self) -> ActionResult:
        """CreateUser, with its permissions boundary."""
        result = super().create_user()
        boundary = self._get_param("PermissionsBoundary")
        if boundary:
            self.backend.set_user_boundary(self._get_param("UserName"), boundary)
        return result

    def get_user(self) -> ActionResult:
        """GetUser; without a name it is the caller's own user, and a role session has none."""
        owner = self.backend.get_user_from_access_key_id(self.get_access_key())
        if not self._get_param("UserName") and owner is None:
            raise Refusal("ValidationError", "Must specify userName when calling with non-User credentials")
        return super().get_user()

    def enable_outbound_web_identity_federation(self) -> ActionResult:
        """EnableOutboundWebIdentityFederation."""
        if self.backend.outbound_issuer is not None:
            raise Refusal("FeatureEnabled", "Outbound web identity federation is already enabled.")
        self.backend.outbound_issuer = f"https://{uuid.uuid4()}.tokens.sts.global.api.aws"
        return ActionResult({"IssuerIdentifier": self.backend.outbound_issuer})

    def disable_outbound_web_identity_federation(self) -> ActionResult:
        """DisableOutboundWebIdentityFederation."""
        self.get_outbound_web_identity_federation_info()
        self.backend.outbound_issuer = None
        return EmptyResult()

    def get_outbound_web_identity_federation_info(self) -> ActionResult:
        """GetOutboundWebIdentityFederationInfo."""
        issuer = self.backend.outbound_issuer
        if issuer is None:
            raise Refusal("FeatureDisabled", "Outbound web identity federation is not enabled.")
        return ActionResult({"IssuerIdentifier": issuer, "JwtVendingEnabled": True})

    def put_user_permissions_boundary(self) -> ActionResult:
        """PutUserPermissionsBoundary."""
        self.backend.set_user_boundary(self._get_param("UserName"), self._get_param("PermissionsBoundary"))
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        """DeleteUserPermissionsBoundary."""
        self.backend.set_user_boundary(self._get_param("UserName"), None)
        return EmptyResult()


def install(codes: MfaCodes, known_accounts: Callable[[], frozenset[str]], home: str) -> None:
    """Let every account made from now on have this IAM, in the partition ``home``."""

    class Installed(SandboxIam):
        """The IAM of the sandbox that runs."""

    Installed.codes = codes
    Installed.known_accounts = staticmethod(known_accounts)
    Installed.home = home
    iam_backends.backend = Installed


def uninstall() -> None:
    """Give moto its own IAM back."""
    iam_backends.backend = IAMBackend


def home_partition() -> str:
    """Return the partition of the sandbox that runs."""
    return cast("type[SandboxIam]", iam_backends.backend).home


def account_iam(account_id: str) -> SandboxIam:
    """Return the IAM of an account, made on first use."""
    # installed before the first account is made
    return cast("SandboxIam", iam_backends[account_id][home_partition()])


def _check_identity_policy(document: str) -> None:
    parsed(document, PolicyKind.IDENTITY)


def _rename_principal(arn: str, new: str) -> None:
    """Let all trust policies name a principal by its new ARN, or a deleted one by the id it had.

    A trust policy holds ids, and shows an ARN where the id is of somebody ("AWS JSON policy elements:
    Principal").
    """
    for account_id in list(iam_backends):
        for role in account_iam(account_id).roles.values():
            document = role.assume_role_policy_document
            if arn in set(aws_principals(document)):
                role.assume_role_policy_document = with_principals(
                    document, lambda named: new if named == arn else named
                )
