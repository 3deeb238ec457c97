"""The resource that proves who can assume many roles, with the dynamic provider behind it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult
from pulumi.output import contains_unknowns

from rolecall.errors import Fault, RolecallError
from rolecall.reports import about
from rolecall.verification import FleetRole, RoleReport, Verdict

from .args import CallerArgs, FleetDefaultsArgs, FleetRoleArgs, RequireArgs
from .cross_account_role import CrossAccountRole
from .declared import read_inputs
from .door import EngineCall, engine_call, fail_partially
from .engine import Severity, log
from .faults import gather, refuse, run_error
from .fleet_inputs import CONCURRENCY, DeclaredFleet, Member, read_fleet_inputs
from .fleet_proof import INPUTS, OUTPUTS, FleetProof, first_of, reports_in
from .fleet_run import compare, prove
from .interrupts import end_quietly_when_interrupted
from .providing import (
    VerificationProvider,
    compared,
    not_compared,
    same_trust,
    urn_of,
    why_again,
    words_or_defect,
)
from .requirements import stack_requirements
from .trust import require_met
from .values import has_outputs

FleetMember = CrossAccountRole | aws.iam.Role | pulumi.Input[str] | FleetRoleArgs
"""A role of this program, an ARN, or a dictionary that says more."""


class FleetVerificationProvider(VerificationProvider):
    """Translates the engine's verbs into verifications of many roles.

    State files hold the path of this class, as a pickle: it is never renamed or moved.
    """

    def looked_over(
        self, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> tuple[Sequence[str], Sequence[str]]:
        """What is wrong with the new inputs, and words on what their trust policies newly let in."""
        declared = read_fleet_inputs(news)
        if declared.faults:
            return [str(fault) for fault in declared.faults], ()
        broken = {arn: list(member.broken()) for arn, member in declared.members.items()}
        return first_of({arn: found for arn, found in broken.items() if found}), first_of(
            _changes(olds, declared)
        )

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Say whether roles are to be probed again, and tell why where the inputs don't show it.

        A proof that is too old, and a verdict that isn't proved, count as changes. Never a replacement.
        """
        if _changed_inputs(_olds, _news):
            return DiffResult(changes=True)
        declared = read_fleet_inputs(_news)
        again = self._again(declared, declared, reports_in(_olds))
        if again:
            told = first_of({arn: [about(arn, reason)] for arn, reason in again.items()})
            heading = f"{len(again)} of {len(declared.members)} roles will be probed again:"
            log("\n".join([heading, *told]), urn=urn_of(engine_call()))
        return DiffResult(changes=bool(again))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Verify all roles. The resource exists with all verdicts also where one isn't as declared."""
        resource_id = f"fleet-{secrets.token_hex(8)}"
        return CreateResult(resource_id, self._verified(resource_id, {}, props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Verify the roles that are new, changed, or without a proof that stands; keep the other proofs."""
        return UpdateResult(self._verified(_id, _olds, _news))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Hold the proofs against the live trust policies, without a call to STS; never raises what it finds.

        What isn't as declared any more is recorded as a partial failure, so that the next run repairs it.
        """
        call = engine_call()
        reports = reports_in(props)
        if not reports:
            log("there is no proof to compare: the next run will prove", urn=urn_of(call))
            return ReadResult(id_, props)
        try:
            declared = read_fleet_inputs(props)
            refuse(declared.faults)
            proof, unread = compare(declared, reports, outside=self.outside, call=call)
        except RolecallError as error:
            not_compared(call, error)
            return ReadResult(id_, props)
        _warn(call, first_of(unread))
        return compared(call, id_, *_concluded(call, props, proof))

    def _again(
        self, before: DeclaredFleet, declared: DeclaredFleet, reports: Mapping[str, RoleReport]
    ) -> dict[str, str]:
        """Why roles are to be verified again, by ARN; roles whose proof stands are left out."""
        now = self.outside.now()
        reasons = {
            arn: "something else is asked about it"
            if _is_another(before.members.get(arn), member)
            else why_again(reports.get(arn), member.role.spec, now)
            for arn, member in declared.members.items()
        }
        return {arn: reason for arn, reason in reasons.items() if reason is not None}

    def _verified(self, resource_id: str, olds: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        """The outputs after a verification; the call ends as a partial failure where it isn't as declared."""
        call = engine_call()
        declared, before, reports = read_fleet_inputs(inputs), read_fleet_inputs(olds), reports_in(olds)
        refuse(declared.faults)
        again = self._again(before, declared, reports)
        proof = FleetProof(declared.gates)
        due: list[FleetRole] = []
        for arn, member in declared.members.items():
            report = reports.get(arn)
            if report is not None and arn not in again:
                proof.add(member, report)
                continue
            # Where only the proof was too old, the first answer counts: nothing changed that has to spread.
            refuted = report is None or report.verdict is Verdict.REFUTED
            changed = refuted or _is_another(before.members.get(arn), member)
            due.append(replace(member.role, changed=changed))
        prove(due, proof, declared, outside=self.outside, call=call)
        outputs, reasons = _concluded(call, inputs, proof)
        if reasons:
            fail_partially(call, resource_id=resource_id, outputs=outputs, reasons=reasons)
        return outputs


class FleetVerification(Resource, module="rolecall", name="FleetVerification"):
    """Proves, with real calls to STS, who can assume many roles and who can't: one resource for all of them.

    An update probes only the roles that are new, have changed, or have no proof that stands. A role that
    isn't as declared fails the run with a sentence; the verdicts of the others are kept.

    The roles are there with their policies before they are proved: "prove, then empower" is what a
    ``CrossAccountRole`` with a ``verify`` of its own does. For a fleet give them ``verify=False``, and let
    what uses them wait for ``verified_arns``.

    Attributes:
        verified_arns: ARNs of the roles in their order, all known to be as declared.
        verdict: the worst of all: ``proved``, ``pending``, ``inconclusive`` or ``refuted``; none where
            nobody was to try.
        level: the least of all: ``live``, ``evaluated`` or ``none``.
        verified_at: UTC time of the oldest proof, ISO 8601.
        verdicts: one dictionary a role: ``role_arn``, ``verdict``, ``level``, ``verified_at``, ``probes``,
            and ``reasons`` where it isn't as declared.
        reports: all that was found out, packed, for the next run.
    """

    verified_arns: pulumi.Output[Sequence[str]]
    verdict: pulumi.Output[str | None]
    level: pulumi.Output[str]
    verified_at: pulumi.Output[str | None]
    verdicts: pulumi.Output[Sequence[Mapping[str, Any]]]
    reports: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        roles: Sequence[FleetMember],
        callers: Mapping[str, pulumi.Input[CallerArgs]] | None = None,
        owners: Mapping[str, pulumi.Input[CallerArgs]] | None = None,
        defaults: FleetDefaultsArgs | None = None,
        concurrency: pulumi.Input[int] = CONCURRENCY,
        calls_per_second: pulumi.Input[float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a verification of many roles.

        Args:
            resource_name: Pulumi's name of the resource.
            roles: roles of this program, whose trust policies count as declared; ARNs of any others, whose
                live ones are taken at their word; dictionaries that say more.
            callers: who tries, by the name by which ``roles`` and reports speak of it.
            owners: who reads the roles of an account, by account ID; ``defaults.owner``, or the stack's own
                credentials, where there is none.
            defaults: what is asked about every role that doesn't say otherwise.
            concurrency: roles verified at the same time, 1 to 50.
            calls_per_second: of each calling account; 20, shared by all verifications of the run, where it
                is left out. The quota of STS is shared with all else that the account does.
            opts: Pulumi's options.

        Raises:
            pulumi.RunError: with every fault that can be seen without AWS.
        """
        end_quietly_when_interrupted()
        subject = f'fleet "{resource_name}"'
        faults: list[Fault] = []
        require = gather(faults, stack_requirements)
        if isinstance(roles, str) or not isinstance(roles, Sequence):
            faults.append(Fault("roles", "is no list", "Give a list of roles."))
            raise run_error(subject, faults)
        entries = [_entry(each, require, subject) for each in roles]
        inputs: dict[str, Any] = {
            "roles": entries,
            "verified_arns": [each.get("arn") for each in entries],
            "callers": callers,
            "owners": owners,
            "defaults": defaults,
            "require": require,
            "concurrency": concurrency,
            "calls_per_second": calls_per_second,
        }
        if not has_outputs(inputs):
            faults.extend(read_fleet_inputs(inputs).faults)
        if faults:
            raise run_error(subject, faults)
        super().__init__(
            FleetVerificationProvider(), resource_name, {**inputs, **dict.fromkeys(OUTPUTS)}, opts
        )


def _entry(member: FleetMember, require: RequireArgs | None, subject: str) -> Mapping[str, Any]:
    """A role as the provider reads it; the unique id of one of this program tells when it was made anew."""
    if isinstance(member, Mapping):
        return member
    if isinstance(member, CrossAccountRole):
        return {"arn": member.arn, "trust_policy": member.trust_policy, "nonce": member.unique_id}
    if isinstance(member, aws.iam.Role):
        policy = require_met(member.assume_role_policy, require, owner=member, subject=subject)
        return {"arn": member.arn, "trust_policy": policy, "nonce": member.unique_id}
    return {"arn": member}


def _is_another(before: Member | None, member: Member) -> bool:
    """Whether something else is asked about a role than before, or it was made anew."""
    return before is None or before.question != member.question


def _changes(olds: Mapping[str, Any], declared: DeclaredFleet) -> dict[str, list[str]]:
    """What changed trust policies let in and keep out, by ARN; only of roles of which both are known."""
    before = read_fleet_inputs(olds).members
    found: dict[str, list[str]] = {}
    for arn, member in declared.members.items():
        old = before.get(arn)
        if old is None or same_trust(old.role.declared_trust, member.role.declared_trust):
            continue
        words = words_or_defect(_alone(old), read_inputs(_alone(member)))
        if words:
            found[arn] = [about(arn, each) for each in words]
    return found


def _alone(member: Member) -> dict[str, Any]:
    """A role as the inputs of a verification of its own."""
    return {"role_arn": member.role.role_arn, "trust_policy": member.role.declared_trust}


def _changed_inputs(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Whether an input differs, however it is written; one that a preview doesn't know yet differs."""
    if any(contains_unknowns(news.get(name)) for name in INPUTS):
        return True
    if any(olds.get(name) != news.get(name) for name in INPUTS if name != "roles"):
        return True
    old, new = olds.get("roles") or [], news.get("roles") or []
    return len(old) != len(new) or not all(map(_same_entry, old, new))


def _same_entry(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    same = same_trust(old.get("trust_policy"), new.get("trust_policy"))
    return same and {**old, "trust_policy": None} == {**new, "trust_policy": None}


def _concluded(
    call: EngineCall | None, inputs: Mapping[str, Any], proof: FleetProof
) -> tuple[dict[str, Any], list[str]]:
    """The outputs and why the roles aren't as declared; what they only leave open is told to the user."""
    _warn(call, first_of(proof.warned))
    return proof.outputs(inputs), first_of(proof.failed)


def _warn(call: EngineCall | None, sentences: Sequence[str]) -> None:
    """One warning, of as many lines as there are sentences."""
    if sentences:
        log("\n".join(sentences), urn=urn_of(call), severity=Severity.WARNING)
