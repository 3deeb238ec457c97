"""Holds the answers to probes against the role as it is: what they mean, and what they show."""

from dataclasses import dataclass

from rolecall.policy import UNKNOWN, Answer, Arn, Decision, PolicyKind

from . import results
from .judge import Evidence, judge
from .live import Live
from .model import Expectation, Probe, ProbeKind, ProbeResult
from .ports import Assumed, Caller, Reply
from .prediction import Situation, by_both, by_trust
from .report import Skipped
from .signs import Signs
from .waiting import Settled, is_refused


@dataclass(slots=True, kw_only=True)
class Answers:
    """Reads the answers of one role.

    Attributes:
        role_arn: the role that is meant.
        live: the role as IAM has it.
        seen_unique_id: the unique id of the role that was assumed; ``None`` while none was.
    """

    role_arn: str
    live: Live
    seen_unique_id: str | None = None

    def signs(self, probe: Probe, caller: Caller, situation: Situation) -> Signs:
        """How answers to a probe are read while a change spreads."""
        decision = self._by_trust(probe, situation)

        def both_sides() -> Answer:
            if self.live.policy is None:
                return Answer.UNKNOWN
            return by_both(probe.call, situation, self.live.policy, caller.own_side()).answer

        trust = decision.trust if decision is not None else Answer.UNKNOWN
        return Signs(expectation=probe.expectation, trust=trust, both_sides=both_sides)

    def result(
        self,
        probe: Probe,
        settled: Settled,
        caller: Caller,
        situation: Situation,
        *,
        control: bool | None = None,
    ) -> ProbeResult:
        """The result of a probe; where its refusal may be the caller's own doing, that side is read too.

        Args:
            probe: the probe.
            settled: the answer that stayed.
            caller: who asked.
            situation: who that is, when and where.
            control: whether the declared call got in before and after; ``None`` without a control.
        """
        decision = self._by_trust(probe, situation)
        asks_own_side = probe.expectation is Expectation.ALLOWED or probe.kind is ProbeKind.STRANGER
        was_read = False
        if asks_own_side and is_refused(settled.reply) and self.live.policy is not None:
            own_side = caller.own_side()
            was_read = own_side.identity_policies is not UNKNOWN
            decision = by_both(probe.call, situation, self.live.policy, own_side)
        evidence = Evidence(
            reply=settled.reply,
            decision=decision,
            own_side_read=was_read,
            right_role=self._is_right_role(settled.reply),
            control_allowed=control,
            contradictory=settled.contradictory,
        )
        judgement = judge(probe.kind, probe.expectation, evidence)
        return results.tried(probe, situation, settled, judgement, decision, own_side_read=was_read)

    def evaluated(self, probe: Probe, situation: Situation) -> ProbeResult | Skipped | None:
        """What the live trust policy says to a probe that isn't made; ``None`` where it wasn't read."""
        decision = self._by_trust(probe, situation)
        return results.decided(probe, situation, decision) if decision is not None else None

    def statements(self, probe: Probe, situation: Situation) -> frozenset[int]:
        """The statements of the live trust policy through which a call gets in."""
        decision = self._by_trust(probe, situation)
        settled_by = decision.settled_by if decision is not None else ()
        return frozenset(ref.index for ref in settled_by if ref.kind is PolicyKind.TRUST)

    def _by_trust(self, probe: Probe, situation: Situation) -> Decision | None:
        """What the live trust policy says to a probe; ``None`` where it couldn't be read."""
        policy = self.live.policy
        return by_trust(probe.call, situation, policy) if policy is not None else None

    def _is_right_role(self, reply: Reply) -> bool:
        """Whether the role that was assumed is the one meant: account, name and unique id."""
        if not isinstance(reply, Assumed):
            return True
        arn = Arn.parse(self.role_arn)
        self.seen_unique_id = reply.role_unique_id
        return (
            reply.account == arn.account
            and reply.role_name == arn.name
            and self.live.unique_id in {None, reply.role_unique_id}
        )
