"""Options of ``rolecall verify`` become a checked task, or every fault at once."""

from pathlib import Path
from typing import Any

import pytest

from rolecall.cli.verify.options import VerifyOptions
from rolecall.cli.verify.task import VerifyTask, read_task
from rolecall.errors import DeclarationError
from rolecall.verification import CodeKind, CodeSource, Expectation, Reaction, SourceKind

ROLE = "arn:aws:iam::222222222222:role/deploy"
DEVICE = "arn:aws:iam::111111111111:mfa/alice"
TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
"Principal": {"AWS": "arn:aws:iam::111111111111:root"}}]}"""


def read(environment: dict[str, str] | None = None, **options: Any) -> VerifyTask:
    given: dict[str, Any] = {
        "role_arns": (ROLE,),
        "callers": ("tools",),
        "profiles": ("tools", "alice", "other"),
    }
    return read_task(VerifyOptions(**(given | options)), environment=environment or {})


def faults(**options: Any) -> list[str]:
    with pytest.raises(DeclarationError) as caught:
        read(**options)
    return [str(fault) for fault in caught.value.faults]


def test_options_become_callers() -> None:
    """All send the same; a stranger is expected to be refused; ``ambient`` is no profile."""
    task = read(
        callers=("tools", "ambient"),
        strangers=("other",),
        external_id="acme-1",
        session_name="ci",
        source_identity="alice",
        regions=("eu-west-1", "us-east-1"),
    )

    tools, ambient, _ = task.spec.callers
    assert (tools.kind, tools.profile, ambient.kind) == (SourceKind.PROFILE, "tools", SourceKind.AMBIENT)
    assert [caller.expect for caller in task.spec.callers] == [
        Expectation.ALLOWED,
        Expectation.ALLOWED,
        Expectation.DENIED,
    ]
    assert {(c.external_id, c.session_name, c.source_identity) for c in task.spec.callers} == {
        ("acme-1", "ci", "alice")
    }
    assert task.spec.regions == ("eu-west-1", "us-east-1")


def test_roles_are_verified_once_each() -> None:
    """A role that is given twice is verified once, in the order given."""
    twice = read(role_arns=(f"{ROLE}-b", ROLE, f"{ROLE}-b"))

    assert [role.role_arn for role in twice.roles] == [f"{ROLE}-b", ROLE]


def test_waiting_means_just_changed() -> None:
    """``--wait`` gives both deadlines; without it the first answer counts."""
    patient = read(wait=30.0)

    assert patient.roles[0].changed
    assert (patient.spec.allowed_timeout_seconds, patient.spec.denied_timeout_seconds) == (30.0, 30.0)
    assert not read().roles[0].changed


def test_a_secret_external_id_comes_from_the_environment() -> None:
    """The variable's value is sent, and is in no repr."""
    task = read({"EXTERNAL": "acme-secret"}, external_id_env="EXTERNAL")

    assert task.spec.callers[0].external_id == "acme-secret"
    assert "acme-secret" not in repr(task)
    assert "acme-secret" not in repr(VerifyOptions(role_arns=(ROLE,), external_id="acme-secret"))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"mfa_code_env": "CODE"}, CodeSource(kind=CodeKind.ENV, env="CODE")),
        (
            {"mfa_code_command": "codes --user 'a b'"},
            CodeSource(kind=CodeKind.COMMAND, command=("codes", "--user", "a b")),
        ),
        ({"is_terminal": True}, CodeSource(kind=CodeKind.PROMPT)),
    ],
)
def test_mfa_codes_have_one_source(options: dict[str, Any], code: CodeSource) -> None:
    """An environment variable, a command, or else the person at the terminal."""
    task = read({"CODE": "123456"}, callers=("alice",), mfa_serial=DEVICE, **options)

    assert task.spec.callers[0].mfa_serial == DEVICE
    assert task.spec.callers[0].mfa_code == code


def test_gates_go_through() -> None:
    """What the verification does about open questions is said by its own words."""
    spec = read(gates={"on_pending": "warn", "on_inconclusive": "fail", "denied_probes": "off"}).spec

    assert (spec.on_pending, spec.on_inconclusive, spec.denied_probes) == (
        Reaction.WARN,
        Reaction.FAIL,
        "off",
    )


