"""The stand-in language host: what a user of the official one sees."""

import time
from pathlib import Path

import pytest
from tests.engine.harness import MakeStack

ROLE = """
    import json, pulumi, pulumi_aws as aws
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}]}
    role = aws.iam.Role("deploy", name="deploy", assume_role_policy=json.dumps(trust))
"""


def test_prints_and_outputs(stack: MakeStack) -> None:
    """What a program prints is shown, and what it exports is kept."""
    it = stack("import pulumi; print('hello there'); pulumi.export('answer', {'is': [42]})")

    run = it.up().ok()

    assert "hello there" in run.output
    assert it.outputs() == {"answer": {"is": [42]}}


def test_settings_reach_the_program(stack: MakeStack) -> None:
    """A program learns its project, stack and organization, and whether this is a preview."""
    it = stack(
        """
        import os, sys, pulumi
        print(f"{pulumi.get_project()} {pulumi.get_stack()} {pulumi.get_organization()}")
        print(f"preview: {pulumi.runtime.is_dry_run()}, in {os.path.basename(os.getcwd())}")
        """
    )

    assert "preview: True" in it.preview().ok().output
    output = it.up().ok().output
    assert "rolecall-test dev organization" in output
    assert "preview: False, in project" in output


def test_config_and_secrets(stack: MakeStack) -> None:
    """Configuration reaches the program; a secret value is hidden in the output and in the state."""
    it = stack(
        """
        import pulumi
        config = pulumi.Config()
        pulumi.export("plain", config.require("plain"))
        pulumi.export("hidden", config.require_secret("hidden"))
        """
    )
    it.config("plain", "a: 'b'")
    it.config("hidden", "blue-heron", secret=True)

    run = it.up().ok()

    assert it.outputs() == {"plain": "a: 'b'", "hidden": "blue-heron"}
    assert "blue-heron" not in run.output
    assert "blue-heron" not in str(it.export())


def test_run_error_is_a_sentence(stack: MakeStack) -> None:
    """A RunError is shown as its text alone, and the command fails."""
    it = stack("import pulumi; raise pulumi.RunError('the moon is in the wrong place')")

    run = it.up().failed()

    assert "error: the moon is in the wrong place" in run.output
    assert "Traceback" not in run.output


def test_exception_has_a_traceback(stack: MakeStack) -> None:
    """Any other exception is shown once, with its traceback."""
    it = stack("def explode():\n    raise ValueError('boom')\n\nexplode()")

    run = it.up().failed()

    assert "in explode" in run.output
    assert run.output.count("ValueError: boom") == 1
    assert "exit code" not in run.output


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("import sys; sys.exit(7)", "exit code: 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
    ],
)
def test_program_that_just_ends(stack: MakeStack, program: str, expected: str) -> None:
    """A program that ends itself fails the command, and the reason is told."""
    assert expected in stack(program).up().failed().output


def test_main_names_the_program(stack: MakeStack) -> None:
    """`main` of Pulumi.yaml says where the program is."""
    it = stack("raise SystemExit(1)", main="infra/")
    it.write("import pulumi; from neighbour import word; pulumi.export('word', word)", "infra/__main__.py")
    it.write("word = 'found'", "infra/neighbour.py")

    it.up().ok()

    assert it.outputs() == {"word": "found"}


def test_missing_virtualenv_is_told(stack: MakeStack) -> None:
    """A `virtualenv` that isn't there is named, together with the way to make it."""
    run = stack("", runtime={"virtualenv": "nowhere"}).up().failed()

    assert "'nowhere'" in run.output
    assert "python3 -m venv" in run.output


def test_virtualenv_runs_the_program(stack: MakeStack) -> None:
    """The Python of the `virtualenv` option runs the program and its dynamic providers."""
    it = stack(DYNAMIC + "pulumi.export('python', sys.executable)", runtime={"virtualenv": "venv"})
    python = it.project / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(it.environment["PULUMI_PYTHON_CMD"])
    (it.project / "venv" / "pyvenv.cfg").write_text("home = elsewhere\n")

    it.environment |= {"PYTHONPATH": _packages(), "PULUMI_PYTHON_CMD": "/nowhere"}

    it.up().ok()

    assert it.outputs() == {"python": str(python), "ran_by": str(python)}


DYNAMIC = """
import sys, pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Provider(ResourceProvider):
    def create(self, props):
        import sys
        return CreateResult("it", {**props, "python": sys.executable})

class Thing(Resource):
    python: pulumi.Output[str]
    def __init__(self, name, word, opts=None):
        super().__init__(Provider(), name, {"word": word, "python": None}, opts)

class Group(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("test:index:Group", name)
        self.thing = Thing(name, "hello", pulumi.ResourceOptions(parent=self))
        self.register_outputs({})

pulumi.export("ran_by", Group("group").thing.python)
"""


def _packages() -> str:
    """The folder of the packages installed beside the tests."""
    return str(__import__("pulumi").__path__[0].rsplit("/", 1)[0])


def test_components_and_dynamic_resources(stack: MakeStack) -> None:
    """A component with a dynamic resource works; the same Python runs the provider and the program."""
    it = stack(DYNAMIC)

    it.up().ok()

    assert it.outputs() == {"ran_by": it.environment["PULUMI_PYTHON_CMD"]}
    thing = it.resource("dynamic:Resource")
    assert thing["parent"].endswith("test:index:Group::group")
    assert "1 to update" not in it.preview().ok().output


SLOW = """
import sys, pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Provider(ResourceProvider):
    def create(self, props):
        import os, pathlib, time
        pathlib.Path(props["mark"]).write_text(str(os.getpid()))
        while not pathlib.Path(props["go"]).exists():
            time.sleep(0.02)
        return CreateResult("it", props)

# The engine interrupts the program too, and Python would print a traceback for that.
sys.excepthook = lambda kind, error, trace: None

config = pulumi.Config()
class Thing(Resource):
    def __init__(self):
        super().__init__(Provider(), "slow", {"mark": config.require("mark"), "go": config.require("go")})
Thing()
"""


def test_interrupt_is_quiet(stack: MakeStack) -> None:
    """One ^C ends the deployment after the step that runs, without a traceback from any helper."""
    it = stack(SLOW)
    mark, go = it.folder / "mark", it.folder / "go"
    it.config("mark", str(mark))
    it.config("go", str(go))
    up = it.start("up", "--yes", "--skip-preview")
    up.wait_for(mark.exists, "the creation has begun")

    up.interrupt()
    up.wait_for_text("^C received")
    go.touch()
    run = up.finish()

    assert run.returncode != 0
    assert "Traceback" not in run.output
    assert it.resource("dynamic:Resource")["id"] == "it"


def test_helpers_end_with_a_killed_engine(stack: MakeStack) -> None:
    """No helper outlives an engine that was killed."""
    it = stack(SLOW)
    mark, go = it.folder / "mark", it.folder / "go"
    it.config("mark", str(mark))
    it.config("go", str(go))
    up = it.start("up", "--yes", "--skip-preview")
    up.wait_for(lambda: mark.exists() and mark.read_text(), "the creation has begun")
    provider = int(mark.read_text())

    up.kill()
    up.finish()

    deadline = time.monotonic() + 30
    while _alive(provider):
        assert time.monotonic() < deadline, "the provider still runs"
        time.sleep(0.02)
    go.touch()
    it.pulumi("cancel", "--yes").ok()
    it.refresh("--clear-pending-creates").ok()


def _alive(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"
