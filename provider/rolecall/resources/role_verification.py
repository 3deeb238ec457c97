"""The resource that proves who can assume a role, with the dynamic provider behind it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult
from pulumi.output import contains_unknowns

from rolecall.errors import RolecallError
from rolecall.reports import about, broken_sentence, headline
from rolecall.verification import RoleReport, Verdict, failures, reconsider, verify_role, warnings

from .args import RequireArgs, VerifyArgs
from .declared import Declared, read_inputs
from .door import EngineCall, engine_call, fail_partially
from .engine import Severity, StatusLine, log
from .faults import refuse
from .interrupts import end_quietly_when_interrupted
from .proof import INPUTS, OUTPUTS, report_in, to_outputs, without_report
from .providing import (
    VerificationProvider,
    compared,
    not_compared,
    same_trust,
    told,
    urn_of,
    why_again,
    words_or_defect,
)


class RoleVerificationProvider(VerificationProvider):
    """Translates the engine's verbs into verifications of one role.

    State files hold the path of this class, as a pickle: it is never renamed or moved.
    """

    def looked_over(
        self, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> tuple[Sequence[str], Sequence[str]]:
        """What is wrong with the new inputs, and words on what their trust policy newly lets in."""
        declared = read_inputs(news)
        if declared.faults:
            return [str(fault) for fault in declared.faults], ()
        broken = [declared.redact(broken_sentence(each)) for each in declared.broken()]
        return broken, words_or_defect(olds, declared)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Say whether the role is to be probed again, and tell why where the inputs don't show it.

        A proof that is too old, and a verdict that isn't proved, count as changes. Never a replacement.
        """
        if _changed_inputs(_olds, _news):
            return DiffResult(changes=True)
        reason = why_again(report_in(_olds), read_inputs(_news).spec, self.outside.now())
        if reason is not None:
            log(f"{reason}: the role will be probed again", urn=urn_of(engine_call()))
        return DiffResult(changes=reason is not None)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Verify the role. Where it isn't as declared the resource exists all the same, with the verdicts."""
        role_arn = str(props["role_arn"])
        return CreateResult(role_arn, self._verified(role_arn, props, changed=True))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Verify the role again; what is found replaces the old proof, whether it is good or bad.

        An answer that isn't as declared may be "not yet" unless the role is the one that was proved: then
        only the proof was too old, and the first answer counts.
        """
        report = report_in(_olds)
        changed = bool(_changed_inputs(_olds, _news)) or report is None or report.verdict is Verdict.REFUTED
        return UpdateResult(self._verified(_id, _news, changed=changed))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Hold the proof against the live trust policy, without a call to STS; what it finds is never raised.

        What isn't as declared any more is recorded as a partial failure, so that the next run repairs it.
        """
        call = engine_call()
        report = report_in(props)
        try:
            declared = read_inputs(props)
            refuse(declared.faults)
            if report is None:
                log("there is no proof to compare: the next run will prove", urn=urn_of(call))
                return ReadResult(id_, props)
            found = reconsider(
                report,
                self.outside.credentials.owner(declared.spec.owner).role(declared.role_arn),
                spec=declared.spec,
                declared_trust=declared.trust,
                requirements=declared.requirements,
                now=self.outside.now(),
            )
        except RolecallError as error:
            not_compared(call, error)
            return ReadResult(id_, props)
        return compared(call, id_, *_concluded(call, props, declared, found))

    def _verified(self, resource_id: str, inputs: dict[str, Any], *, changed: bool) -> dict[str, Any]:
        """The outputs after a verification; the call ends as a partial failure where it isn't as declared."""
        call = engine_call()
        status = StatusLine(urn_of(call))
        declared = read_inputs(inputs)
        refuse(declared.faults)
        credentials = self.outside.credentials
        try:
            report = verify_role(
                declared.role_arn,
                declared.spec,
                callers=credentials.callers(declared.spec.callers),
                owner=credentials.owner(declared.spec.owner),
                surroundings=self.outside.surroundings(call),
                default_region=self.outside.region(),
                declared_trust=declared.trust,
                changed=changed,
                requirements=declared.requirements,
                tell=lambda line: status(declared.redact(line)),
            )
        except RolecallError as error:
            # Not even one question could be asked. Raising would keep an older proof in the state.
            outputs = without_report(inputs, Verdict.INCONCLUSIVE)
            reason = declared.redact(about(declared.role_arn, str(error)))
            fail_partially(call, resource_id=resource_id, outputs=outputs, reasons=[reason])
            return outputs
        status(headline(report))
        outputs, reasons = _concluded(call, inputs, declared, report)
        if reasons:
            fail_partially(call, resource_id=resource_id, outputs=outputs, reasons=reasons)
        return outputs