def test_files_are_read(tmp_path: Path) -> None:
    """The declared trust policy and the requirements; a rolecall.yaml holds them in a section."""
    trust, yaml, json = tmp_path / "trust.json", tmp_path / "rolecall.yaml", tmp_path / "require.json"
    trust.write_text(TRUST)
    yaml.write_text("require:\n  no_public: true\n")
    json.write_text('{"no_public": true}')

    task = read(trust_policy=trust, require=yaml, owner="other", callers=())

    assert task.roles[0].declared_trust is not None
    assert task.roles[0].declared_trust["Version"] == "2012-10-17"
    assert task.roles[0].requirements == read(require=json).roles[0].requirements
    assert task.roles[0].requirements != read().roles[0].requirements
    assert task.spec.owner is not None
    assert task.spec.owner.profile == "other"


def test_everything_that_is_wrong_comes_at_once(tmp_path: Path) -> None:
    """One error holds the faults of ARNs, profiles, values and files, each with its option."""
    trust, require = tmp_path / "trust.json", tmp_path / "rules.yaml"
    trust.write_text('{"Statement": [{"Effect": "Maybe"}]}')
    require.write_text("no_public: [")

    told = faults(
        role_arns=("arn:aws:iam::2222:role/x", "arn:aws:iam::222222222222:user/x"),
        callers=("tols",),
        external_id="a b",
        session_name="x",
        regions=("Europe",),
        trust_policy=trust,
        require=require,
    )

    starts = [fault.split(":", 1)[0] for fault in told]
    assert starts[:4] == ["--caller", "--external-id", "--region", "--require rules.yaml"]
    assert starts[4] == "--session-name"
    assert starts[-2:] == ["ROLE_ARN", "ROLE_ARN"]
    assert any(start.startswith("--trust-policy trust.json/Statement/0") for start in starts)
    assert "a b" not in told[1]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"callers": ("tols",)}, '--caller: there is no profile "tols". Perhaps "tools" is meant.'),
        (
            {"owner": "nobody"},
            '--owner: there is no profile "nobody". Add it to the AWS configuration file.',
        ),
        (
            {"strangers": ("tools",)},
            '--stranger: "tools" is a caller too. One who must get in cannot be a stranger.',
        ),
        (
            {"callers": ()},
            (
                "--caller: nobody tries to get in, and there is nothing to compare the role with. "
                "Give --caller PROFILE, --stranger PROFILE, --trust-policy FILE, --require FILE or "
                "--with-receipt FILE."
            ),
        ),
        (
            {"external_id": "acme-1", "external_id_env": "E"},
            "--external-id: --external-id-env is given too. Give one of the two.",
        ),
        (
            {"external_id_env": "MISSING"},
            "--external-id-env: the environment variable MISSING is not set. Set MISSING.",
        ),
        (
            {"mfa_code_env": "MISSING", "mfa_serial": DEVICE},
            "--mfa-code-env: the environment variable MISSING is not set. Set MISSING.",
        ),
        (
            {"mfa_code_command": "codes"},
            (
                "--mfa-serial: it is missing, and a source of MFA codes is given. "
                "Give the ARN of the device that the codes are of."
            ),
        ),
        (
            {"mfa_code_command": "codes 'open", "mfa_serial": DEVICE},
            "--mfa-code-command: it is no command. Give a program with its arguments, quoted as for a shell.",
        ),
        (
            {"mfa_serial": DEVICE},
            (
                "--mfa-serial: there is no terminal on which to ask for the code. "
                "Give --mfa-code-env NAME or --mfa-code-command CMD."
            ),
        ),
        (
            {"mfa_serial": DEVICE, "is_terminal": True, "callers": ("tools", "alice")},
            (
                "--mfa-serial: an MFA device belongs to one caller. "
                "Give exactly one --caller with it, and verify the other callers in a run of their own."
            ),
        ),
    ],
)
def test_faults_in_words(options: dict[str, Any], told: str) -> None:
    """Each fault names the option, what is wrong and what to do, and comes alone where it is alone."""
    assert faults(**options) == [told]


@pytest.mark.parametrize("content", ["- a\n", "'", "[1", "\x00", "no_public: maybe\n", "surprise: true\n"])
@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_unreadable_requirements_are_a_fault(content: str, suffix: str, tmp_path: Path) -> None:
    """Whatever a requirements file holds, it is told as a fault of the option."""
    file = tmp_path / f"rules{suffix}"
    file.write_text(content)

    assert all(fault.startswith(f"--require rules{suffix}") for fault in faults(require=file))
