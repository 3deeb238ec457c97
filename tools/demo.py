"""Shows the main job without an AWS account: prove a role, tamper with it, catch that, repair it.

The AWS is the embedded one (`rolecall sandbox`); the engine, the program in examples/ and every call are
real. `--picture FILE` draws the steps and the verdicts as SVG.
"""

import argparse
import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from rolecall.reports.table import draw
from rolecall.resources.proof import report_in
from rolecall.sandbox import Sandbox
from rolecall.sandbox.world import World, build
from rolecall.verification import RoleReport
from tools.offline import engine as offline

ROOT: Final = Path(__file__).parent.parent
STACK: Final = "demo"
WIDTH: Final = 130
ROLE: Final = "audit"
EXTERNAL_ID: Final = "acme-3f1c9a0e7b52"
QUIETLY: Final = ("--yes", "--skip-preview", "--suppress-outputs", "--suppress-progress")


class NotAsExpectedError(Exception):
    """A step of the demonstration didn't show what it should."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demonstration plays.

    Attributes:
        console: where it is shown.
        picture: where the steps and the verdicts are drawn besides.
        environment: of every command: the engine, its state files and the embedded AWS.
        world: the accounts of the embedded AWS.
    """

    console: Console
    picture: Console
    environment: Mapping[str, str]
    world: World

    def say(self, text: str) -> None:
        """Announces a step."""
        for console in (self.console, self.picture):
            console.print(f"\n[bold cyan]── {text}[/]")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs a command and shows what it prints, as it comes."""
        self.console.print(f"[bold]$ {' '.join(command)}[/]", highlight=False, soft_wrap=True)
        lines: list[str] = []
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            for line in process.stdout or ():
                lines.append(line)
                self.console.print(f"  │ {line.rstrip()}", markup=False, highlight=False, soft_wrap=True)
        self.console.print(f"  exit code {process.returncode}", style="dim")
        return subprocess.CompletedProcess(command, process.returncode, "".join(lines))

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs `pulumi` on the demonstration's stack."""
        return self.run("pulumi", "--non-interactive", *arguments, "--stack", STACK)

    def quietly(self, *arguments: str) -> str:
        """Runs `pulumi` for something that isn't part of the show, and gives back its standard output."""
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        require(done.returncode == 0, f"`pulumi {arguments[0]}` works", done.stderr)
        return done.stdout


def require(condition: object, expectation: str, otherwise: str = "") -> None:
    """Stops the demonstration where something isn't as expected.

    Raises:
        NotAsExpectedError: with the expectation.
    """
    if not condition:
        raise NotAsExpectedError(f"expected: {expectation}\n{otherwise}".strip())


def proof(stage: Stage) -> RoleReport:
    """The proof in the stack's state, shown as a table."""
    state = json.loads(stage.quietly("stack", "export", "--stack", STACK))
    resources: Sequence[Mapping[str, Any]] = state["deployment"].get("resources", [])
    outputs = next((each["outputs"] for each in resources if each["type"].endswith(":RoleVerification")), {})
    report = report_in(outputs)
    if report is None:
        raise NotAsExpectedError("expected: a proof in the stack's state")
    for console in (stage.console, stage.picture):
        console.print()
        draw(report, console)
    return report


def prove(stage: Stage) -> None:
    """Deploys the example; every probe must come out as declared."""
    stage.say("pulumi up declares the role and proves it, before it gets its permissions")
    deployed = stage.pulumi("up", *QUIETLY)
    require(deployed.returncode == 0, "pulumi up succeeds")
    require(proof(stage).verdict == "proved", "every probe is proved")


def tamper(stage: Stage) -> None:
    """Drops the external-ID condition with a plain boto3 call, as somebody in a hurry would."""
    stage.say("somebody drops the external-ID condition behind Pulumi's back")
    iam = stage.world.workload.client("iam")
    document = iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]
    for statement in document["Statement"]:
        statement["Condition"] = {
            operator: tests
            for operator, tests in statement.get("Condition", {}).items()
            if "sts:ExternalId" not in tests
        }
        if not statement["Condition"]:
            del statement["Condition"]
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=json.dumps(document))
    stage.console.print(f'  iam.update_assume_role_policy(RoleName="{ROLE}", PolicyDocument=…)')


