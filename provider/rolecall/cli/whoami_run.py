"""Answers ``rolecall whoami``: a line a caller, or JSON."""

import json
from collections.abc import Sequence

import click

from rolecall import sts
from rolecall.reports import safe

from .callers import one_caller


def run(callers: Sequence[str], *, key: str | None, region: str | None, as_json: bool) -> None:
    """Asks STS who each caller is, or to which account a key belongs, and prints it.

    Args:
        callers: profiles, or ``ambient``; the first asks about the key.
        key: an access key ID.
        region: STS endpoint; ``None`` for each caller's own.
        as_json: whether to print JSON.

    Raises:
        DeclarationError: there is no such profile.
        ProbeError: STS couldn't be asked.
    """
    credentials = sts.Credentials(defaults=sts.Defaults(region=region))
    sources = [one_caller(name, region) for name in dict.fromkeys(callers)]
    if key is not None:
        keys = credentials.keys(sources[0])
        account = sts.account_of_key(keys, key, region=keys.region)
        click.echo(json.dumps({"account": account}) if as_json else account)
        return
    people = credentials.callers(sources)
    told = {
        name: people[source.name].identity(region=credentials.keys(source).region)
        for name, source in zip(dict.fromkeys(callers), sources, strict=True)
    }
    if as_json:
        identities = {
            name: {"arn": who.arn, "account": who.account, "user_id": who.user_id}
            for name, who in told.items()
        }
        click.echo(json.dumps(identities, indent=2))
        return
    width = max(map(len, told))
    for name, who in told.items():
        click.echo(f"{safe(name):{width}}  {who.account}  {safe(who.arn)}")
