"""What goes wrong while a role is verified, and what must come out: one row a case.

`docs/faults.md` is made from these rows by `python -m tools.faults`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.faults.stage import ROLE_NAME, Stage, trust

from rolecall.sandbox import Faults
from rolecall.sandbox.door.wire import HttpAnswer
from rolecall.sts import credentials
from rolecall.verification import Cause, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One fault.

    Attributes:
        name: what goes wrong.
        done: how that is brought about.
        comes: what must come out, for a reader.
        arrange: does it, before the role is made.
        verdict: what the verification must say.
        causes: why the probes that aren't proved aren't.
        said: stands in the details of one of them.
    """

    name: str
    done: str
    comes: str
    arrange: Callable[[Stage], object]
    verdict: Verdict
    causes: frozenset[Cause] = frozenset()
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A fault that a test of another kind shows.

    Attributes:
        test: the file and the name of the test.
    """

    name: str
    done: str
    comes: str
    test: str


MAY_ASSUME: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}],
}
NO_ANSWER: Final = frozenset({Cause.NO_ANSWER, Cause.CONTROL_REFUSED})
_UNCONTROLLED: Final = frozenset({Cause.UNSETTLED, Cause.CONTROL_REFUSED})
_FOR_EVER: Final = 10_000


def _slow(stage: Stage, seconds: float) -> None:
    stage.monkeypatch.setattr(credentials, "READ_TIMEOUT_SECONDS", 0.5)
    stage.world.sandbox.faults.latency(seconds)


def _web_page(stage: Stage) -> None:
    page = HttpAnswer(200, "text/html", b"<html><p>Log in to the guests' network<br></html>")
    stage.monkeypatch.setattr("rolecall.sandbox.sts.service.sts_answer", lambda *_: page)


def _expires(stage: Stage) -> None:
    sts = stage.world.sandbox.client("sts", stage.world.scanner.credentials)
    session = sts.get_session_token(DurationSeconds=900)["Credentials"]
    for name, value in {
        "ACCESS_KEY_ID": session["AccessKeyId"],
        "SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "SESSION_TOKEN": session["SessionToken"],
    }.items():
        stage.monkeypatch.setenv(f"VENDOR_{name}", value)
    stage.verify = {"callers": [{"env": "VENDOR_"}]}
    stage.events[3] = lambda: stage.clock.advance(901)


def _disabled_region(stage: Stage) -> None:
    stage.world.sandbox.faults.disable_region("222222222222", "eu-west-1")
    stage.verify |= {"regions": ["us-east-1", "eu-west-1"]}


def _skewed(stage: Stage, seconds: float) -> None:
    stage.monkeypatch.setenv("SEED", stage.world.alice.totp_seed or "")
    stage.mfa_caller(seed_env="SEED")
    stage.world.sandbox.faults.skew(seconds)


def _reused_code(stage: Stage) -> None:
    alice = stage.world.alice
    code = alice.totp()
    sts = stage.world.sandbox.client("sts", alice.credentials)
    sts.get_session_token(SerialNumber=alice.mfa_serial, TokenCode=code)
    stage.monkeypatch.setenv("CODE", code)
    stage.mfa_caller(env="CODE")


def _deleted(stage: Stage) -> None:
    stage.events[3] = stage.delete_role


def _recreated(stage: Stage) -> None:
    def again() -> None:
        stage.delete_role()
        stage.make_role()

    stage.events[3] = again


def _principal_recreated(stage: Stage) -> None:
    tools = stage.world.sandbox.account("111111111111")
    stage.trust = trust(tools.user("deployer", policies=[MAY_ASSUME]).arn, {})

    def again() -> None:
        iam = tools.client("iam")
        for key in iam.list_access_keys(UserName="deployer")["AccessKeyMetadata"]:
            iam.delete_access_key(UserName="deployer", AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName="deployer", PolicyName="inline-0")
        iam.delete_user(UserName="deployer")
        new = tools.user("deployer", policies=[MAY_ASSUME]).credentials
        stage.monkeypatch.setenv("DEPLOYER_ACCESS_KEY_ID", new.access_key_id)
        stage.monkeypatch.setenv("DEPLOYER_SECRET_ACCESS_KEY", new.secret_access_key)

    stage.verify = {"callers": [{"env": "DEPLOYER_"}]}
    stage.events[0] = again


def _flapping(stage: Stage) -> None:
    stage.clock.advance(60)  # the callers have spread before
    stage.world.sandbox.faults.propagation(5, 40, servers=3, seed=2)
    stage.verify |= {"regions": ["us-east-1", "eu-west-1"]}
    stage.changed = True


def _never_seen(stage: Stage) -> None:
    stage.world.sandbox.faults.never_propagate(f"arn:aws:iam::222222222222:role/{ROLE_NAME}")
    stage.changed = True


def _faults(stage: Stage) -> Faults:
    return stage.world.sandbox.faults


CASES: Final = (
    Case(
        name="a burst of throttling",
        done="the next 5 AssumeRole are answered with Throttling",
        comes="proved: throttling is retried apart, and is never a refusal",
        arrange=lambda stage: _faults(stage).throttle(5, "AssumeRole"),
        verdict=Verdict.PROVED,
    ),
    Case(
        name="throttling that goes on",
        done="every AssumeRole is answered with Throttling",
        comes="inconclusive: AWS asked to slow down",
        arrange=lambda stage: _faults(stage).throttle(_FOR_EVER, "AssumeRole"),
        verdict=Verdict.INCONCLUSIVE,
        causes=NO_ANSWER,
        said="AWS asked to slow down",
    ),
    Case(
        name="errors 500",
        done="the next 2 AssumeRole are answered with InternalFailure",
        comes="proved",
        arrange=lambda stage: _faults(stage).fail(500, 2, "AssumeRole"),
        verdict=Verdict.PROVED,
    ),
    Case(
        name="an outage (503)",
        done="every AssumeRole is answered with ServiceUnavailable",
        comes="inconclusive: AWS had an internal error",
        arrange=lambda stage: _faults(stage).fail(503, _FOR_EVER, "AssumeRole"),
        verdict=Verdict.INCONCLUSIVE,
        causes=NO_ANSWER,
        said="AWS had an internal error",
    ),
    Case(
        name="dropped connections",
        done="the next 2 connections are closed without an answer",
        comes="proved",
        arrange=lambda stage: _faults(stage).drop(2, "AssumeRole"),
        verdict=Verdict.PROVED,
    ),
    Case(
        name="connections that always drop",
        done="every connection for AssumeRole is closed without an answer",
        comes="inconclusive, with the endpoint",
        arrange=lambda stage: _faults(stage).drop(_FOR_EVER, "AssumeRole"),
        verdict=Verdict.INCONCLUSIVE,
        causes=NO_ANSWER,
        said="127.0.0.1",
    ),
    Case(
        name="half-closed connections",
        done="the next 2 connections are closed after half of the answer",
        comes="proved: what was cut is asked for again",
        arrange=lambda stage: _faults(stage).cut(2, "AssumeRole"),
        verdict=Verdict.PROVED,
    ),
    Case(
        name="answers that are always cut",
        done="every connection for AssumeRole is closed after half of the answer",
        comes="inconclusive, with the endpoint",
        arrange=lambda stage: _faults(stage).cut(_FOR_EVER, "AssumeRole"),
        verdict=Verdict.INCONCLUSIVE,
        causes=NO_ANSWER,
        said="127.0.0.1",
    ),
    Case(
        name="slow answers",
        done="every answer takes 0.1 s, and the time limit for one is 0.5 s",
        comes="proved",
        arrange=lambda stage: _slow(stage, 0.1),
        verdict=Verdict.PROVED,
    ),
    Case(
        name="answers slower than the time limit",
        done="every answer takes 2 s, and the time limit for one is 0.5 s",
        comes="inconclusive: the read timed out",
        arrange=lambda stage: _slow(stage, 2),
        verdict=Verdict.INCONCLUSIVE,
        causes=NO_ANSWER,
        said="Read timeout",
    ),
    Case(
        name="a proxy that answers in AWS's place",
        done="every answer is a web page with status 200",
        comes="inconclusive: a web page came instead of an answer of AWS",
        arrange=_web_page,
        verdict=Verdict.INCONCLUSIVE,
        causes=NO_ANSWER,
        said="a web page came instead of an answer of AWS",
    ),
    Case(
        name="the caller's credentials expire in mid-run",
        done="the session is over before the third call",
        comes="inconclusive: the caller's session has expired",
        arrange=_expires,
        verdict=Verdict.INCONCLUSIVE,
        causes=NO_ANSWER,
        said="the caller's session has expired",
    ),
    Case(
        name="a disabled region",
        done="STS isn't activated in one of two regions for the role's account",
        comes="proved in one, inconclusive in the other, which is named",
        arrange=_disabled_region,
        verdict=Verdict.INCONCLUSIVE,
        causes=NO_ANSWER,
        said="STS isn't activated in this region",
    ),
    Case(
        name="a clock that is 10 min off",
        done="AWS's clock is 10 min ahead of this machine's, which computes the MFA code from a seed",
        comes="proved: the code is computed for AWS's time, and the report names the difference",
        arrange=lambda stage: _skewed(stage, 600),
        verdict=Verdict.PROVED,
    ),
    Case(
        name="a clock that is 20 min off",
        done="AWS's clock is 20 min ahead of this machine's: more than it takes in a signature",
        comes="inconclusive: the clock of this machine, and by how much",
        arrange=lambda stage: _skewed(stage, 1200),
        verdict=Verdict.INCONCLUSIVE,
        causes=NO_ANSWER,
        said="this machine's clock is 20 min behind AWS's",
    ),
    Case(
        name="a role that is deleted in mid-run",
        done="the role is deleted before the third call",
        comes="inconclusive: the declared call got in and was refused afterwards, so no refusal counts",
        arrange=_deleted,
        verdict=Verdict.INCONCLUSIVE,
        causes=_UNCONTROLLED,
    ),
    Case(
        name="a role that is made again in mid-run",
        done="the role is deleted before the third call, and made with the same name and trust policy",
        comes="inconclusive: it is another role than the one that was read",
        arrange=_recreated,
        verdict=Verdict.INCONCLUSIVE,
        causes=frozenset({Cause.WRONG_ROLE}),
    ),
    Case(
        name="a caller that was made again",
        done="the user that the trust policy names was deleted and made with the same name",
        comes="refuted: the trust policy names the id of the deleted user, and lets in no other",
        arrange=_principal_recreated,
        verdict=Verdict.REFUTED,
        causes=frozenset({Cause.TRUST_REFUSES}),
    ),
    Case(
        name="a TOTP code that was used before",
        done="a run that ended a moment ago used the code of the environment variable",
        comes="inconclusive for what needs MFA: the code is wrong or was used before",
        arrange=_reused_code,
        verdict=Verdict.INCONCLUSIVE,
        causes=NO_ANSWER,
        said="or was used before",
    ),
    Case(
        name="a change that spreads unevenly",
        done="three servers in each of two regions see the new role after 5 to 40 s, and any of them answers",
        comes="proved, once the answers agree",
        arrange=_flapping,
        verdict=Verdict.PROVED,
    ),
    Case(
        name="a change that never arrives",
        done="STS never sees the new role",
        comes="refuted when the time is over, and its denied probes inconclusive",
        arrange=_never_seen,
        verdict=Verdict.REFUTED,
        causes=frozenset({Cause.NEVER_ASSUMABLE, Cause.CONTROL_REFUSED}),
    ),
)

ELSEWHERE: Final = (
    Elsewhere(
        name="servers that never agree",
        done="some servers of an endpoint never see a change",
        comes="inconclusive or proved, never refuted: got in at one time and was refused at another",
        test="tests/verification/test_spreading.py::test_a_role_that_some_servers_never_see_is_not_refuted",
    ),
    Elsewhere(
        name="10,000 probes at once",
        done="2,000 roles are verified by 50 threads, and one answer in ten is Throttling",
        comes="proved, or inconclusive where one call was throttled three times in a row",
        test="tests/faults/test_many.py::test_ten_thousand_probes_at_once",
    ),
    Elsewhere(
        name="hostile texts from AWS",
        done="texts with escape sequences, control characters, markup, line breaks, thousands of letters",
        comes="harmless and short in every format",
        test="tests/reports/test_formats.py::test_long_and_hostile_texts_stay_one_line",
    ),
    Elsewhere(
        name="kill -9 of the engine while a role is made",
        done="the engine is killed while the verification waits",
        comes="`pulumi cancel`, `pulumi refresh --clear-pending-creates` and `pulumi up` finish it",
        test="tests/engine/test_cross_account_role.py::test_a_killed_engine_is_recovered_from_as_the_docs_say",
    ),
    Elsewhere(
        name="kill -9 of `rolecall verify` in mid-run",
        done="the process is killed after some of 12 roles",
        comes="the same command with the same `--resume` file verifies the others, and no role twice",
        test="tests/cli/test_verify_resume.py::test_a_killed_run_is_taken_up",
    ),
    Elsewhere(
        name="a full disk",
        done="the `--resume` file can't grow any more",
        comes="every verdict; the reason, and exit code 3, because not all results were kept",
        test="tests/cli/test_verify_resume.py::test_a_full_disk_costs_no_verdict",
    ),
    Elsewhere(
        name="a results file that can't be written",
        done="the `--resume` file is in no folder, is a folder, or is a device",
        comes="exit code 2 with the reason, before any call",
        test="tests/cli/test_verify_resume.py::test_a_file_that_cannot_be_written_is_told_first",
    ),
)