class RoleVerification(Resource, module="rolecall", name="RoleVerification"):
    """Proves, with real calls to STS, who can assume a role and who can't.

    What depends on ``verified_arn`` waits until the role was really assumed by those who shall get in, and
    refused to those who shall not. Made by ``CrossAccountRole`` and by ``rolecall.verify``.

    Attributes:
        verified_arn: ARN of the role, known to be as declared.
        verdict: ``proved``, ``pending``, ``inconclusive`` or ``refuted``; none without a caller to try.
        level: ``live``, ``evaluated`` or ``none``: how far every Allow statement was verified.
        verified_at: UTC time of the proof, ISO 8601.
        trust_policy_sha256: hash of the trust policy that was proved, in canonical form.
        role_unique_id: unique id of the role (``AROA…``).
        regions: STS endpoints that were asked.
        probes: one dictionary a probe: what was tried, what STS said, and what that means.
    """

    role_arn: pulumi.Output[str]
    verified_arn: pulumi.Output[str]
    trust_policy: pulumi.Output[str | None]
    verdict: pulumi.Output[str | None]
    level: pulumi.Output[str]
    verified_at: pulumi.Output[str]
    trust_policy_sha256: pulumi.Output[str | None]
    role_unique_id: pulumi.Output[str | None]
    regions: pulumi.Output[Sequence[str]]
    probes: pulumi.Output[Sequence[Mapping[str, Any]]]

    def __init__(
        self,
        resource_name: str,
        *,
        role_arn: pulumi.Input[str],
        trust_policy: pulumi.Input[str | None] = None,
        verify: pulumi.Input[VerifyArgs | None] = None,
        require: pulumi.Input[RequireArgs | None] = None,
        nonce: pulumi.Input[str | None] = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a verification.

        Args:
            resource_name: Pulumi's name of the resource.
            role_arn: the role.
            trust_policy: the trust policy that was declared for it, as JSON; where it is left out the live
                one is taken at its word, and only a later change of it is noticed.
            verify: callers, expectations, patience and gates.
            require: requirements that the trust policy must meet besides.
            nonce: any text; another one makes the next run probe again. For a role of the same program this
                is its unique id, so that a role that was made anew is proved anew.
            opts: Pulumi's options.
        """
        end_quietly_when_interrupted()
        inputs = {
            "role_arn": role_arn,
            "verified_arn": role_arn,
            "trust_policy": trust_policy,
            "verify": verify,
            "require": require,
            "nonce": nonce,
        }
        super().__init__(
            RoleVerificationProvider(), resource_name, {**inputs, **dict.fromkeys(OUTPUTS)}, opts
        )


def _concluded(
    call: EngineCall | None, inputs: Mapping[str, Any], declared: Declared, report: RoleReport
) -> tuple[dict[str, Any], list[str]]:
    """The outputs for a report and why it isn't as declared; what it only leaves open is told to the user."""

    for words in told(report, warnings(report, declared.spec), declared.redact):
        log(words, urn=urn_of(call), severity=Severity.WARNING)
    reasons = told(report, failures(report, declared.spec), declared.redact)
    return to_outputs(inputs, report, declared.redact), reasons


def _changed_inputs(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """Names of the inputs that differ; one that a preview doesn't know yet differs."""
    return [name for name in INPUTS if not _same(name, olds.get(name), news.get(name))]


def _same(name: str, old: object, new: object) -> bool:
    if contains_unknowns(new):
        return False
    return same_trust(old, new) if name == "trust_policy" else old == new