def catch(stage: Stage) -> None:
    """Both the refresh and the command must notice, with an exit code and a sentence."""
    stage.say("pulumi refresh notices, without a single AssumeRole")
    refreshed = stage.pulumi("refresh", "--expect-no-changes", *QUIETLY)
    require(refreshed.returncode != 0, "pulumi refresh --expect-no-changes fails")
    require("without an external ID" in refreshed.stdout, "the refresh says what would get in")
    require(proof(stage).verdict == "refuted", "the stored verdict is now refuted")

    stage.say("rolecall verify notices too, by trying")
    arn = f"arn:aws:iam::{stage.world.workload.id}:role/{ROLE}"
    verified = stage.run("rolecall", "verify", arn, "--caller", "vendor", "--external-id", EXTERNAL_ID)
    require(verified.returncode == 1, "rolecall verify ends with exit code 1")
    require("got in without an external ID" in verified.stdout, "rolecall verify says what got in")


def repair(stage: Stage) -> None:
    """The next up restores the condition and proves the role again."""
    stage.say("pulumi up repairs the role and proves it again")
    require(stage.pulumi("up", *QUIETLY).returncode == 0, "pulumi up succeeds")
    require(proof(stage).verdict == "proved", "every probe is proved again")


def clean_up(stage: Stage) -> None:
    """Leaves nothing behind: no role, no stack, no stack settings in the checkout."""
    stage.say("cleaning up")
    gone = stage.pulumi("destroy", "--yes", "--skip-preview", "--suppress-progress")
    stage.quietly("stack", "rm", STACK, "--yes", "--force")
    require(gone.returncode == 0, "pulumi destroy succeeds")


STEPS: Final[tuple[Callable[[Stage], None], ...]] = (prove, tamper, catch, repair)


def main(picture_file: Path | None = None) -> int:
    """Plays every step; 0 only if each showed what it should."""
    plain = Console()
    console = Console(highlight=False, width=None if plain.is_terminal else WIDTH)
    picture = Console(highlight=False, record=True, file=io.StringIO(), width=WIDTH, force_terminal=True)
    try:
        engine = offline.find()
    except offline.EngineError as error:
        console.print(str(error), style="bold red")
        return 2
    with tempfile.TemporaryDirectory(prefix="rolecall-demo-") as folder, Sandbox() as sandbox:
        world = build(sandbox)
        console.print(f"An embedded AWS listens on {sandbox.endpoint_url}; no real one is reached.")
        environment = offline.environment(Path(folder), engine=engine, base=world.environment(Path(folder)))
        here = str(Path(sys.executable).parent)
        stage = Stage(console, picture, {**environment, "PATH": f"{here}:{environment['PATH']}"}, world)
        failure = _play(stage)
    if failure is None and picture_file is not None:
        picture_file.write_text(drawn(picture), encoding="utf-8")
    if failure is None:
        console.print("\n[bold green]✓ Proved, tampered with, caught twice, repaired and proved again.[/]")
        return 0
    console.print(f"\n[bold red]✗ Not as expected.[/] {failure}", soft_wrap=True)
    return 1


def drawn(picture: Console) -> str:
    """What was printed, as SVG that loads nothing: fonts from elsewhere are left out."""
    svg = picture.export_svg(title="make demo")
    return re.sub(r"\s*@font-face \{.*?\}|<!--.*?-->", "", svg, flags=re.DOTALL)


def _play(stage: Stage) -> NotAsExpectedError | None:
    """Runs the steps and cleans up whatever happened; the first disappointment ends them."""
    failure = None
    stage.quietly("stack", "init", STACK)
    try:
        for step in STEPS:
            step(stage)
    except NotAsExpectedError as error:
        failure = error
    try:
        clean_up(stage)
    except NotAsExpectedError as error:
        failure = failure or error
    return failure


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the steps and verdicts as SVG")
    sys.exit(main(parser.parse_args().picture))
