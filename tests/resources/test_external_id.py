"""An external ID as a resource: made once, replaced on purpose only, and never shown where it is a secret."""

import pickle

import pytest

from rolecall.policy.formats import EXTERNAL_ID
from rolecall.resources.external_id import ExternalIdProvider

PROVIDER = ExternalIdProvider()


def test_what_is_made() -> None:
    """AWS takes it, no two are the same, and the id in the state doesn't tell it."""
    one, other = (PROVIDER.create({"prefix": "acme"}) for _ in range(2))

    assert one.outs is not None
    assert EXTERNAL_ID.accepts(one.outs["value"])
    assert one.outs["value"].startswith("acme-")
    assert other.outs is not None
    assert one.outs["value"] != other.outs["value"]
    assert one.outs["value"] not in one.id


@pytest.mark.parametrize(
    ("olds", "news", "replaces"),
    [
        ({"prefix": "acme", "value": "x"}, {"prefix": "acme"}, []),
        ({"prefix": None, "value": "x"}, {}, []),
        ({"prefix": None}, {"prefix": ""}, []),
        ({"prefix": "acme"}, {"prefix": "other"}, ["prefix"]),
        ({"keepers": {"round": "1"}}, {"keepers": {"round": "1"}}, []),
        ({"keepers": {"round": "1"}}, {"keepers": {"round": "2"}}, ["keepers"]),
    ],
)
def test_only_a_new_prefix_or_keeper_makes_a_new_one(olds: dict, news: dict, replaces: list[str]) -> None:  # type: ignore[type-arg]
    """Anything else leaves it as it is, for the other party has written it down."""
    found = PROVIDER.diff("id", olds, news)

    assert (found.changes, found.replaces) == (bool(replaces), replaces)


@pytest.mark.parametrize("prefix", ["a b", "x" * 1200, "\u00e9"])
def test_a_prefix_that_no_external_id_has(prefix: str) -> None:
    """It is refused before anything is made."""
    (failure,) = PROVIDER.check({}, {"prefix": prefix}).failures or []

    assert "external ID" in failure.reason


def test_nothing_of_an_instance_goes_into_the_state() -> None:
    """What is pickled is the path of the class alone."""
    made = PROVIDER.__reduce__()

    assert made == (ExternalIdProvider, ())
    assert isinstance(pickle.loads(pickle.dumps(PROVIDER)), ExternalIdProvider)
