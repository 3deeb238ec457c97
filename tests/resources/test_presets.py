"""Presets in a program: typed as trusts, with outputs, and with errors that end it without a traceback."""

from typing import Any

import pulumi
import pytest

import rolecall
from rolecall.policy import presets


@pytest.mark.parametrize("name", [each for each in presets.__all__ if each != "PresetTrust"])
def test_every_preset_is_at_the_front_door(name: str) -> None:
    """``rolecall.github`` and the others are the presets of the policy room, with their words."""
    offered = getattr(rolecall, name)

    assert offered.__doc__ == getattr(presets, name).__doc__
    assert name in rolecall.__all__


def test_an_output_goes_through(run: Any) -> None:
    """The provider may be a resource of the same program."""
    trust = run(
        lambda: rolecall.github(
            repository="acme/infra", branch="main", provider_arn=pulumi.Output.from_input("arn")
        )
    )

    assert isinstance(trust["provider_arn"], pulumi.Output)
    assert trust["oidc_subjects"] == ["repo:acme/infra:ref:refs/heads/main"]


def test_a_mistake_ends_the_program_without_a_traceback() -> None:
    """``pulumi.RunError`` is what the engine shows as a sentence."""
    with pytest.raises(pulumi.RunError, match=r"github\(repository\): .*without wildcards"):
        rolecall.github(repository="acme/*", provider_arn="arn")
