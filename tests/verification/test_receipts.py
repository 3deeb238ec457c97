"""Receipts: what a vendor's own probes found out, and what the role's owner makes of it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.verification.fakes import (
    ROLE,
    FakeCaller,
    assumed,
    like_aws,
    refused,
    trust,
    verified,
)

from rolecall.errors import DeclarationError
from rolecall.verification import (
    Attested,
    Cause,
    Level,
    LiveRole,
    Receipt,
    RoleReport,
    Unreadable,
    Verdict,
    attest,
    failures,
    from_dict,
    is_refuted,
    read_receipt,
    read_verify,
    receipt_document,
    receipt_of,
    to_dict,
)

SECRET = "acme-3f1c9a0e7b52"
VENDOR = "arn:aws:iam::333333333333:user/vendor"
RIGHT = trust({"StringEquals": {"sts:ExternalId": SECRET}}, principal="333333333333")
OPEN = trust(principal="333333333333")
EVE = "arn:aws:iam::444444444444:user/eve"
STRANGER = {"callers": [{"profile": "eve", "expect": "denied"}]}
DAY = 24 * 3600.0
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def receipt(
    seen_by_sts: Mapping[str, object] = RIGHT, *, sends: str | None = SECRET, read: bool = False
) -> Receipt:
    """What a vendor writes, who usually can't read the trust policy."""
    caller = FakeCaller(like_aws(seen_by_sts, VENDOR), arn=VENDOR)
    given = {"profile": "tools"} | ({"external_id": sends} if sends else {})
    raw = {"callers": [given]}
    report = verified(caller, seen_by_sts if read else None, raw)
    made = receipt_of([report], read_verify(raw).callers, run_id="0a1b2c3d", salt=b"0123456789abcdef")
    return read_receipt(json.loads(json.dumps(receipt_document(made))), path="receipt.json")


def owner_half(live: Mapping[str, object] = RIGHT) -> RoleReport:
    """What an owner finds out who has a stranger, and none of the vendor's credentials."""
    stranger = FakeCaller(like_aws(live, EVE), arn=EVE)
    return verified(stranger, live, STRANGER)


def joined(
    given: Receipt,
    live: Mapping[str, object] | None = RIGHT,
    *,
    unique_id: str = "AROADEPLOY",
    after: timedelta = timedelta(days=1),
) -> RoleReport:
    role: LiveRole | Unreadable = Unreadable(cause="AccessDenied")
    if live is not None:
        role = LiveRole(arn=ROLE, unique_id=unique_id, trust_policy=live, max_session_duration_seconds=3600)
    return attest(
        owner_half(live or RIGHT),
        [given],
        role,
        declared_trust=None,
        max_age_seconds=30 * DAY,
        now=MADE + after,
    )


def test_what_only_the_vendor_can_show_is_told() -> None:
    """Without its credentials a stranger with the right external ID is refused, and the rest stays open."""
    report = owner_half()

    (stranger,) = report.results
    assert (stranger.kind, stranger.verdict, stranger.holds_external_id) == ("stranger", "proved", True)
    (open_point,) = report.skipped
    assert open_point.account == "333333333333"
    assert "only account 333333333333 can show that it gets in with this external ID" in open_point.reason
    assert report.level is Level.EVALUATED


def test_a_vendors_word_raises_the_level_and_proves_nothing() -> None:
    """The owner's verdict stays its own; the statement is stated both ways, which is less than live."""
    report = joined(receipt())

    (attested,) = report.receipts
    assert (attested.account, attested.refused, attested.made_at) == ("333333333333", "", MADE)
    assert {(each.kind, each.verdict) for each in attested.results} == {
        ("as-declared", Verdict.PROVED),
        ("external-id-absent", Verdict.PROVED),
        ("external-id-suffixed", Verdict.PROVED),
        ("external-id-unrelated", Verdict.PROVED),
    }
    assert (report.verdict, report.level) == (Verdict.PROVED, Level.RECEIPT)
    assert [each.kind for each in report.results] == ["stranger"]
    assert report.skipped == ()


def test_the_level_of_a_receipt_is_not_live() -> None:
    """Who requires live probes gets none from a receipt."""
    strict = read_verify({"require": "live"})
    assert [each.level for each in failures(joined(receipt()), strict)] == [Level.RECEIPT]  # type: ignore[union-attr]


def test_a_vendor_that_got_in_without_the_external_id_refutes() -> None:
    """What the vendor saw STS do counts against the role, even where the live policy reads right now."""
    lost = receipt(OPEN)
    report = joined(lost)

    by_kind = {each.kind: each for each in report.receipts[0].results}
    assert by_kind["external-id-absent"].cause is Cause.GOT_IN
    assert by_kind["external-id-absent"].disagreement is not None
    assert (report.verdict, report.level) == (Verdict.REFUTED, Level.EVALUATED)
    assert all(map(is_refuted, failures(report, read_verify({}))))


def test_a_vendor_that_does_not_get_in_shows_nothing() -> None:
    """Its refusals say nothing without the call that gets in, which the vendor's own side may lack."""
    caller = FakeCaller(lambda _: refused(), arn=VENDOR)
    raw = {"callers": [{"profile": "tools", "external_id": SECRET}]}
    kept_out = receipt_of(
        [verified(caller, None, raw)], read_verify(raw).callers, run_id="1", salt=b"0123456789abcdef"
    )

    by_kind = {each.kind: each.cause for each in joined(kept_out).attested}
    assert by_kind["as-declared"] is Cause.CALLER_SIDE_UNREADABLE
    assert by_kind["external-id-absent"] is Cause.CONTROL_REFUSED


