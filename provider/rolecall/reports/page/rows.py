"""Writes the page's table: two rows a role, the second of which unfolds to what came of each caller."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Final

from rolecall.reports.document import ProbeDocument, RoleDocument
from rolecall.reports.roles import resource_of
from rolecall.reports.sentences import failure_sentence, skipped_sentence
from rolecall.reports.tally import ORDER, symbol
from rolecall.reports.words import PROBES
from rolecall.verification.model import ProbeKind, Verdict
from rolecall.verification.report import Skipped, TrustUnread
from rolecall.verification.skew import skew_sentence

from .facts import Edge, Entry, slug

DETAILS_LIMIT: Final = 1_200_000
"""Bytes of all details together: where they would take more, they are told in brief."""

OPEN: Final = 3
"""Details of so many roles that aren't proved, the worst, stand open."""

_LEFT_OUT: Final = "<p>Left out, for the page would be too large; the JSON report has it."

_Telling = Callable[[Edge], str]


def role_rows(entries: Sequence[Entry]) -> str:
    """A ``<tbody>`` for each role."""
    details = _fitting(entries)
    return "\n".join(
        _row(entry, told, unfolded=number < OPEN and entry.word != Verdict.PROVED)
        for number, (entry, told) in enumerate(zip(entries, details, strict=True))
    )


def _fitting(entries: Sequence[Entry]) -> list[str]:
    """The details of each role: in full if all fit, else briefly; the least bad are left out if need be."""
    in_full = [_details(entry, _in_full) for entry in entries]
    if sum(map(_size, in_full)) <= DETAILS_LIMIT:
        return in_full
    room = DETAILS_LIMIT
    told = []
    for entry in entries:
        brief = _details(entry, _in_brief)
        room -= _size(brief)
        told.append(brief if room >= 0 else _LEFT_OUT)
    return told


def _size(text: str) -> int:
    return len(text.encode())


def _row(entry: Entry, details: str, *, unfolded: bool) -> str:
    callers = ", ".join(edge.caller for edge in entry.edges[:2])
    more = f" and {len(entry.edges) - 2} more" if len(entry.edges) > 2 else ""  # noqa: PLR2004 - as above
    role = entry.role
    return (
        f'<tbody id="{entry.anchor}" class="{slug(entry.word)}"><tr><td class="word">{_badge(entry.word)}'
        f'<th scope="row">{_name(entry.arn)}<td class="account">{escape(entry.account)}'
        f"<td>{escape(callers)}{more}<td>{role['level'] if role else 'none'}"
        f'<tr class="more"><td colspan="5"><details{" open" if unfolded else ""}>'
        f"<summary>{escape(_summary(entry))}</summary>{details}</details>"
    )


def _badge(word: str) -> str:
    return f"<b>{symbol(word)}</b> {word}"


def _name(arn: str) -> str:
    """A role's name with its path, which may be broken after each slash."""
    path, _, name = resource_of(arn).removeprefix("role/").rpartition("/")
    return f"{escape(path)}/<wbr>{escape(name)}" if path else escape(name)


def _summary(entry: Entry) -> str:
    if entry.role is None:
        return "nothing could be found out"
    counts = Counter(str(probe["verdict"]) for probe in entry.role["probes"])
    told = [f"{counts[word]} {word}" for word in ORDER if word in counts]
    broken = len(entry.role["broken_requirements"])
    total = len(entry.role["probes"])
    lead = f"{broken} broken requirement{'' if broken == 1 else 's'}; " if broken else ""
    return f"{lead}{total} probe{'' if total == 1 else 's'}" + (f": {', '.join(told)}" if told else "")


def _details(entry: Entry, telling: _Telling) -> str:
    if entry.role is None:
        return f'<p class="arn">{escape(entry.arn)}<p>{escape(entry.reason)}'
    return "".join(
        [
            f'<p class="arn">{escape(entry.arn)}',
            *(f'<p class="point refuted">{escape(each)}' for each in _said_of_role(entry.role)),
            *map(telling, entry.edges),
            f"{_receipts(entry.role)}{_skipped(entry.role)}{_facts(entry.role)}"
            if telling is _in_full
            else "",
        ]
    )


