"""Verdicts and reasons for people and machines: facts in, text out.

The terminal table is in :mod:`rolecall.reports.table`, which loads rich; nothing here does.
"""

from .decisions import decision_sentence, explain, mismatch_sentence
from .document import FORMAT, ReportDocument, to_document, to_json
from .formats import FORMATS
from .safe import fingerprint, quoted, safe
from .schema import json_schema, receipt_schema
from .sentences import (
    about,
    broken_sentence,
    disagreement_sentence,
    failure_sentence,
    headline,
    open_points,
    receipt_sentence,
    role_name,
    sentence,
    skipped_sentence,
)
from .witnesses import (
    answer_document,
    answer_sentence,
    difference_document,
    difference_sentences,
    request_document,
    request_words,
)

__all__ = [
    "FORMAT",
    "FORMATS",
    "ReportDocument",
    "about",
    "answer_document",
    "answer_sentence",
    "broken_sentence",
    "decision_sentence",
    "difference_document",
    "difference_sentences",
    "disagreement_sentence",
    "explain",
    "failure_sentence",
    "fingerprint",
    "headline",
    "json_schema",
    "mismatch_sentence",
    "open_points",
    "quoted",
    "receipt_schema",
    "receipt_sentence",
    "request_document",
    "request_words",
    "role_name",
    "safe",
    "sentence",
    "skipped_sentence",
    "to_document",
    "to_json",
]
