"""Serves the default world, tells where it is, and stops at a signal."""

import json
import os
import shlex
import threading
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from rolecall.sandbox import Sandbox
from rolecall.sandbox.world import World, build

from ..signals import stopping_like_interrupt

FORGOTTEN = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_STS",
)
"""Variables of a user's shell that would lead past the sandbox."""


def serve(sandbox: Sandbox, *, show_secrets: bool, as_json: bool) -> None:
    """Serves until ^C, SIGTERM or SIGHUP.

    Args:
        sandbox: not started yet.
        show_secrets: whether keys are printed; else they are in a file that only the user can read.
        as_json: whether to say where it is as one line of JSON.

    Raises:
        SandboxError: it can't be started, with the reason.
    """
    with (
        stopping_like_interrupt(),
        TemporaryDirectory(prefix="rolecall-sandbox-") as directory,
        sandbox,
    ):
        world = build(sandbox)
        settings = _settings(world.environment(Path(directory)))
        file = _written(Path(directory) / "env", settings)
        tell = _as_json if as_json else _as_text
        try:
            click.echo(tell(world, sandbox.region, file, settings if show_secrets else {}))
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo("sandbox stopped", err=True)


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    """What a shell must set, without what it has anyway."""
    ours = ("AWS_", "ACTIONS_ID_TOKEN_", "ROLECALL_", "NO_PROXY", "no_proxy")
    return {name: value for name, value in sorted(environment.items()) if name.startswith(ours)}


def _exports(settings: Mapping[str, str]) -> str:
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in settings.items())


def _written(file: Path, settings: Mapping[str, str]) -> Path:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(f"unset {' '.join(FORGOTTEN)}\n{_exports(settings)}")
    return file


def _identities(world: World) -> dict[str, tuple[str, str | None]]:
    """ARN and MFA device of the user behind each profile."""
    users = {"tools": world.ci, "alice": world.alice, "vendor": world.scanner, "stranger": world.stranger}
    admin = f"administrator of {world.workload.id}"
    return {"workload": (admin, None), **{name: (user.arn, user.mfa_serial) for name, user in users.items()}}


def _as_text(world: World, region: str, file: Path, secrets: Mapping[str, str]) -> str:
    rows = [
        f"  {profile:<9} {who}{f', MFA device {serial}' if serial else ''}"
        for profile, (who, serial) in _identities(world).items()
    ]
    use = (
        ["In another terminal:", *_exports(secrets).splitlines()]
        if secrets
        else [
            "In another terminal (the keys are in the file, for you only):",
            f"  source {shlex.quote(str(file))}",
        ]
    )
    return "\n".join(
        [
            f"sandbox at {world.sandbox.endpoint_url} in {region}, until ^C",
            "profiles:",
            *rows,
            *use,
            "  rolecall sandbox code alice    prints an MFA code",
        ]
    )


def _as_json(world: World, region: str, file: Path, secrets: Mapping[str, str]) -> str:
    return json.dumps(
        {
            "format": 1,
            "endpoint_url": world.sandbox.endpoint_url,
            "region": region,
            "environment_file": str(file),
            "profiles": {
                profile: {"identity": who, "mfa_serial": serial}
                for profile, (who, serial) in _identities(world).items()
            },
            **({"environment": secrets} if secrets else {}),
        }
    )
