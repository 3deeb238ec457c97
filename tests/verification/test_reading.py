"""What users write about a verification, and how faults in it are told."""

from typing import Any

import pytest

from rolecall.errors import DeclarationError
from rolecall.verification import (
    CodeKind,
    CodeSource,
    DeniedProbes,
    Expectation,
    Reaction,
    SourceKind,
    VerifySpec,
    read_verify,
)

SERIAL = "arn:aws:iam::111111111111:mfa/alice"
HUB = "arn:aws:iam::111111111111:role/hub"


def faults(raw: dict[str, Any]) -> list[str]:
    with pytest.raises(DeclarationError) as refused:
        read_verify(raw)
    return [str(fault) for fault in refused.value.faults]


def test_nothing_said_means_every_default() -> None:
    """Without a word there are no callers, and every setting has its default."""
    assert read_verify(None) == VerifySpec()


@pytest.mark.parametrize(
    ("raw", "source"),
    [
        ({"prompt": True}, CodeSource(kind=CodeKind.PROMPT)),
        ({"seed_env": "SEED"}, CodeSource(kind=CodeKind.SEED_ENV, env="SEED")),
        ({"seed_command": ["pass", "x"]}, CodeSource(kind=CodeKind.SEED_COMMAND, command=("pass", "x"))),
    ],
)
def test_codes_come_from_one_source(raw: dict[str, Any], source: CodeSource) -> None:
    """A code, or the seed that it is computed from; never the value itself."""
    caller = {"profile": "alice", "mfa_serial": SERIAL, "mfa_code": raw}
    assert read_verify({"callers": [caller]}).callers[0].mfa_code == source


def test_a_whole_specification_is_read() -> None:
    """Every field arrives typed; whole numbers may come as floats."""
    spec = read_verify(
        {
            "callers": [
                {"profile": "tools"},
                {"ambient": True},
                {"env": "VENDOR_", "expect": "denied"},
                {"command": ["prog", "arg"]},
                {"profile": "a", "name": "alice", "mfa_serial": SERIAL, "mfa_code": {"env": "CODE"}},
            ],
            "expect": [{"caller": "alice", "mfa": False, "expect": "denied"}],
            "regions": ["eu-west-1"],
            "allowed_timeout_seconds": 30.0,
            "denied_timeout_seconds": 10,
            "denied_probes": "evaluate",
            "on_pending": "fail",
            "on_inconclusive": "warn",
            "max_age_seconds": 3600.0,
        }
    )

    assert [source.name for source in spec.callers] == [
        "profile tools",
        "ambient",
        "env VENDOR_",
        "command prog",
        "alice",
    ]
    assert [source.kind for source in spec.callers][:2] == [SourceKind.PROFILE, SourceKind.AMBIENT]
    assert spec.callers[2].expect is Expectation.DENIED
    assert spec.callers[4].mfa_code is not None
    assert spec.callers[4].mfa_code.kind is CodeKind.ENV
    assert (spec.denied_probes, spec.on_pending) == (DeniedProbes.EVALUATE, Reaction.FAIL)
    assert (spec.allowed_timeout_seconds, spec.max_age_seconds) == (30.0, 3600.0)


@pytest.mark.parametrize(
    ("raw", "path", "part"),
    [
        ({"caller": []}, "verify.caller:", "Did you mean callers?"),
        ({"callers": {"profile": "x"}}, "verify.callers:", "Give a list"),
        ({"callers": ["tools"]}, "verify.callers[0]:", "Give a dictionary"),
        ({"callers": [{}]}, "verify.callers[0]:", "names no source"),
        ({"callers": [{"profile": "a", "env": "B_"}]}, "verify.callers[0]:", "exactly one of"),
        ({"callers": [{"profile": "a", "mfa_serial": SERIAL}]}, "verify.callers[0]:", "go together"),
        ({"callers": [{"profile": "a"}, {"profile": "a"}]}, "verify.callers:", "a name of its own"),
        ({"callers": [{"profile": "a", "external_id": "x"}]}, "verify.callers[0].external_id:", "2 to 1224"),
        (
            {"callers": [{"profile": "a", "session_name": "a b"}]},
            "verify.callers[0].session_name:",
            "2 to 64",
        ),
        ({"callers": [{"profile": "a", "via": ["hub"]}]}, "verify.callers[0].via[0]:", "ARN of a role"),
        (
            {"callers": [{"profile": "a", "via": [HUB], "mfa_serial": SERIAL, "mfa_code": {"env": "CODE"}}]},
            "verify.callers[0].mfa_serial:",
            "carry no MFA",
        ),
        ({"callers": [{"profile": "a", "expect": "maybe"}]}, "verify.callers[0].expect:", "allowed, denied"),
        ({"expect": [{"caller": "x", "expect": "denied"}]}, "verify.expect[0].caller:", "no caller 'x'"),
        ({"expect": [{"caller": "x"}]}, "verify.expect[0].expect:", "is missing"),
        ({"allowed_timeout_seconds": -1}, "verify.allowed_timeout_seconds:", "from 0 to 3600"),
        ({"allowed_timeout_seconds": True}, "verify.allowed_timeout_seconds:", "from 0 to 3600"),
        ({"denied_probes": "never"}, "verify.denied_probes:", "live, evaluate, off"),
        ({"max_age_seconds": "1h"}, "verify.max_age_seconds:", "number of seconds"),
    ],
)
def test_a_fault_names_the_field_and_what_is_allowed(raw: dict[str, Any], path: str, part: str) -> None:
    """Each fault starts with the path of the field and ends with the way out."""
    (fault,) = faults(raw)
    assert fault.startswith(path)
    assert part in fault


def test_all_faults_are_told_at_once() -> None:
    """Nobody has to run again to see the next fault."""
    assert len(faults({"caller": 1, "regions": "eu", "callers": [{}], "denied_probes": 7})) == 4


def test_a_refused_external_id_is_not_repeated() -> None:
    """A secret that is malformed is still a secret."""
    (fault,) = faults({"callers": [{"profile": "a", "external_id": "top secret!"}]})
    assert "top secret!" not in fault


def test_an_external_id_is_not_in_the_repr() -> None:
    """What a debugger or a log shows of a caller holds no external ID."""
    spec = read_verify({"callers": [{"profile": "a", "external_id": "acme-3f1c9a0e7b52"}]})
    assert "acme-3f1c9a0e7b52" not in repr(spec)
