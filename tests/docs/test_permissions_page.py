"""The page of permissions and the README say what the table says."""

import json
import re
from typing import Any

import pytest

from rolecall.verification.permissions import Feature, Party, policy_for
from tools import permissions

README = permissions.ROOT / "README.md"


def test_the_page_is_as_the_table() -> None:
    """docs/permissions.md is made from the table, and was made since that changed."""
    assert permissions.PAGE.read_text() == permissions.page(), "run `python -m tools.permissions`"


def granted(policy: dict[str, Any]) -> list[tuple[set[str], str]]:
    """What each statement allows, and on what; one action or resource may stand without brackets."""
    return [(set(_many(each["Action"])), *_many(each["Resource"])) for each in policy["Statement"]]


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("number", "party", "role", "features"),
    [(0, Party.OWNER, "*", ()), (1, Party.PROBER, "deploy", (Feature.OWN_POLICIES,))],
)
def test_the_readme_shows_the_same(
    number: int, party: Party, role: str, features: tuple[Feature, ...]
) -> None:
    """Its two policies are those that the command prints."""
    shown = re.findall(r"<!-- test: policy -->\n```json\n(.*?)```", README.read_text(), re.DOTALL)
    arn = f"arn:aws:iam::222222222222:role/{role}"

    assert granted(json.loads(shown[number])) == granted(policy_for(party, [arn], features))
