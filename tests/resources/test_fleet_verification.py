"""The verbs of the fleet's provider, called directly, with an AWS of plain functions."""

import json
import pickle
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import UNKNOWN
from tests.resources.fakes import EXTERNAL_ID, FakeAws, FakeCaller, Monitor, keep_out, trust_policy

from rolecall import CrossAccountRole, FleetVerification
from rolecall.errors import ProbeError
from rolecall.policy import Arn
from rolecall.resources.fleet_proof import MOST_SENTENCES, reports_in
from rolecall.resources.fleet_verification import FleetVerificationProvider
from rolecall.resources.outside import EngineGone
from rolecall.verification import Assumed, Call, CallerSource, LiveRole, Refused, Reply, Unreadable

ARNS = [f"arn:aws:iam::222222222222:role/app-{number}" for number in range(4)]
OPENED = trust_policy(None)
NO_SUCH_CALL = {"caller": "ci", "service": "s3", "operation": "list_bukets", "expect": "allowed"}


@dataclass
class FleetAws(FakeAws):
    """An AWS with many roles, each of which asks for the external ID unless the test says otherwise.

    Attributes:
        policies: the trust policies of roles that have another one.
        leaky: roles that STS lets everybody into.
        shut: roles that STS lets nobody into.
        unreadable: roles that the owner can't even try to read.
        openings: how often callers were asked for.
    """

    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    leaky: set[str] = field(default_factory=set)
    shut: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    openings: int = 0

    def __post_init__(self) -> None:
        """STS decides by role."""
        self.answer = self._answer

    def callers(self, sources: Sequence[CallerSource]) -> Mapping[str, FakeCaller]:
        """All callers are the same user."""
        self.openings += 1
        return super().callers(sources)

    def role(self, role_arn: str) -> LiveRole | Unreadable:
        """Every role is there."""
        if role_arn in self.unreadable:
            raise ProbeError(f"nobody may read it, says {EXTERNAL_ID}")
        document = self.policies.get(role_arn, trust_policy())
        unique_id = _unique_id(role_arn)
        return LiveRole(
            arn=role_arn, unique_id=unique_id, trust_policy=document, max_session_duration_seconds=3600
        )

    def asked(self) -> set[str]:
        """The roles that were probed since this was last asked."""
        found = {call.role_arn for call in self.calls}
        self.calls.clear()
        return found

    def _answer(self, call: Call) -> Reply:
        right = call.external_id == EXTERNAL_ID or call.role_arn in self.leaky
        if not right or call.role_arn in self.shut:
            return keep_out(call)
        arn = Arn.parse(call.role_arn)
        return Assumed(
            account=arn.account,
            role_name=arn.name,
            role_unique_id=_unique_id(call.role_arn),
            request_id=f"r-{arn.name}",
            milliseconds=1.0,
        )


def _unique_id(role_arn: str) -> str:
    return "AROA" + role_arn.rpartition("/")[2].upper()


def entry(arn: str, **changes: Any) -> dict[str, Any]:
    """A role as the program hands it over."""
    made = {"arn": arn, "trust_policy": json.dumps(trust_policy()), "nonce": _unique_id(arn)}
    return made | changes


