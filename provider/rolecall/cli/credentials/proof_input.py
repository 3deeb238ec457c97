"""Reads what ``rolecall assume`` shows instead of credentials: a web identity token or a SAML response."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from rolecall.errors import DeclarationError, Fault
from rolecall.verification import SamlSource, TokenSource, read_caller

from .reading import Reading

_TOKENS: Final = {"web_identity_file": "file", "web_identity_env": "env", "github_audience": "github"}
_SAML: Final = {"saml_file": "file", "saml_provider": "provider_arn"}
_OF_CALLERS: Final = ("mfa_serial", "mfa_code_env", "mfa_code_command")
_OF_PROVIDERS: Final = (
    "external_id",
    "external_id_env",
    "source_identity",
    "tags",
    "transitive_tags",
    "provided_contexts",
)
"""What only AssumeRole takes; with a proof it is for the identity provider to say, where it is at all."""


def read_proof(reading: Reading) -> TokenSource | SamlSource | None:
    """Where the proof comes from; ``None`` where there is none, and credentials ask."""
    given = {name: value for name in (*_TOKENS, *_SAML) if (value := reading.options[name]) is not None}
    if not given:
        return None
    first, *others = given
    if given.keys() <= _SAML.keys():
        if missing := _SAML.keys() - given.keys():
            remedy = "A response goes with the provider that it is for"
            reading.add(Fault(_spelled(missing.pop()), "it is missing", remedy))
            return None
        return _read(reading, "saml_provider", {"saml": {_SAML[name]: given[name] for name in given}})
    if others:
        reading.add(Fault(_spelled(others[0]), f"{_spelled(first)} is given too", "Give one of the two"))
        return None
    return _read(reading, first, {"web_identity": {_TOKENS[first]: given[first]}})


def _read(reading: Reading, option: str, raw: Mapping[str, object]) -> TokenSource | SamlSource | None:
    try:
        source = read_caller(raw, path="")
    except DeclarationError as error:
        reading.add(replace(error.faults[0], path=_spelled(option)))  # the others follow from it
        return None
    return source.web_identity or source.saml


def refuse_beside_proof(reading: Reading) -> None:
    """Notes the options that a proof leaves no room for."""
    options = reading.options
    refused = [*_OF_CALLERS, *(() if options["via"] else _OF_PROVIDERS)]
    if options["saml_file"] is not None and not options["via"]:
        refused.append("session_name")
    if options["caller"] != "ambient":
        refused.append("caller")
    problem = "it goes with credentials, and a proof is shown instead"
    for name in refused:
        if options[name]:
            reading.add(Fault(_spelled(name), problem, "Leave it out, or let the identity provider say it"))


def _spelled(name: str) -> str:
    """An option as people write it."""
    return f"--{name.replace('_', '-').removesuffix('s')}"
