"""The environment of a child process that talks to the sandbox and to nothing else of AWS."""

import configparser
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from .credentials import Credentials, Profile

CONTROL_PATH: Final = "/_rolecall"
"""Where the sandbox answers its own questions."""

SIGN_IN_PATH: Final = f"{CONTROL_PATH}/federation"
"""Where temporary credentials are traded for a link into the console."""

_FORGOTTEN: Final = ("AWS_", "ACTIONS_ID_TOKEN_")
"""What the names of variables begin with that hold a real AWS's settings, or a real job's secret."""


def build(
    *,
    inherited: Mapping[str, str],
    endpoint_url: str,
    region: str,
    default: Credentials | None,
    profiles: Mapping[str, Credentials | Profile],
    directory: Path,
) -> dict[str, str]:
    """Write the AWS configuration files into ``directory`` and return the whole environment.

    Nothing named ``AWS_…`` of the ``inherited`` environment is kept, and no token request of a GitHub Actions
    job; the rest of it is.

    Raises:
        OSError: the files can't be written.
    """
    config, credentials = _parser(), _parser()
    for name, profile in profiles.items():
        section = "default" if name == "default" else f"profile {name}"
        config[section] = {"region": region}
        if isinstance(profile, Profile):
            config[section].update(profile.settings())
        else:
            credentials[name] = _key_settings(profile)
    directory.mkdir(parents=True, exist_ok=True)
    _write(directory / "config", config)
    _write(directory / "credentials", credentials)
    kept = {name: value for name, value in inherited.items() if not name.upper().startswith(_FORGOTTEN)}
    key = {} if default is None else {name.upper(): value for name, value in _key_settings(default).items()}
    return kept | key | {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": str(directory / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(directory / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "ROLECALL_SANDBOX": f"{endpoint_url}{CONTROL_PATH}",
        "ROLECALL_SIGNIN_URL": f"{endpoint_url}{SIGN_IN_PATH}",
        # A proxy must not be asked for the loopback interface.
        "NO_PROXY": _with_loopback(kept.get("NO_PROXY", "")),
        "no_proxy": _with_loopback(kept.get("no_proxy", "")),
    }  # fmt: skip


def _parser() -> configparser.RawConfigParser:
    # No section is special here: to AWS, [default] is a profile like others.
    return configparser.RawConfigParser(default_section="\0")


def _key_settings(key: Credentials) -> dict[str, str]:
    token = {} if key.session_token is None else {"aws_session_token": key.session_token}
    return {"aws_access_key_id": key.access_key_id, "aws_secret_access_key": key.secret_access_key} | token


def _with_loopback(hosts: str) -> str:
    return ",".join(filter(None, [hosts, "127.0.0.1"]))


def _write(path: Path, content: configparser.RawConfigParser) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        content.write(file)