def inputs(*entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Inputs of a fleet, as the engine hands them over; all four roles unless others are given."""
    roles = list(entries) or [entry(arn) for arn in ARNS]
    return {
        "roles": roles,
        "verified_arns": [each["arn"] for each in roles],
        "callers": {"ci": {"profile": "tools"}},
        "owners": None,
        "defaults": {"allowed_timeout_seconds": 3.0, "denied_timeout_seconds": 2.0},
        "require": None,
        "concurrency": 2.0,
        "calls_per_second": None,
        **changes,
    }


def others(changed: dict[str, Any]) -> list[dict[str, Any]]:
    """All four roles, of which the first is as given."""
    return [changed, *map(entry, ARNS[1:])]


def provider(outer: FakeAws) -> FleetVerificationProvider:
    """A configured provider."""
    return FleetVerificationProvider(outer.outside())


def proof(outer: FleetAws, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """The state after a verification that went well; the calls that it made are forgotten."""
    outs = provider(outer).create(given or inputs()).outs
    assert outs is not None
    assert outer.asked()
    return outs


def verdicts(outs: dict[str, Any]) -> list[str]:
    return [each["verdict"] for each in outs["verdicts"]]


def test_every_role_gets_its_verdict() -> None:
    """The state holds the inputs, the worst verdict, and for each role in its order what its probes gave."""
    outs = proof(FleetAws())

    assert {name: outs[name] for name in inputs()} == inputs()
    assert (outs["verdict"], outs["level"]) == ("proved", "live")
    assert [each["role_arn"] for each in outs["verdicts"]] == ARNS
    assert {each["verdict"] for each in outs["verdicts"]} == {"proved"}
    probes = outs["verdicts"][0]["probes"]
    assert {each["kind"] for each in probes} >= {"as-declared", "external-id-absent"}
    assert {each["caller"] for each in probes} == {"ci"}
    assert outs["verified_at"].endswith("+00:00")
    assert json.loads(json.dumps(outs)) == outs


def test_a_fleet_that_stands_is_left_alone() -> None:
    """Without a change there is no diff, and an update for another reason makes no call."""
    outer = FleetAws()
    state = proof(outer)

    assert provider(outer).diff("fleet", state, inputs()).changes is False
    again = provider(outer).update("fleet", state, inputs(concurrency=5.0)).outs
    assert not outer.asked()
    assert again is not None
    assert {**again, "concurrency": 2.0} == state


@pytest.mark.parametrize(
    "changed",
    [
        entry(ARNS[0], nonce="AROAANEW"),
        entry(ARNS[0], session_name="other"),
        entry(ARNS[0], expect=[{"caller": "ci", "expect": "denied"}]),
        entry(ARNS[0], trust_policy=None),
    ],
)
def test_only_what_changed_is_probed_again(changed: dict[str, Any]) -> None:
    """A role of which something else is asked, or that was made anew, is probed; the others aren't."""
    outer = FleetAws()
    state = proof(outer)
    outer.now += timedelta(hours=1)
    given = inputs(*others(changed))

    assert provider(outer).diff("fleet", state, given).changes is True
    outs = provider(outer).update("fleet", state, given).outs
    assert outs is not None
    assert outer.asked() == {ARNS[0]}
    times = [each["verified_at"] for each in outs["verdicts"]]
    assert times[0] > times[1] == times[2] == times[3] == outs["verified_at"]


def test_new_roles_are_probed_and_gone_ones_forgotten() -> None:
    """Another set of roles keeps the proofs of those in both."""
    outer = FleetAws()
    state = proof(outer, inputs(*map(entry, ARNS[:3])))
    outs = provider(outer).update("fleet", state, inputs(*map(entry, ARNS[1:]))).outs

    assert outs is not None
    assert outer.asked() == {ARNS[3]}
    assert [each["role_arn"] for each in outs["verdicts"]] == ARNS[1:]


def test_another_way_to_write_a_trust_policy_is_no_change() -> None:
    """Trust policies are compared by what they say; another order of roles is stored, and probes nothing."""
    outer = FleetAws()
    state = proof(outer)
    indented = entry(ARNS[0], trust_policy=json.dumps(trust_policy(), indent=4))

    assert provider(outer).diff("fleet", state, inputs(*others(indented))).changes is False
    backwards = inputs(*map(entry, reversed(ARNS)))
    assert provider(outer).diff("fleet", state, backwards).changes is True
    outs = provider(outer).update("fleet", state, backwards).outs
    assert outs is not None
    assert [each["role_arn"] for each in outs["verdicts"]] == ARNS[::-1]
    assert not outer.asked()


def test_new_roles_are_waited_for() -> None:
    """After a create a refusal is "not yet" until the timeout; the status says how many are proved."""
    outer = FleetAws(shut={ARNS[0]})
    outer.answer = lambda call: keep_out(call) if sum(outer.naps) < 2 else FleetAws()._answer(call)

    assert verdicts(proof(outer)) == ["proved"] * 4
    assert max(outer.naps) <= 0.5


def test_refuted_roles_fail_with_a_sentence_each() -> None:
    """The run fails with a sentence for each role that lets in too many, and for no other."""
    outer = FleetAws(leaky={ARNS[1]})
    with pytest.raises(RuntimeError, match="got in without an external ID") as caught:
        provider(outer).create(inputs())

    assert f'role "app-1" ({ARNS[1]})' in str(caught.value)
    assert "app-0" not in str(caught.value)


def test_many_refuted_roles_do_not_bury_each_other() -> None:
    """The first sentences are told, and how many there are besides."""
    arns = [f"arn:aws:iam::222222222222:role/app-{number}" for number in range(30)]
    outer = FleetAws(leaky=set(arns))
    with pytest.raises(RuntimeError) as caught:
        provider(outer).create(inputs(*map(entry, arns)))

    lines = str(caught.value).splitlines()
    assert len(lines) == MOST_SENTENCES + 1
    assert "more, on 30 roles in all" in lines[-1]


def test_a_verdict_that_is_not_proved_is_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    """What only warned is told in one warning, and the next run tries those roles again, and no others."""
    odd = Refused(code="Odd", message=f"no {EXTERNAL_ID}", request_id="r", milliseconds=1.0)
    outer = FleetAws()
    outer.answer = lambda call: odd if call.role_arn == ARNS[2] else FleetAws()._answer(call)
    given = inputs(defaults={"on_inconclusive": "warn", "allowed_timeout_seconds": 0})
    state = proof(outer, given)

    assert verdicts(state) == ["proved", "proved", "inconclusive", "proved"]
    told = capsys.readouterr().err
    assert told.count("warning: ") == 1
    assert EXTERNAL_ID not in told + json.dumps(state["verdicts"])
    assert provider(outer).diff("fleet", state, given).changes is True
    assert "1 of 4 roles will be probed again" in capsys.readouterr().err
    outer.answer = FleetAws()._answer
    outs = provider(outer).update("fleet", state, given).outs
    assert outs is not None
    assert (outs["verdict"], outer.asked()) == ("proved", {ARNS[2]})


def test_old_proofs_are_renewed(capsys: pytest.CaptureFixture[str]) -> None:
    """Proofs expire one by one: only roles whose proof is too old are probed, without patience."""
    outer = FleetAws()
    given = inputs(defaults={"max_age_seconds": 3600.0})
    state = proof(outer, given)
    outer.now += timedelta(minutes=50)
    newer = {**given, "roles": others(entry(ARNS[0], nonce="AROAANEW"))}
    state = provider(outer).update("fleet", state, newer).outs or {}
    assert outer.asked() == {ARNS[0]}
    outer.now += timedelta(minutes=20)

    assert provider(outer).diff("fleet", state, newer).changes is True
    assert "3 of 4 roles will be probed again" in capsys.readouterr().err
    outer.naps.clear()
    outer.shut = {ARNS[3]}
    with pytest.raises(RuntimeError, match=r"app-3.*was refused"):
        provider(outer).update("fleet", state, newer)
    assert outer.asked() == set(ARNS[1:])
    assert not outer.naps


def test_read_makes_no_probe() -> None:
    """A refresh compares trust policies only; unchanged, the state stays as it was."""
    outer = FleetAws()
    state = proof(outer)

    assert provider(outer).read("fleet", state).outs == state
    assert not outer.asked()


def test_read_records_drift() -> None:
    """A trust policy that was opened is recorded as refuted, the others stay, the next run has to act."""
    outer = FleetAws()
    state = proof(outer)
    outer.policies[ARNS[1]] = OPENED
    outs = provider(outer).read("fleet", state).outs

    assert outs is not None
    assert verdicts(outs) == ["proved", "refuted", "proved", "proved"]
    assert (outs["verdict"], outs["level"]) == ("refuted", "evaluated")
    assert any("would get in without an external ID" in each for each in outs["verdicts"][1]["reasons"])
    outer.policies.clear()
    assert provider(outer).diff("fleet", outs, inputs()).changes is True
    repaired = provider(outer).update("fleet", outs, inputs()).outs
    assert repaired is not None
    assert (repaired["verdict"], outer.asked()) == ("proved", {ARNS[1]})


def test_read_never_raises(capsys: pytest.CaptureFixture[str]) -> None:
    """What keeps roles from being compared is one warning; their proofs stay, and tell no external ID."""
    outer = FleetAws()
    state = proof(outer)
    outer.unreadable = set(ARNS[:3])

    assert provider(outer).read("fleet", state).outs == state
    told = capsys.readouterr().err
    assert told.count("warning: ") == 1
    assert told.count("could not be compared") == 3
    assert EXTERNAL_ID not in told
    broken = {**state, "defaults": {"from": "another version"}}
    assert provider(outer).read("fleet", broken).outs == broken


def test_proofs_of_another_version_are_no_proofs() -> None:
    """Stored reports that can't be read are worth nothing; they break no run either."""
    outer = FleetAws()
    for reports in ("of the future", "AAAA", None):
        state = {**proof(outer), "reports": reports}
        assert provider(outer).read("fleet", state).outs == state
        assert provider(outer).diff("fleet", state, inputs()).changes is True


def test_questions_that_cannot_be_asked_are_inconclusive() -> None:
    """Missing credentials aren't a crash: every role is told in a sentence that names it."""
    outer = FleetAws(opening_fails=ProbeError("no credentials for profile tools"))
    with pytest.raises(RuntimeError, match="no credentials for profile tools") as caught:
        provider(outer).create(inputs())

    assert all(arn in str(caught.value) for arn in ARNS)


def test_an_engine_that_is_gone_ends_everything() -> None:
    """Nobody waits for the answers any more: what isn't known yet isn't asked."""
    outer = FleetAws(opening_fails=EngineGone("the engine doesn't wait"))
    arns = [f"arn:aws:iam::222222222222:role/app-{number}" for number in range(30)]
    with pytest.raises(RuntimeError, match="the engine doesn't wait"):
        provider(outer).create(inputs(*map(entry, arns)))

    assert outer.openings < len(arns) / 2


def test_reports_are_packed_in_the_order_of_the_roles() -> None:
    """Roles come back in any order; a state that changed with it would show a difference at each refresh."""
    outer = FleetAws()
    state = proof(outer)

    assert list(reports_in(state)) == ARNS
    again = provider(outer).read("fleet", state).outs
    assert again is not None
    assert again["reports"] == state["reports"]


def test_a_pace_of_its_own() -> None:
    """Where a pace is given the fleet's calls have it; else that of all verifications."""
    outer = FleetAws()
    proof(outer)
    proof(outer, inputs(calls_per_second=100.0))

    assert outer.paces == [100.0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"roles": [entry("app")]}, "roles[0].arn: "),
        ({"roles": [entry(ARNS[0]), entry(ARNS[0])]}, "roles[1].arn: "),
        ({"roles": [entry(ARNS[0], callers=["nobody"])]}, "roles[0].callers[0]: "),
        ({"roles": [entry(ARNS[0], trust_policy="{")]}, "roles[0].trust_policy: "),
        ({"roles": [ARNS[0]]}, "roles[0]: "),
        ({"callers": {"ci": {"profil": "x"}}}, "callers.ci.profil: "),
        ({"defaults": {"on_pending": "no"}}, "defaults.on_pending: "),
        ({"defaults": {"can_do": [NO_SUCH_CALL]}}, ".can_do[0]"),
        ({"concurrency": 51.0}, "concurrency: "),
        ({"calls_per_second": 0.0}, "calls_per_second: "),
        ({"require": {"no_pubic": True}}, "require.no_pubic: "),
    ],
)
def test_check_refuses(changes: dict[str, Any], told: str) -> None:
    """Bad inputs are refused before AWS is asked; no failure names a property: its value would be printed."""
    outer = FleetAws()
    failures = provider(outer).check({}, inputs(**changes)).failures

    assert told in "\n".join(each.reason for each in failures)
    assert {each.property for each in failures} == {""}
    assert not outer.asked()


