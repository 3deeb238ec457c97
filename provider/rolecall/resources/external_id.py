"""The resource that makes an external ID once and keeps it, with the dynamic provider behind it."""

import secrets
from typing import Any

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, Resource, ResourceProvider
from pulumi.output import contains_unknowns

from rolecall.errors import DeclarationError
from rolecall.policy import ENTROPY_BYTES, external_id
from rolecall.reports import fingerprint

_REASONS = ("prefix", "keepers")
"""Inputs of which a change makes a new external ID."""


class ExternalIdProvider(ResourceProvider):
    """Makes external IDs.

    State files hold the path of this class, as a pickle: it is never renamed or moved.
    """

    def __reduce__(self) -> tuple[type["ExternalIdProvider"], tuple[()]]:
        # Nothing of an instance goes into the state, so no release can make every stack show a difference.
        return ExternalIdProvider, ()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Find out whether AWS would take an external ID with this prefix; also in previews."""
        prefix = news.get("prefix") or ""
        if contains_unknowns(prefix):
            return CheckResult(news, [])
        try:
            external_id(bytes(ENTROPY_BYTES), prefix=prefix)
        except DeclarationError as error:
            return CheckResult(news, [CheckFailure("", str(fault)) for fault in error.faults])
        return CheckResult(news, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Say whether a new one is wanted; whether it is a secret changes nothing about it."""
        changed = [name for name in _REASONS if (_olds.get(name) or None) != (_news.get(name) or None)]
        return DiffResult(changes=bool(changed), replaces=changed)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make one. Its fingerprint is the resource's id, which every state file shows in clear."""
        value = external_id(secrets.token_bytes(ENTROPY_BYTES), prefix=props.get("prefix") or "")
        return CreateResult(fingerprint(value), {**props, "value": value})


class ExternalId(Resource, module="rolecall", name="ExternalId"):
    """An external ID that nobody guesses: made once, kept in the stack's state, the same in every later run.

    For ``external_ids`` of a trust in a third party. One party, one external ID.

    Attributes:
        value: the external ID: the prefix, a hyphen, and 128 random bits in hexadecimal digits.
    """

    value: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        prefix: pulumi.Input[str] | None = None,
        secret: bool = False,
        keepers: pulumi.Input[dict[str, pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare an external ID.

        Args:
            resource_name: Pulumi's name of the resource.
            prefix: what tells people whose it is, such as the third party's name; another one makes a new
                external ID.
            secret: whether it is encrypted in the state and masked everywhere. AWS doesn't treat external
                IDs as secrets, and a secret one hides the whole trust policy in every preview.
            keepers: any texts; a change makes a new external ID.
            opts: Pulumi's options.
        """
        if secret:
            hidden = pulumi.ResourceOptions(additional_secret_outputs=["value"])
            opts = pulumi.ResourceOptions.merge(opts, hidden)
        inputs = {"prefix": prefix, "keepers": keepers, "value": None}
        super().__init__(ExternalIdProvider(), resource_name, inputs, opts)
