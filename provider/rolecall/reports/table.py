"""Draws the report of one role as a table for a terminal, with the open points in sentences below it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from rolecall.verification.model import Outcome, ProbeResult, Verdict
from rolecall.verification.report import RoleReport
from rolecall.verification.skew import skew_sentence

from .safe import safe
from .sentences import open_points, receipt_sentence, role_name, skipped_sentence
from .words import PROBES, VERDICTS

_COLUMNS: Final = (
    "probe",
    "caller",
    "region",
    "expected",
    "outcome",
    "verdict",
    "enforced by",
    "code",
    "time",
)
_STACKED_COLUMNS: Final = ("probe", "expected", "verdict", "code")
_NOTHING: Final = "-"
_NAME_LIMIT: Final = 40
_ANY_WIDTH: Final = 10_000


def draw(report: RoleReport, console: Console) -> None:
    """Prints the report of one role.

    One row a probe where the console is wide enough, two lines a probe where it isn't. Sentences are
    wrapped for terminals only, so that a pipe gets one line each.

    Args:
        report: what was found out.
        console: where to; its width, colours (``NO_COLOR``) and encoding are respected.
    """
    plain = console.options.ascii_only
    _print(console, _header(report, plain=plain))
    if report.results or report.attested:
        wide = _wide(report, plain=plain)
        natural = Measurement.get(console, console.options.update(max_width=_ANY_WIDTH), wide)
        fits = natural.maximum <= console.width
        console.print(wide if fits else _stacked(report, plain=plain))
    for line in _notes(report, plain=plain):
        _print(console, line)


def draw_summary(verdicts: Sequence[Verdict | None], console: Console) -> None:
    """Prints, in one line, how many roles came to which verdict; the worst first."""
    plain = console.options.ascii_only
    line = Text(f"{len(verdicts)} roles:")
    for verdict in (*reversed(Verdict), None):
        if verdict in verdicts:
            line.append(f"  {verdicts.count(verdict)} ")
            line.append_text(_verdict(verdict, plain=plain))
    _print(console, line)


def _print(console: Console, text: RenderableType) -> None:
    console.print(text, soft_wrap=not console.is_terminal)


def _header(report: RoleReport, *, plain: bool) -> Group:
    title = Text.assemble(
        (f'role "{safe(role_name(report.role_arn))}"', "bold"), f"  {safe(report.role_arn)}"
    )
    line = Text("verdict ")
    line.append_text(_verdict(report.verdict, plain=plain))
    line.append(f"  level {_levels(report)}")
    asked = f"  STS asked in {', '.join(report.regions)}" if report.regions else ""
    return Group(title, line, Text(f"verified {_moment(report.verified_at)}{asked}"))


def _levels(report: RoleReport) -> str:
    if len({each.level for each in report.levels}) <= 1:
        return report.level
    return f"{report.level} ({', '.join(f'statement {e.statement + 1} {e.level}' for e in report.levels)})"


def _wide(report: RoleReport, *, plain: bool) -> Table:
    table = _table(_COLUMNS)
    for result in (*report.results, *report.attested):
        table.add_row(
            Text(_title(result)),
            Text(safe(result.caller, limit=_NAME_LIMIT)),
            Text(safe(result.region)),
            Text(result.expectation),
            Text(_outcome(result)),
            _of_probe(result, report, plain=plain),
            Text(result.enforced_by or _NOTHING),
            Text(safe(result.code or _NOTHING, limit=_NAME_LIMIT)),
            Text(_time(result)),
        )
    return table


def _stacked(report: RoleReport, *, plain: bool) -> Table:
    table = _table(_STACKED_COLUMNS)
    for result in (*report.results, *report.attested):
        verdict = _of_probe(result, report, plain=plain)
        if result.enforced_by:
            verdict.append(f"\nby {result.enforced_by}", style="not bold default")
        table.add_row(
            Text(f"{_title(result)}\n  {safe(result.caller, limit=_NAME_LIMIT)}, {safe(result.region)}"),
            Text(f"{result.expectation}\n{'got ' if result.attempts else ''}{_outcome(result)}"),
            verdict,
            Text(f"{safe(result.code or _NOTHING, limit=_NAME_LIMIT)}\n{_time(result)}"),
        )
    return table


def _table(columns: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _notes(report: RoleReport, *, plain: bool) -> Iterator[Text]:
    mark = "*" if plain else "•"
    for told in open_points(report):
        yield Text(f"{mark} {told}")
    for receipt in report.receipts:
        if not receipt.refused:
            yield Text(f"{mark} {receipt_sentence(receipt)}", style="dim")
    for skipped in report.skipped:
        yield Text(f"{mark} {skipped_sentence(skipped)}", style="dim")
    if off := skew_sentence(report.clock_skew_seconds):
        yield Text(f"{mark} {off[0].upper()}{off[1:]}; MFA codes that are computed on it go wrong.")


def _title(result: ProbeResult) -> str:
    words = PROBES[result.kind].title + (" with external ID" if result.holds_external_id else "")
    return f"{words}: {safe(result.label)}" if result.label else words


def _outcome(result: ProbeResult) -> str:
    if result.outcome is not Outcome.INCONCLUSIVE:
        return result.outcome
    return "neither" if result.attempts else "not asked"


def _of_probe(result: ProbeResult, report: RoleReport, *, plain: bool) -> Text:
    """The verdict of a probe; what somebody else states is never called proved."""
    if result.verdict is Verdict.PROVED and result in report.attested:
        return Text("stated", style="dim")
    return _verdict(result.verdict, plain=plain)


def _verdict(verdict: Verdict | None, *, plain: bool) -> Text:
    if verdict is None:
        return Text("nothing probed", style="dim")
    words = VERDICTS[verdict]
    return Text(f"{words.plain if plain else words.symbol} {verdict}", style=words.style)


def _time(result: ProbeResult) -> str:
    """How long the last call took; where it was asked again, how often and over what time."""
    if result.attempts == 0:
        return _NOTHING
    if result.attempts == 1 or result.first_at is None or result.last_at is None:
        return f"{result.milliseconds:.0f} ms"
    return f"{result.attempts} tries, {(result.last_at - result.first_at).total_seconds():.1f} s"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