def test_check_holds_declared_policies_against_requirements() -> None:
    """A declared trust policy that breaks a requirement fails in the preview, with the role's name."""
    opened = entry(ARNS[1], trust_policy=json.dumps(OPENED))
    given = inputs(entry(ARNS[0]), opened, require={"third_party_external_id": True})
    [failure] = provider(FleetAws()).check({}, given).failures

    assert "app-1" in failure.reason
    assert '"third_party_external_id" is broken' in failure.reason


def test_check_leaves_the_unknown_alone() -> None:
    """In a preview roles that aren't there have no ARNs yet: no fault, and other faults are still found."""
    unknown = {"arn": UNKNOWN, "trust_policy": UNKNOWN, "nonce": UNKNOWN}
    given = inputs(unknown, {**unknown, "callers": ["ci"]}, callers={"ci": {"profile": UNKNOWN}})
    assert provider(FleetAws()).check({}, given).failures == []
    assert provider(FleetAws()).check({}, {**given, "roles": UNKNOWN}).failures == []

    given["roles"][1]["callers"] = ["nobody"]
    [failure] = provider(FleetAws()).check({}, given).failures
    assert failure.reason.startswith("roles[1].callers[0]: there is no caller 'nobody'")


def test_check_tells_what_a_changed_policy_lets_in(capsys: pytest.CaptureFixture[str]) -> None:
    """Old and new trust policies meet in the preview; roles that stay as they were say nothing."""
    opened = entry(ARNS[0], trust_policy=json.dumps(OPENED))
    assert provider(FleetAws()).check(inputs(), inputs(*others(opened))).failures == []

    told = capsys.readouterr().err
    assert 'role "app-0"' in told
    assert "app-1" not in told
    assert EXTERNAL_ID not in told


