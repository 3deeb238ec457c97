"""What sessions of a role may do: how it is declared, what services answer, and what that comes to."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.verification.fakes import Clock, FakeCaller, like_aws, refused, trust, verified

from rolecall.errors import DeclarationError
from rolecall.verification import (
    Cause,
    Done,
    ProbeResult,
    Refused,
    Reply,
    RoleReport,
    ServiceCall,
    Unanswered,
    Verdict,
    from_dict,
    read_verify,
    to_dict,
)

LIST = {"caller": "profile tools", "service": "s3", "operation": "list_buckets", "expect": "allowed"}
DONE = Done(request_id="r-done", milliseconds=3.0, endpoint="https://s3.eu-west-1.amazonaws.com")


def answered(code: str) -> Refused:
    return Refused(code=code, message="said", request_id="r", milliseconds=2.0)


def run(
    doing: Callable[[ServiceCall], Reply],
    *,
    changed: bool = False,
    clock: Clock | None = None,
    live: Mapping[str, object] | None = None,
    **entry: Any,
) -> tuple[RoleReport, FakeCaller]:
    caller = FakeCaller(like_aws(live or trust()), doing=doing)
    raw = {"callers": [{"profile": "tools"}], "can_do": [{**LIST, **entry}]}
    return verified(caller, live or trust(), raw, clock=clock, changed=changed), caller


def probe(report: RoleReport) -> ProbeResult:
    (found,) = [each for each in report.results if each.kind == "can-do"]
    return found


@pytest.mark.parametrize(
    ("reply", "expect", "verdict", "cause"),
    [
        (DONE, "allowed", Verdict.PROVED, None),
        (DONE, "denied", Verdict.REFUTED, Cause.MAY),
        (answered("AccessDenied"), "allowed", Verdict.REFUTED, Cause.MAY_NOT),
        (answered("AccessDeniedException"), "denied", Verdict.PROVED, None),
        (answered("UnauthorizedOperation"), "denied", Verdict.PROVED, None),
        (answered("AuthorizationError"), "denied", Verdict.PROVED, None),
        (answered("403"), "denied", Verdict.PROVED, None),
        (answered("DryRunOperation"), "allowed", Verdict.PROVED, None),
        (answered("NoSuchKey"), "allowed", Verdict.PROVED, None),
        (answered("NoSuchBucket"), "allowed", Verdict.INCONCLUSIVE, Cause.NEITHER_MAY),
        (answered("ResourceNotFoundException"), "denied", Verdict.INCONCLUSIVE, Cause.NEITHER_MAY),
        (answered("ValidationError"), "denied", Verdict.INCONCLUSIVE, Cause.NEITHER_MAY),
        (answered("404"), "allowed", Verdict.INCONCLUSIVE, Cause.NEITHER_MAY),
        (Unanswered(cause="no route"), "denied", Verdict.INCONCLUSIVE, Cause.NO_ANSWER),
    ],
)
def test_only_codes_that_are_about_policies_tell(
    reply: Reply, expect: str, verdict: Verdict, cause: Cause | None
) -> None:
    """A service may look for the thing, or check parameters, before it asks the policies."""
    report, _ = run(lambda _: reply, expect=expect)
    found = probe(report)

    assert (found.verdict, found.cause) == (verdict, cause)
    assert (found.label, found.prediction) == ("s3 list_buckets", None)
    assert report.verdict is verdict


def test_it_is_done_with_the_call_that_gets_in() -> None:
    """The session is that of the declared call, with the external ID that the trust asks for."""
    demanding = trust({"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}})
    _, caller = run(lambda _: DONE, live=demanding, parameters={"MaxBuckets": 3.0})

    ((call, what),) = caller.done
    assert call.external_id == "acme-3f1c9a0e7b52"
    assert what == ServiceCall(service="s3", operation="list_buckets", parameters={"MaxBuckets": 3})
    assert isinstance(what.parameters["MaxBuckets"], int)


def test_without_a_session_it_is_not_tried() -> None:
    """Where the declared call is refused there is nothing to try it with; the report says so."""
    caller = FakeCaller(lambda _: refused())
    report = verified(caller, trust(), {"callers": [{"profile": "tools"}], "can_do": [LIST]})

    assert caller.done == []
    assert [(each.kind, "s3 list_buckets needs a session" in each.reason) for each in report.skipped] == [
        ("can-do", True)
    ]


@pytest.mark.parametrize("expect", ["allowed", "denied"])
def test_after_a_change_it_is_waited_for(expect: str) -> None:
    """Policies of the role spread like its trust policy; an unchanged role is asked once."""
    clock = Clock()
    early, late = (
        (answered("AccessDenied"), DONE) if expect == "allowed" else (DONE, answered("AccessDenied"))
    )
    report, _ = run(lambda _: late if clock.elapsed > 8 else early, changed=True, clock=clock, expect=expect)
    assert probe(report).verdict is Verdict.PROVED
    assert 8 < clock.elapsed < 16

    once, caller = run(lambda _: early, expect=expect)
    assert (probe(once).verdict, len(caller.done)) == (Verdict.REFUTED, 1)


def test_what_will_not_change_is_not_waited_for() -> None:
    """A code that is about something else than policies stays."""
    clock = Clock()
    run(lambda _: answered("NoSuchBucket"), changed=True, clock=clock)
    assert clock.elapsed < 6


def test_the_result_survives_the_state() -> None:
    """With its endpoint, request id and label."""
    report, _ = run(lambda _: DONE)

    assert from_dict(to_dict(report)) == report
    assert probe(report).endpoint == "https://s3.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        ({"operation": "delete_bucket"}, "can_do[0].operation: delete_bucket may change something"),
        ({"caller": "profile eve"}, "can_do[0].caller: no caller 'profile eve' is to get in"),
        ({"service": None}, "can_do[0].service: is missing"),
        ({"expect": None}, "can_do[0].expect: is missing"),
        ({"parameters": "all"}, "can_do[0].parameters: 'all' isn't allowed"),
        ({"session_policy": 3}, "can_do[0].session_policy: 3 isn't allowed"),
        ({"session_policy": {"Statement": 1}}, "can_do[0].session_policy/Statement"),
        ({"reads": True}, "can_do[0].reads: there is no such field"),
    ],
)
def test_bad_entries_are_told(entry: dict[str, Any], part: str) -> None:
    """Each fault names the place."""
    raw = {
        "callers": [{"profile": "tools"}, {"profile": "eve", "expect": "denied"}],
        "can_do": [{**LIST, **entry}],
    }
    with pytest.raises(DeclarationError) as raised:
        read_verify(raw)
    assert part in str(raised.value)


def test_who_insists_may_change_something() -> None:
    """What a name doesn't show to be a reading call is made where the user says so."""
    raw = {"callers": [{"profile": "tools"}], "can_do": [{**LIST, "operation": "put_object", "insist": True}]}
    (entry,) = read_verify(raw).can_do
    assert str(entry.what) == "s3 put_object"


def test_a_session_policy_may_be_given_as_a_document() -> None:
    """It is sent as JSON text, so that a can-do probe can show what remains under it."""
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}
    raw = {"callers": [{"profile": "tools"}], "can_do": [{**LIST, "session_policy": policy}]}
    (entry,) = read_verify(raw).can_do
    assert entry.what.session_policy == (
        '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}'
    )


def test_parameters_stay_out_of_reprs() -> None:
    """They may hold what isn't for logs."""
    assert "secret" not in repr(ServiceCall(service="s3", operation="x", parameters={"Key": "secret"}))