def _said_of_role(role: RoleDocument) -> Iterator[str]:
    for broken in role["broken_requirements"]:
        yield broken["sentence"]
    if role["trust_unreadable"]:
        yield failure_sentence(TrustUnread(cause=role["trust_unreadable"]))


def _in_full(edge: Edge) -> str:
    return f"{_head(edge)}<ul>{''.join(map(_probe, edge.probes))}</ul></section>"


def _in_brief(edge: Edge) -> str:
    """What isn't proved, in full; of what is, the names."""
    names = ", ".join(escape(_title(probe)) for probe in edge.probes if probe["verdict"] == Verdict.PROVED)
    others = [_probe(probe) for probe in edge.probes if probe["verdict"] != Verdict.PROVED]
    if not others:
        return f"<p>{symbol(Verdict.PROVED)} {escape(edge.caller)}{_arn(edge)} proved: {names}"
    proved = f"<li><b>{symbol(Verdict.PROVED)}</b> proved: {names}" if names else ""
    return f"{_head(edge)}<ul>{''.join(others)}{proved}</ul></section>"


def _head(edge: Edge) -> str:
    return (
        f'<section id="{edge.anchor}" class="{edge.verdict}"><h3>{escape(edge.caller)}{_arn(edge)} '
        f"<span>{_badge(edge.verdict)}</span></h3>"
    )


def _arn(edge: Edge) -> str:
    return f" <code>{escape(edge.caller_arn)}</code>" if edge.caller_arn else ""


def _probe(probe: ProbeDocument) -> str:
    facts = [
        str(probe["verdict"]),
        f"expected {probe['expected']}, was {probe['outcome']}",
        *([probe["code"]] if probe["code"] else []),
        *([probe["region"]] if probe["region"] else []),
        f"{probe['attempts']} tries" if probe["attempts"] != 1 else f"{probe['milliseconds']:.0f} ms",
        *([f"request {probe['request_id']}"] if probe["request_id"] else []),
        *([f"asked {probe['endpoint'].rpartition('/')[2]}"] if probe["endpoint"] else []),
    ]
    return (
        f'<li class="{probe["verdict"]}"><b>{symbol(probe["verdict"])}</b> <b>{escape(_title(probe))}</b> '
        f"<small>{escape(' · '.join(facts))}</small><br>{escape(probe['sentence'])}{_doubt(probe)}"
    )


def _doubt(probe: ProbeDocument) -> str:
    """The disagreement with the prediction, where the probe's own sentence doesn't tell it."""
    if probe["disagreement"] is None or probe["verdict"] != Verdict.PROVED:
        return ""
    return f"<br>{escape(probe['disagreement']['sentence'])}"


def _receipts(role: RoleDocument) -> str:
    """What others state, apart from what was proved."""
    return "".join(
        f"<section><h3>{escape(receipt['sentence'])}</h3>"
        f"<ul>{''.join(map(_probe, receipt['probes']))}</ul></section>"
        for receipt in role["receipts"]
    )


def _title(probe: ProbeDocument) -> str:
    words = PROBES[probe["kind"]].title
    return f"{words}: {probe['label']}" if probe["label"] else words


def _skipped(role: RoleDocument) -> str:
    if not role["skipped"]:
        return ""
    told = (
        skipped_sentence(Skipped(kind=ProbeKind(each["kind"]), caller=each["caller"], reason=each["reason"]))
        for each in role["skipped"]
    )
    return f'<ul class="skipped">{"".join(f"<li>{escape(each)}" for each in told)}</ul>'


def _facts(role: RoleDocument) -> str:
    levels = ", ".join(f"statement {each['statement'] + 1} {each['level']}" for each in role["levels"])
    facts = {
        "verified": role["verified_at"],
        "levels": levels,
        "STS asked in": ", ".join(role["regions"]),
        "unique id": role["role_unique_id"] or "",
        "trust policy": f"sha256:{role['trust_policy_sha256'][:16]}" if role["trust_policy_sha256"] else "",
        "calls": f"{role['calls']}, {role['sts_seconds']:.1f} s; {role['waited_seconds']:.1f} s waited",
        "clock": skew_sentence(role["clock_skew_seconds"]),
    }
    pairs = (f"<div><dt>{name}<dd>{escape(fact)}</div>" for name, fact in facts.items() if fact)
    return f"<dl>{''.join(pairs)}</dl>"
