"""Writes a report as one HTML file that needs nothing else to be read: no network, other files or scripts."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from rolecall.reports.document import ReportDocument
from rolecall.reports.tally import symbol, tally, tally_sentence

from .diagram import diagram_of
from .facts import Entry, entries, slug
from .rows import role_rows
from .svg import to_svg

LIMIT: Final = 2_000_000
"""Bytes that the page of 2,000 roles stays below."""


def html_page(document: ReportDocument) -> str:
    """The report as a page: a picture of callers and roles, and a table with everything to filter and search.

    Without scripts everything can be read and filtered by verdict; searching takes the one in the page. Its
    content security policy lets nothing else run and nothing be fetched, whatever a text may hold.
    """
    style, script = _asset("page.css"), _asset("page.js")
    told = entries(document)
    picture = diagram_of(told)
    return Template(_asset("page.html")).substitute(
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        title=escape(tally_sentence(document)),
        when=escape(_when(told)),
        filters=_filters(document),
        caption=escape(picture.caption),
        picture=to_svg(picture),
        rows=role_rows(told),
    )


def _asset(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """How a content security policy names an inline style or script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _when(told: Sequence[Entry]) -> str:
    moments = sorted(entry.role["verified_at"] for entry in told if entry.role)
    if not moments:
        return "never"
    return moments[0] if moments[0] == moments[-1] else f"{moments[0]} to {moments[-1]}"


def _filters(document: ReportDocument) -> str:
    """A choice of what to show: everything, or what came to one word; it works by style alone."""
    counts = tally(document)
    total = sum(counts.values())
    choices = [f'<label><input type="radio" name="only" value="" checked>all <b>{total}</b></label>']
    choices += [
        f'<label class="{slug(word)}"><input type="radio" name="only" id="only-{slug(word)}" '
        f'value="{slug(word)}">{symbol(word)} {word} <b>{count}</b></label>'
        for word, count in counts.items()
    ]
    return "".join(choices)
