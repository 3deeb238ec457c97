"""``rolecall sandbox sign-on``: a SAML identity provider to try things with: metadata and responses."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rolecall.errors import DeclarationError, Fault, SandboxError

if TYPE_CHECKING:
    from rolecall.sandbox.saml.idp import SamlIdentityProvider

EXAMPLES = """\b
Examples:
  The metadata of a new identity provider, for aws.iam.SamlProvider:
    rolecall sandbox sign-on --key idp.pem > idp-metadata.xml
  A response that offers one role, as a caller's command prints it:
    rolecall sandbox sign-on --key idp.pem --subject s-4711 \\
        arn:aws:iam::222222222222:role/sso,arn:aws:iam::222222222222:saml-provider/company

The key is good for trying things out: whoever has it can be anybody.

Exit codes: 0 printed, 2 misuse or bad input.
"""
_ENTITY_ID = "https://idp.example.com/saml"


@click.command(name="sign-on", epilog=EXAMPLES)
@click.option(
    "--key",
    "path",
    metavar="FILE",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Key and certificate (PEM); made on first use.",
)
@click.option("--entity-id", metavar="URL", default=_ENTITY_ID, show_default=True, help="What it is called.")
@click.option("--subject", metavar="TEXT", default="s-4711", show_default=True, help="Who signs on (NameID).")
@click.option("--session-name", metavar="NAME", default="alice", show_default=True, help="RoleSessionName.")
@click.option("--tag", "tags", metavar="KEY=VALUE", multiple=True, help="A session tag (PrincipalTag).")
@click.argument("roles", metavar="[ROLE_ARN,PROVIDER_ARN]...", nargs=-1)
def command(
    *,
    path: Path,
    entity_id: str,
    subject: str,
    session_name: str,
    tags: tuple[str, ...],
    roles: tuple[str, ...],
) -> None:
    """Print a response that offers these roles, signed and in base 64; without any, the metadata."""
    provider = _provider(path, entity_id)
    if not roles:
        click.echo(provider.metadata)
        return
    from rolecall.sandbox.saml.idp import SamlClaims  # noqa: PLC0415 - help loads none of it

    claims = SamlClaims(
        roles=tuple(_pair(role, ",", "ROLE_ARN,PROVIDER_ARN") for role in roles),
        subject=subject,
        session_name=session_name,
        tags=dict(_pair(tag, "=", "KEY=VALUE") for tag in tags),
    )
    click.echo(provider.respond(claims))


def _pair(text: str, separator: str, shape: str) -> tuple[str, str]:
    first, found, second = text.partition(separator)
    if not (first and found and second):
        message = f"{text!r} isn't {shape}"
        raise click.UsageError(message)
    return first, second


def _provider(path: Path, entity_id: str) -> "SamlIdentityProvider":
    """The provider whose key is in a file; a file that isn't there is made, for its owner to read only."""
    try:
        from rolecall.sandbox.saml.idp import SamlIdentityProvider  # noqa: PLC0415 - as above
    except ImportError as error:
        message = f"Signing needs signxml ({error}). Run: pip install 'rolecall[sandbox]'"
        raise SandboxError(message) from error
    try:
        if path.exists():
            return SamlIdentityProvider.from_pem(path.read_bytes(), entity_id)
        made = SamlIdentityProvider.new(entity_id)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(made.to_pem())
    except (OSError, ValueError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds no RSA key with its certificate"
        remedy = "Name a file that this command made, or one that isn't there yet"
        raise DeclarationError([Fault("--key", f"{path} can't be used: {reason}", remedy)]) from error
    return made
