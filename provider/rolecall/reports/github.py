"""Writes a report as annotations of GitHub Actions (GitHub page: Workflow commands for GitHub Actions)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .document import ReportDocument
from .points import Point, points
from .sentences import role_name
from .tally import tally_sentence

_IN_MESSAGES: Final[Mapping[int, str]] = MappingProxyType(
    {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}
)
_IN_PROPERTIES: Final[Mapping[int, str]] = MappingProxyType(
    {**_IN_MESSAGES, ord(":"): "%3A", ord(","): "%2C"}
)


def annotations(document: ReportDocument) -> str:
    """One workflow command a point, the worst first (GitHub shows ten a step), and a line for the log."""
    return "\n".join([*map(_command, points(document)), tally_sentence(document)])


def _command(point: Point) -> str:
    title = f'rolecall: role "{role_name(point.role_arn)}", {point.rule.title}'
    message = f"{point.role_arn}: {point.sentence}"
    return f"::{point.grade} title={title.translate(_IN_PROPERTIES)}::{message.translate(_IN_MESSAGES)}"
