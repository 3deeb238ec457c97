"""The component that makes a role for other accounts, proves it, and only then gives it permissions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Unpack

import pulumi
import pulumi_aws as aws

from rolecall.errors import Fault
from rolecall.policy import parse, read_role_settings

from .access import texts_to_paste
from .args import AcceptArgs, AccessArgs, RequireArgs, TrustArgs, VerifyArgs
from .can_do import joined, of_trust, prove_can_do, worst
from .faults import gather, run_error
from .interrupts import end_quietly_when_interrupted
from .linting import accepted, warn_of_findings
from .permissions import (
    InlinePolicies,
    ManagedPolicies,
    check_policy_arn,
    inline_by_name,
    managed_by_name,
)
from .redaction import Redaction
from .requirements import stack_requirements
from .role_verification import RoleVerification
from .settings import verify_spec
from .sign_in import switch_role
from .trust import early_faults, require_met, trust_text
from .values import has_outputs, is_output

_TYPE: Final = "rolecall:index:CrossAccountRole"
_OUTPUTS: Final = (
    "arn",
    "name",
    "unique_id",
    "trust_policy",
    "verified_arn",
    "verdict",
    "level",
    "probes",
    "switch_role_url",
    "switch_role_note",
)


class CrossAccountRole(pulumi.ComponentResource):
    """A role that other accounts may assume, with a proof that the right ones can and the others can't.

    Order of things: the role without permissions, the proof, the permissions. A role that turns out to let in
    too many never had any. What depends on ``verified_arn`` waits for the proof.

    Attributes:
        arn: ARN of the role, as soon as it is there.
        name: its name.
        unique_id: its unique id (``AROA…``).
        trust_policy: its trust policy as JSON; secret where an external ID is.
        verified_arn: the ARN once the role is known to be as declared; none with ``verify=False``.
        verdict: ``proved``, ``pending``, ``inconclusive`` or ``refuted``; none where nobody was to try.
        level: ``live``, ``evaluated`` or ``none``: how far every Allow statement was verified.
        probes: one dictionary a probe: what was tried, what STS said, and what that means.
        switch_role_url: where a person switches to the role in the console; none where the console can't.
        switch_role_note: why there is no such link.
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    unique_id: pulumi.Output[str]
    trust_policy: pulumi.Output[str]
    verified_arn: pulumi.Output[str | None]
    verdict: pulumi.Output[str | None]
    level: pulumi.Output[str]
    probes: pulumi.Output[Sequence[Mapping[str, Any]]]
    switch_role_url: pulumi.Output[str | None]
    switch_role_note: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        trusts: pulumi.Input[Sequence[pulumi.Input[TrustArgs]]] | None = None,
        custom_role_trust_policy: pulumi.Input[str | Mapping[str, Any]] | None = None,
        policies: ManagedPolicies | None = None,
        inline_policies: InlinePolicies | None = None,
        max_session_duration: pulumi.Input[int] | None = None,
        permissions_boundary: pulumi.Input[str] | None = None,
        path: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        verify: VerifyArgs | bool | None = None,
        accept: Sequence[AcceptArgs] | None = None,
        name: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a role.

        Args:
            resource_name: Pulumi's name of the component.
            trusts: who may assume the role; each entry becomes a statement with conditions of its own.
            custom_role_trust_policy: a whole trust policy instead, as a dictionary or JSON text.
            policies: managed policies to attach: ARNs, ``aws.iam.Policy`` resources, or a dictionary of ARNs
                by name. An ARN that is an output needs the dictionary.
            inline_policies: policy documents by name, as dictionaries or JSON text.
            max_session_duration: longest session in seconds, 3600 to 43200.
            permissions_boundary: ARN of a managed policy.
            path: path of the role, such as ``/ops/``.
            description: at most 1000 characters.
            tags: tags of the role.
            verify: callers, expectations, patience and gates; left out, the live trust policy is
                evaluated and nobody tries. ``False``: no verification at all.
            accept: lint findings on the trust policy that are known and let be, each with its reason; the
                others are shown as warnings.
            name: name of the role; ``resource_name`` where it is left out. Never random: other accounts
                write the ARN down.
            opts: Pulumi's options; ``provider`` and ``providers`` reach the resources in AWS. The callers of
                ``verify`` have credentials of their own.

        Raises:
            pulumi.RunError: with every fault of the declaration that can be seen without AWS.
        """
        end_quietly_when_interrupted()
        subject = f'role "{resource_name}"'
        settings: dict[str, Any] = {
            "name": resource_name if name is None else name,
            "path": path,
            "description": description,
            "max_session_duration": max_session_duration,
        }
        faults = early_faults(trusts, custom_role_trust_policy)
        gather(faults, lambda: read_role_settings(_known(settings)))
        require = gather(faults, stack_requirements)
        attached = managed_by_name(policies, faults)
        embedded = inline_by_name(inline_policies, faults, subject=subject)
        if permissions_boundary is not None:
            check_policy_arn(permissions_boundary, "permissions_boundary", faults)
        faults.extend(_faults_of_verify(verify))
        let_be = accepted(accept, faults)
        if faults:
            raise run_error(subject, faults)
        super().__init__(_TYPE, resource_name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        checked = {key: _when_known(key, value, subject) for key, value in settings.items()}
        trust_policy = self._trust_policy(trusts, custom_role_trust_policy, subject)
        self.trust_policy = require_met(trust_policy, require, owner=self, subject=subject)
        warn_of_findings(self.trust_policy, let_be, require, self)
        role = aws.iam.Role(
            resource_name,
            assume_role_policy=self.trust_policy,
            permissions_boundary=permissions_boundary,
            tags=tags,
            opts=child,
            **checked,
        )
        self.arn, self.name, self.unique_id = role.arn, role.name, role.unique_id
        self._verify(resource_name, role, verify, require)
        after = pulumi.ResourceOptions(parent=self, depends_on=self._proof)
        empowered: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(
                f"{resource_name}-{key}", role=role.name, policy_arn=policy_arn, opts=after
            )
            for key, policy_arn in attached.items()
        ]
        empowered += [
            aws.iam.RolePolicy(
                f"{resource_name}-{key}", name=key, role=role.name, policy=document, opts=after
            )
            for key, document in embedded.items()
        ]
        if isinstance(verify, Mapping) and verify.get("can_do") is not None:
            self._prove_can_do(resource_name, verify, {**attached, **embedded}, [*self._proof, *empowered])
        self._link_to_console()
        self._subject, self._longest_session = subject, role.max_session_duration
        self.register_outputs({each: getattr(self, each) for each in _OUTPUTS})

    def access(self, **caller: Unpack[AccessArgs]) -> pulumi.Output[Mapping[str, Any]]:
        """The settings by which a caller's tools get into the role, ready to paste.

        They tell the way in that was declared, not that it is proved, so they don't wait for the proof.

        Args:
            caller: who it is, and by which trust; the fields of ``AccessArgs``.

        Returns:
            Texts by format: ``cli_profile`` for the AWS config file, ``aws_provider`` for a Pulumi program,
            ``terraform_provider``, and ``github_step`` for a workflow; ``None`` where that tool can't get in.
            ``notes`` has a sentence for formats that need one, such as why there is none. Secret where the
            external ID is.

        Raises:
            pulumi.RunError: with every fault, when the trust policy is known.
        """
        return texts_to_paste(
            caller, self.arn, self.trust_policy, longest=self._longest_session, subject=self._subject
        )

    def _trust_policy(self, trusts: Any, custom: Any, subject: str) -> pulumi.Output[str]:
        """The trust policy, which waits for the partition and for the outputs in the declaration."""

        def text(known: Mapping[str, Any]) -> str:
            faults: list[Fault] = []
            made = gather(faults, lambda: trust_text(**known))
            if made is None:
                # What resolved may be secret.
                redact = Redaction.of(known["trusts"], known["custom"])
                raise run_error(subject, [replace(each, problem=redact(each.problem)) for each in faults])
            return made

        partition = aws.get_partition_output(opts=pulumi.InvokeOptions(parent=self)).partition
        return pulumi.Output.all(trusts=trusts, custom=custom, partition=partition).apply(text)

    def _verify(
        self,
        resource_name: str,
        role: aws.iam.Role,
        verify: VerifyArgs | bool | None,
        require: RequireArgs | None,
    ) -> None:
        """The proof, and what it says; nothing is claimed where none is wanted."""
        if verify is False:
            self._proof: list[pulumi.Resource] = []
            self.verified_arn, self.verdict = _none(), _none()
            self.level, self.probes = pulumi.Output.from_input("none"), pulumi.Output.from_input([])
            return
        proof = RoleVerification(
            resource_name,
            role_arn=role.arn,
            trust_policy=self.trust_policy,
            verify=of_trust(verify) if isinstance(verify, Mapping) else None,
            require=require,
            nonce=role.unique_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._proof = [proof]
        self.verified_arn, self.verdict = proof.verified_arn, proof.verdict
        self.level, self.probes = proof.level, proof.probes

    def _prove_can_do(
        self,
        resource_name: str,
        verify: VerifyArgs,
        policies: Mapping[str, pulumi.Input[str]],
        after: Sequence[pulumi.Resource],
    ) -> None:
        """The proof of what sessions can do, which joins that of the trust policy."""
        proof = prove_can_do(
            resource_name,
            verify,
            role_arn=self.arn,
            trust_policy=self.trust_policy,
            policies=policies,
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )
        self.verified_arn = proof.verified_arn
        self.verdict = pulumi.Output.all(self.verdict, proof.verdict).apply(worst)
        self.probes = pulumi.Output.all(self.probes, proof.probes).apply(joined)

    def _link_to_console(self) -> None:
        """The link for people; it tells nothing of an external ID, so it is no secret."""
        both = pulumi.Output.unsecret(pulumi.Output.all(self.arn, self.trust_policy))
        link = both.apply(lambda known: switch_role(known[0], parse(known[1])))
        self.switch_role_url = link.apply(lambda known: known.url)
        self.switch_role_note = link.apply(lambda known: known.note)


def _known(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if not is_output(value)}


def _when_known(key: str, value: Any, subject: str) -> Any:
    """A setting; one that is an output is checked when it resolves."""
    if not is_output(value):
        return value

    def checked(known: Any) -> Any:
        faults: list[Fault] = []
        gather(faults, lambda: read_role_settings({key: known}))
        if faults:
            raise run_error(subject, faults)
        return known

    return pulumi.Output.from_input(value).apply(checked)


def _faults_of_verify(verify: VerifyArgs | bool | None) -> list[Fault]:
    """What is wrong with ``verify`` as far as it is known; the rest is found by the verification's check."""
    faults: list[Fault] = []
    if verify is True:
        faults.append(Fault("verify", "True isn't allowed", "Give settings, or False for no verification."))
    elif verify is not None and verify is not False and not has_outputs(verify):
        gather(faults, lambda: verify_spec(verify))
    return faults


def _none() -> pulumi.Output[None]:
    return pulumi.Output.from_input(None)
