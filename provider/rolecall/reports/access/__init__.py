"""A role's access as the texts that callers paste: facts in, text out."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from .cli_profile import cli_profile
from .github_step import github_step
from .model import Access, Answer
from .providers import aws_provider, terraform_provider
from .settings import read_access

__all__ = ["ACCESS_FORMATS", "Access", "Answer", "access_texts", "read_access"]

ACCESS_FORMATS: Final[Mapping[str, Callable[[Access], Answer]]] = MappingProxyType(
    {
        "cli_profile": cli_profile,
        "aws_provider": aws_provider,
        "terraform_provider": terraform_provider,
        "github_step": github_step,
    }
)
"""Each is a function of the access alone."""


def access_texts(access: Access) -> dict[str, Any]:
    """Every format's text, ``None`` where the tool can't get in, and ``notes``: what to know of some."""
    answers = {name: write(access) for name, write in ACCESS_FORMATS.items()}
    notes = {name: answer.note for name, answer in answers.items() if answer.note is not None}
    return {**{name: answer.text for name, answer in answers.items()}, "notes": notes}
