"""Lint findings on a declared trust policy, as warnings of the run; accepted ones are let be."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pulumi

from rolecall.errors import Fault

from .args import RequireArgs
from .documents import decoded
from .faults import gather
from .redaction import Redaction

if TYPE_CHECKING:
    from rolecall.lint import Acceptance

_ACCEPT = "accept"
_HERE = "here"


def accepted(accept: Sequence[object] | None, faults: list[Fault]) -> tuple["Acceptance", ...]:
    """The checked form of ``accept``; what is wrong with it is added to the faults."""
    if not accept:
        return ()
    from rolecall.lint import read_acceptances  # noqa: PLC0415 - the process that verifies needs no rules

    entries = [
        {**each, "where": f"{_HERE}#{each.get('where', '')}"} if isinstance(each, Mapping) else each
        for each in accept
    ]
    return gather(faults, lambda: read_acceptances(entries, path=_ACCEPT)) or ()


def warn_of_findings(
    trust_policy: pulumi.Output[str],
    acceptances: Sequence["Acceptance"],
    require: RequireArgs | None,
    resource: pulumi.Resource,
) -> None:
    """Tell what lint finds in a trust policy as soon as it is known: a warning for each finding.

    Args:
        trust_policy: as JSON.
        acceptances: findings that are let be until their day.
        require: the stack's requirements, which name its own accounts.
        resource: where the warnings stand.
    """
    own: Any = (require or {}).get("own_accounts") or ()

    def tell(text: str) -> None:
        for line in findings_in(text, acceptances, own_accounts=frozenset(own), now=datetime.now(UTC)):
            pulumi.log.warn(line, resource=resource)

    # The lines hold fingerprints in place of external IDs, so they are no secret.
    pulumi.Output.unsecret(trust_policy).apply(tell)


def findings_in(
    text: str, acceptances: Sequence["Acceptance"], *, own_accounts: frozenset[str], now: datetime
) -> tuple[str, ...]:
    """The findings that count, each as a line without external IDs; worst first.

    Args:
        text: the trust policy as JSON.
        acceptances: findings that are let be.
        own_accounts: accounts that are no third parties.
        now: the moment, in UTC.
    """
    from rolecall.lint import (  # noqa: PLC0415 - the process that verifies needs no rules
        LintContext,
        Severity,
        lint_document,
        weigh,
    )

    document = decoded(text, "trust_policy")
    redact = Redaction.of(document)
    found = lint_document(document, context=LintContext(own_accounts=own_accounts, now=now))
    weighed = weigh(found, acceptances, places=[_HERE], today=now.date())
    order = list(Severity)
    counting = [
        each for each in weighed if each.accepted is None and each.finding.severity.reaches(Severity.WARNING)
    ]
    lines = []
    for each in sorted(counting, key=lambda one: -order.index(one.finding.severity)):
        finding = each.finding
        ended = f" (accepted until {each.expired.until}, which is over)" if each.expired else ""
        place = f" at {finding.path}" if finding.path else ""
        lines.append(redact(f"lint {finding.rule}{place}{ended}: {finding.sentence} {finding.fix}"))
    return tuple(lines)
