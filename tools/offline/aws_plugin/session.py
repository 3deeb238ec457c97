"""From the configuration of an aws provider to boto3 clients."""

import json
import os
import re
import threading
from collections.abc import Mapping
from typing import Any

import boto3
import botocore.config

USED = frozenset(
    {
        "accessKey",
        "allowedAccountIds",
        "assumeRoles",
        "defaultTags",
        "endpoints",
        "forbiddenAccountIds",
        "maxRetries",
        "profile",
        "region",
        "secretKey",
        "token",
    }
)
"""Settings that change what the stand-in does."""

WITHOUT_EFFECT = frozenset(
    {
        "pluginDownloadURL",
        "s3UsePathStyle",
        "skipCredentialsValidation",
        "skipMetadataApiCheck",
        "skipRegionValidation",
        "skipRequestingAccountId",
        "version",
    }
)
"""Settings that programs may have for the official plugin, and that make no difference here."""

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)


class ConfigError(Exception):
    """The provider's configuration can't be used; the text says why, and shows no secret."""


class Aws:
    """The AWS that one configured provider talks to. Safe for threads.

    Args:
        settings: The provider's inputs; values that aren't texts may come as JSON texts.

    Raises:
        ConfigError: when the settings contradict each other or the account isn't allowed.
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: when a profile is missing,
            or a role of `assumeRoles` can't be assumed.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        known = {name: _decoded(name, value) for name, value in settings.items() if name in USED}
        self.default_tags: dict[str, str] = (known.get("defaultTags") or {}).get("tags") or {}
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        self._endpoints: dict[str, str] = {}
        for each in known.get("endpoints") or ():
            self._endpoints |= each
        attempts = known.get("maxRetries")
        retries: Any = {"retries": {"max_attempts": int(attempts)}} if attempts else {}
        self._config = botocore.config.Config(user_agent_extra="pulumi-aws-stand-in", **retries)
        self._session = boto3.Session(
            profile_name=known.get("profile") or None,
            # The official plugin reads AWS_REGION too, which boto3 does not.
            region_name=known.get("region") or os.environ.get("AWS_REGION") or None,
            aws_access_key_id=known.get("accessKey") or None,
            aws_secret_access_key=known.get("secretKey") or None,
            aws_session_token=known.get("token") or None,
        )
        for role in known.get("assumeRoles") or ():
            self._session = self._assumed(role)
            self._clients.clear()
        self._hold_to_accounts(known.get("allowedAccountIds"), known.get("forbiddenAccountIds"))

    @property
    def region(self) -> str:
        """The region of this provider.

        Raises:
            ConfigError: when neither the provider nor the surroundings name one.
        """
        if not self._session.region_name:
            raise ConfigError("no AWS region: set aws:region, the provider's region, or AWS_REGION.")
        return str(self._session.region_name)

    @property
    def partition(self) -> str:
        """The partition of that region, such as aws or aws-cn."""
        return str(self._session.get_partition_for_region(self.region))

    def client(self, service: str) -> Any:
        """The boto3 client of a service, shared by all threads."""
        with self._lock:
            if service not in self._clients:
                make: Any = self._session.client
                endpoint = self._endpoints.get(service)
                self._clients[service] = make(service, config=self._config, endpoint_url=endpoint)
            return self._clients[service]

    @property
    def iam(self) -> Any:
        """The client of IAM."""
        return self.client("iam")

    def tags(self, properties: Mapping[str, Any]) -> dict[str, str]:
        """The tags of a resource: the provider's default tags, and its own over them."""
        return {**self.default_tags, **(properties.get("tags") or {})}

    def _assumed(self, role: Mapping[str, Any]) -> boto3.Session:
        arguments = {
            "RoleArn": role.get("roleArn"),
            "RoleSessionName": role.get("sessionName") or "pulumi-aws-stand-in",
            "ExternalId": role.get("externalId"),
            "DurationSeconds": _seconds(role["duration"]) if role.get("duration") else None,
            "Policy": role.get("policy"),
            "PolicyArns": [{"arn": arn} for arn in role.get("policyArns") or ()],
            "SourceIdentity": role.get("sourceIdentity"),
            "Tags": [{"Key": key, "Value": value} for key, value in (role.get("tags") or {}).items()],
            "TransitiveTagKeys": role.get("transitiveTagKeys"),
        }
        given = {name: value for name, value in arguments.items() if value}
        credentials = self.client("sts").assume_role(**given)["Credentials"]
        return boto3.Session(
            region_name=self._session.region_name,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )

    def _hold_to_accounts(self, allowed: list[str] | None, forbidden: list[str] | None) -> None:
        if not allowed and not forbidden:
            return
        account = self.client("sts").get_caller_identity()["Account"]
        if (allowed and account not in allowed) or account in (forbidden or ()):
            msg = f"AWS account ID not allowed: {account}"
            raise ConfigError(msg)


def _decoded(name: str, value: Any) -> Any:
    """A setting as a value: SDKs send lists, maps and numbers as JSON texts."""
    if name in {"accessKey", "profile", "region", "secretKey", "token"} or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        msg = f"the provider's {name} is not JSON."
        raise ConfigError(msg) from None


def _seconds(duration: str) -> int:
    match = _DURATION.fullmatch(duration)
    if match is None or not duration:
        msg = f"duration {duration!r} of a role to assume is none; write it like 1h or 15m."
        raise ConfigError(msg)
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