@pytest.mark.parametrize(
    ("given", "how", "why"),
    [
        (receipt(), {"after": timedelta(days=31)}, "it is too old: it was made at 2026-01-01 00:00 UTC"),
        (receipt(), {"after": timedelta(minutes=-6)}, "its times lie in the future"),
        (
            receipt(),
            {"unique_id": "AROANEW"},
            "the role was made anew since: it was AROADEPLOY, and is AROANEW",
        ),
        (receipt(read=True), {"live": OPEN}, "it was made with another trust policy than the role has now"),
        (
            receipt(sends="another-id"),
            {},
            "the external ID that was sent isn't one that the trust policy lists",
        ),
        (
            receipt(),
            {"live": None},
            "the live trust policy could not be read, so there is nothing to hold it against",
        ),
    ],
)
def test_a_receipt_that_does_not_count_says_why(given: Receipt, how: dict[str, Any], why: str) -> None:
    """Too old, of another role under the same name, of another trust policy: could not tell."""
    report = joined(given, **how)

    assert [each.refused for each in report.receipts] == [why]
    assert report.attested == ()
    assert report.verdict is Verdict.INCONCLUSIVE
    refusals = [each for each in failures(report, read_verify({})) if isinstance(each, Attested)]
    assert [each.refused for each in refusals] == [why]
    assert not is_refuted(refusals[0])


def test_a_receipt_without_a_probe_that_the_trust_asks_for_leaves_it_open() -> None:
    """A vendor that can't read the trust policy doesn't know of its condition on session names."""
    named = {"StringEquals": {"sts:ExternalId": SECRET, "sts:RoleSessionName": "rolecall-0a1b2c3d"}}
    report = joined(receipt(), trust(named, principal="333333333333"))

    assert [(each.kind, each.reason) for each in report.skipped] == [
        ("session-name-wrong", "the receipt does not have it")
    ]
    assert report.level is Level.EVALUATED


def test_a_receipt_of_other_roles_changes_nothing() -> None:
    """Receipts may be about many roles; each report takes its own."""
    other = receipt()
    renamed = replace(other, roles=tuple(replace(role, role_arn=f"{ROLE}-other") for role in other.roles))
    assert joined(renamed) == owner_half()


def test_a_joined_report_survives_the_state() -> None:
    """With the receipt in it."""
    report = joined(receipt())
    assert from_dict(json.loads(json.dumps(to_dict(report)))) == report


def test_a_receipt_holds_no_external_id() -> None:
    """Only a slow, salted fingerprint, by which who knows the value recognises it."""
    text = json.dumps(receipt_document(receipt()))
    assert SECRET not in text
    assert "rolecall-" not in SECRET
    (caller,) = receipt().roles[0].callers
    assert caller.external_id is not None
    assert (caller.external_id.fits(SECRET), caller.external_id.fits(f"{SECRET}x")) == (True, False)


def test_a_receipt_tells_where_to_look_it_up() -> None:
    """Request ids, times and the session name's mark lead to the owner's CloudTrail."""
    told = receipt()
    (caller,) = told.roles[0].callers
    assert told.run_id == "0a1b2c3d"
    assert {(probe.request_id, probe.region) for probe in caller.probes} == {
        ("r-in", "eu-west-1"),
        ("r-out", "eu-west-1"),
    }


def test_strangers_are_no_part_of_a_receipt() -> None:
    """A receipt states that its own caller gets in; who else doesn't is the owner's to try."""
    caller = FakeCaller(lambda _: refused(), arn=EVE)
    report = verified(caller, None, STRANGER)
    assert (
        receipt_of([report], read_verify(STRANGER).callers, run_id="1", salt=b"0" * 16).roles[0].callers == ()
    )


def test_a_caller_without_identity_is_no_part_of_a_receipt() -> None:
    """Who couldn't even be asked who it is has nothing to state."""
    raw = {"callers": [{"profile": "tools"}]}
    report = verified(FakeCaller(lambda _: assumed(), arn=VENDOR), None, raw)
    nameless = replace(report, results=tuple(replace(each, caller_arn=None) for each in report.results))
    assert receipt_of([nameless], read_verify(raw).callers, run_id="1", salt=b"0" * 16).roles[0].callers == ()


def changed(**fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(receipt_document(receipt())))
    probe: dict[str, Any] = document["roles"][0]["callers"][0]["probes"][0]
    for place in (document, document["roles"][0], document["roles"][0]["callers"][0], probe):
        place.update({name: value for name, value in fields.items() if name in place})
    return document


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ([], "is no receipt"),
        ({}, "is no receipt"),
        (changed(format=2), "has format 2, and this version reads format 1"),
        (changed(roles=3), "is no receipt"),
        (changed(role_arn="arn:aws:iam::222222222222:user/x"), "isn't the ARN of a role"),
        (changed(caller_arn="arn:aws:iam::333333333333:root"), "isn't the ARN of a user"),
        (changed(caller_arn="me"), "is no receipt"),
        (changed(outcome="perhaps"), "is no receipt"),
        (changed(first_at="2026-01-01T00:00:00"), "a time says no time zone"),
    ],
)
def test_what_is_no_receipt_is_refused(data: object, part: str) -> None:
    """A file that was edited or is of another kind is noticed."""
    with pytest.raises(DeclarationError, match=part) as raised:
        read_receipt(data, path="--with-receipt receipt.json")
    assert str(raised.value).startswith("--with-receipt receipt.json: ")
