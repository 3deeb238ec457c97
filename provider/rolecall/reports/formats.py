"""The formats in which a report can be had as text, by the names that users give them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from .document import ReportDocument, to_json
from .github import annotations
from .junit import junit_xml
from .markdown import markdown
from .page import html_page
from .verdict_sarif import verdicts_as_sarif

FORMATS: Final[Mapping[str, Callable[[ReportDocument], str]]] = MappingProxyType(
    {
        "json": to_json,
        "sarif": verdicts_as_sarif,
        "junit": junit_xml,
        "markdown": markdown,
        "github": annotations,
        "html": html_page,
    }
)
"""Each is a function of the report alone: the same report gives the same text. None ends in a line break."""
