"""Verdicts and reasons for people and machines: facts in, text out.

The terminal table is in :mod:`rolecall.reports.table`, which loads rich; nothing here does.
"""

from .decisions import decision_sentence, explain, mismatch_sentence
from .document import FORMAT, ReportDocument, to_document, to_json
from .safe import fingerprint, quoted, safe
from .sentences import (
    about,
    broken_sentence,
    failure_sentence,
    headline,
    open_points,
    role_name,
    sentence,
    skipped_sentence,
)

__all__ = [
    "FORMAT",
    "ReportDocument",
    "about",
    "broken_sentence",
    "decision_sentence",
    "explain",
    "failure_sentence",
    "fingerprint",
    "headline",
    "mismatch_sentence",
    "open_points",
    "quoted",
    "role_name",
    "safe",
    "sentence",
    "skipped_sentence",
    "to_document",
    "to_json",
]
