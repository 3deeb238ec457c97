"""Points: what isn't proved, the worst first, graded by the user's own rules."""

from dataclasses import replace

from tests.reports.facts import REFUSES, ROLE, allowed, attested, report, result

from rolecall.reports import to_document
from rolecall.reports.points import Grade, points
from rolecall.verification.model import Cause, ProbeKind, Verdict

TOLERANT = (Verdict.PENDING, Verdict.INCONCLUSIVE)


def test_what_is_proved_is_no_point() -> None:
    """A role as declared has none."""
    assert points(to_document([report(results=(allowed(), result()), broken=())])) == ()


def test_the_worst_comes_first() -> None:
    """What is refuted stands before what is open, of whichever role."""
    other = report(role_arn=f"{ROLE}-a", trust_unreadable="no credentials")
    found = points(to_document([report(), other], unverified={"arn:aws:iam::222222222222:role/x": "gone"}))

    refuted = [point.refuted for point in found]
    assert refuted == sorted(refuted, reverse=True)
    assert [point.rule.id for point in found if point.refuted] == [
        "requirement/no_public",
        "refuted/external-id-absent",
    ] * 2
    assert {point.rule.id for point in found if not point.refuted} == {
        "not-verified",
        "trust-policy-unread",
        "inconclusive/stranger",
        "pending/expected",
    }


def test_tolerance_makes_warnings() -> None:
    """What the user tolerates is a warning and comes last; what is refuted is always an error."""
    told = report(trust_unreadable="no credentials")

    found = points(to_document([told], tolerated=TOLERANT))

    assert [point.grade for point in found] == [Grade.ERROR] * 2 + [Grade.WARNING] * 3
    assert all(point.grade is Grade.ERROR for point in points(to_document([told])))


def test_a_role_nobody_could_ask_is_an_error_whatever_is_tolerated() -> None:
    """Tolerance is for verdicts; where there is none the run couldn't tell."""
    (point,) = points(to_document([], unverified={ROLE: "no credentials"}, tolerated=TOLERANT))

    assert (point.grade, point.refuted) == (Grade.ERROR, False)


def test_each_point_is_made_once() -> None:
    """The declared call is made before the denied ones and after them; one open question is one point."""
    pending = result(ProbeKind.AS_DECLARED, verdict=Verdict.PENDING, cause=Cause.CALLER_SIDE_MISSING)

    assert len(points(to_document([report(results=(pending, pending), broken=())]))) == 1


def test_a_disagreement_is_a_warning_even_where_all_is_proved() -> None:
    """What STS answered against the prediction never stops a run, and never goes unsaid."""
    (point,) = points(to_document([report(results=(allowed(prediction=REFUSES),), broken=())]))

    assert (point.rule.id, point.grade, point.refuted) == ("disagreement/let-in", Grade.WARNING, False)


def test_receipts_make_points_like_probes() -> None:
    """What somebody saw go wrong counts, what goes right does not, and a refused receipt is told."""
    got_in = result(verdict=Verdict.REFUTED, cause=Cause.GOT_IN, caller="account 333333333333, by receipt")
    told = replace(
        report(results=(), broken=()),
        receipts=(attested(results=(allowed(), got_in)), attested(refused="it is too old")),
    )

    found = points(to_document([told]))
    assert [(point.rule.id, point.refuted) for point in found] == [
        ("refuted/external-id-absent", True),
        ("receipt-refused", False),
    ]
    tolerant = points(to_document([told], tolerated=TOLERANT))
    assert [point.grade for point in tolerant] == [Grade.ERROR, Grade.WARNING]
