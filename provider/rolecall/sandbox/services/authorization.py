"""Whether a caller may make a call to a service other than STS."""

from dataclasses import dataclass

from rolecall.policy.decision import Answer
from rolecall.policy.request import Unknown

from ..callers.incoming import Arrival
from ..callers.permissions import Permissions, Verdict
from ..door.refusals import Refusal
from ..door.wire import HttpRequest
from ..sealing import Seal
from ..sts.denials import encoded
from . import calls


@dataclass(frozen=True, slots=True)
class Authorization:
    """Decides by the caller's own policies; policies of buckets, keys and queues are not asked.

    Used under the sandbox's lock.
    """

    permissions: Permissions
    seal: Seal

    def require(self, request: HttpRequest, service: str, call: Arrival) -> None:
        """Let a call pass that the caller's own policies permit.

        Raises:
            Refusal: as the service would refuse; ``NotImplemented`` where the answer hangs on what the
                sandbox can't tell.
        """
        found = calls.read(request, service, call.region, call.identity)
        if found is None:
            raise Refusal("NotImplemented", f"The sandbox can't tell which operation of {service} this is.")
        verdict = self.permissions.decide(call, found.action, found.resource)
        if verdict.permission.answer is Answer.UNKNOWN:
            raise Refusal("NotImplemented", _doubt(found.action, verdict))
        if verdict.permission.answer is Answer.DENIED:
            raise self._denied(service, call, verdict)

    def _denied(self, service: str, call: Arrival, verdict: Verdict) -> Refusal:
        if service != "ec2":
            return Refusal("AccessDenied", verdict.sentence())
        message = encoded(self.seal, call.identity, verdict)
        return Refusal(
            "UnauthorizedOperation",
            f"You are not authorized to perform this operation. {verdict.sentence()}. "
            f"Encoded authorization failure message: {message}",
        )


def _doubt(action: str, verdict: Verdict) -> str:
    if isinstance(verdict.use.resource, Unknown):
        return f"The sandbox can't tell what {action} is done to, and the caller's policies ask for that."
    return f"The sandbox can't tell whether the caller's policies allow {action}."