def test_external_ids_are_in_no_new_output() -> None:
    """Outputs under new names are in clear in the state, so none of them holds an external ID."""
    outer = FleetAws()
    outer.unreadable = {ARNS[0]}
    with pytest.raises(RuntimeError) as caught:
        provider(outer).create(inputs())
    assert EXTERNAL_ID not in str(caught.value)

    outs = proof(FleetAws())
    new = {name: each for name, each in outs.items() if name not in inputs()}
    assert EXTERNAL_ID in json.dumps(outs["roles"])
    assert EXTERNAL_ID not in json.dumps(new)


def test_check_tells_no_external_id() -> None:
    """A provider isn't told what is secret, so no external ID is in a reason, whatever is wrong with it."""
    given = inputs(entry(ARNS[0], external_id="hush hush", trust_policy=None))
    failures = provider(FleetAws()).check({}, given).failures

    assert failures
    assert "hush" not in "\n".join(each.reason for each in failures)


def test_two_thousand_roles_fit_into_an_answer() -> None:
    """A partial failure travels in headers, in base 64, of which the engine takes 16 MB."""
    arns = [f"arn:aws:iam::222222222222:role/app-{number}" for number in range(200)]
    outs = proof(FleetAws(), inputs(*map(entry, arns)))

    both = {name: outs[name] for name in inputs()}, outs
    assert len(json.dumps(both)) * 10 * 4 / 3 < 16e6


