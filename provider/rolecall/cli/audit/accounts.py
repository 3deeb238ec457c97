"""Gathers the accounts that ``rolecall audit`` looks at: from files, profiles, or an organisation."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import click

from rolecall.errors import DeclarationError, Fault, ProbeError
from rolecall.inventory.authorization_details import is_authorization_details, read_authorization_details
from rolecall.inventory.organization import is_organization, read_organization
from rolecall.policy import UNKNOWN
from rolecall.policy.formats import ACCOUNT_ID, fault_of
from rolecall.reach import AccountDetails, Organization
from rolecall.reports.audit import Unread
from rolecall.sts.accounts import AccountReader
from rolecall.verification import CallerSource, SourceKind

Read = TypeVar("Read")

WORKERS = 8
"""Accounts that are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """What the command line says about the accounts."""

    directory: Path | None
    profiles: tuple[str, ...]
    organization: bool
    via: str | None
    own_accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """What was read, what wasn't, and which accounts are ours beside these."""

    read: tuple[AccountDetails, ...]
    unread: tuple[Unread, ...] = ()
    own: frozenset[str] = frozenset()


def read_accounts(options: AuditOptions) -> Accounts:
    """Read the accounts that the options name.

    Raises:
        click.UsageError: the options don't go together.
        DeclarationError: a file or an account ID is wrong.
        ProbeError: nothing could be read at all.
    """
    _check(options)
    if options.directory is not None:
        found = _from_directory(options.directory)
    elif options.organization:
        found = _from_organization(options.profiles, options.via or "")
    else:
        found = _from_profiles(options.profiles)
    if not found.read:
        causes = "; ".join(f"{each.account}: {each.cause}" for each in found.unread)
        raise ProbeError(f"no account could be read: {causes or 'there is none'}")
    return Accounts(read=found.read, unread=found.unread, own=found.own.union(options.own_accounts))


def _check(options: AuditOptions) -> None:
    places = (options.directory is not None, options.organization, bool(options.profiles))
    if not any(places) or (places[0] and any(places[1:])):
        raise click.UsageError("Give a directory, or --profile, or --org.")
    if options.organization != (options.via is not None):
        raise click.UsageError("--org and --via belong together: --org --via role/Reader")
    if options.via is not None and not options.via.startswith("role/"):
        raise click.UsageError(f'--via is "{options.via}". Write role/NAME, with the path if there is one.')
    if options.organization and len(options.profiles) > 1:
        raise click.UsageError("--org takes one --profile: that of the management account.")
    faults = [fault_of(ACCOUNT_ID, account, "--own") for account in options.own_accounts]
    wrong = [fault for fault in faults if fault is not None]
    if wrong:
        raise DeclarationError(wrong)


def _from_directory(directory: Path) -> Accounts:
    documents = {path: _load(path) for path in sorted(directory.glob("*.json"))}
    organizations: dict[str, Organization] = {}
    for path, document in documents.items():
        if is_organization(document):
            organizations |= _in_file(path, read_organization, document)
    read: dict[str, AccountDetails] = {}
    for path, document in documents.items():
        if is_organization(document):
            continue
        if not is_authorization_details(document):
            remedy = "A file holds an account's authorization details, or an organization"
            raise DeclarationError([Fault(str(path), "this is neither", remedy)])
        found = _in_file(path, read_authorization_details, document)
        if found.account in read:
            problem = f"account {found.account} is in another file, too"
            raise DeclarationError([Fault(str(path), problem, "Keep one file for each account")])
        read[found.account] = replace(found, organization=organizations.get(found.account, UNKNOWN))
    unread = (Unread(each, "there is no file of it") for each in organizations if each not in read)
    return Accounts(read=tuple(read.values()), unread=tuple(unread), own=frozenset(organizations))


def _load(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        problem = f"it can't be read as JSON: {error}"
        raise DeclarationError([Fault(str(path), problem, "Replace the file")]) from error


def _in_file(path: Path, read: Callable[[object], Read], document: object) -> Read:
    try:
        return read(document)
    except DeclarationError as error:
        faults = [replace(fault, path=f"{path}{fault.path}") for fault in error.faults]
        raise DeclarationError(faults) from error


def _from_profiles(profiles: Sequence[str]) -> Accounts:
    readers = {profile: AccountReader(_profile(profile)) for profile in profiles}
    read, unread = _read_all(readers)
    found = {each.account: each for each in read}
    return Accounts(read=tuple(found.values()), unread=tuple(unread))


def _from_organization(profiles: Sequence[str], via: str) -> Accounts:
    source = _profile(profiles[0]) if profiles else CallerSource(name="ambient", kind=SourceKind.AMBIENT)
    reader = AccountReader(source)
    here = reader.account()
    told = reader.organization()
    organizations = read_organization(told.document)
    readers = {
        account: reader
        if account == here
        else AccountReader(replace(source, via=(f"arn:{told.partition}:iam::{account}:{via}",)))
        for account in organizations
    }
    read, unread = _read_all(readers)
    placed = (replace(each, organization=organizations[each.account]) for each in read)
    return Accounts(read=tuple(placed), unread=tuple(unread), own=frozenset(organizations))


def _read_all(readers: Mapping[str, AccountReader]) -> tuple[list[AccountDetails], list[Unread]]:
    """Read accounts at once; one that fails is told, and doesn't keep the others from being read."""
    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(_read_one, readers, readers.values()))
    read = [each for each in found if isinstance(each, AccountDetails)]
    return read, [each for each in found if isinstance(each, Unread)]


def _read_one(name: str, reader: AccountReader) -> AccountDetails | Unread:
    try:
        account = reader.account()
        return read_authorization_details(reader.details(), account=account)
    except (ProbeError, DeclarationError) as error:
        return Unread(name, str(error))


def _profile(name: str) -> CallerSource:
    return CallerSource(name=name, kind=SourceKind.PROFILE, profile=name)