def test_provider_of_an_old_state_still_loads() -> None:
    """A state holds this very path: who moves or renames the class breaks users' refresh and destroy."""
    stored = b"crolecall.resources.fleet_verification\nFleetVerificationProvider\n(tR."

    assert isinstance(pickle.loads(stored), FleetVerificationProvider)
    assert b"rolecall.resources.fleet_verification" in b64decode(serialize_provider(provider(FleetAws())))


def test_roles_of_a_program_bring_what_was_declared(run: Any, monitor: Monitor) -> None:
    """Roles bring ARN, trust policy and unique id; ARNs and dictionaries stay as they are."""

    def program() -> None:
        made = CrossAccountRole("made", trusts=[{"accounts": ["111111111111"]}], verify=False)
        plain = aws.iam.Role("plain", assume_role_policy=json.dumps(trust_policy()))
        FleetVerification(
            "fleet",
            roles=[made, plain, ARNS[0], {"arn": ARNS[1], "callers": ["ci"]}],
            callers={"ci": {"profile": "tools"}},
        )

    run(program)
    [fleet] = monitor.of(":FleetVerification")
    roles = fleet.inputs["roles"]
    assert {"arn", "trust_policy", "nonce"} == set(roles[0]) == set(roles[1])
    assert json.loads(roles[0]["trust_policy"])["Statement"][0]["Action"]
    assert roles[2:] == [{"arn": ARNS[0]}, {"arn": ARNS[1], "callers": ["ci"]}]
    assert fleet.inputs["verified_arns"] == [each["arn"] for each in roles]


def test_a_wrong_fleet_ends_the_program(run: Any) -> None:
    """What can be seen without AWS is one error with all faults."""
    with pytest.raises(pulumi.RunError, match=r'fleet "fleet": 2 faults'):
        run(lambda: FleetVerification("fleet", roles=["app"], concurrency=99))
    with pytest.raises(pulumi.RunError, match=r'fleet "fleet": roles: is no list'):
        run(lambda: FleetVerification("fleet", roles=ARNS[0]))
