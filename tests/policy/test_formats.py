"""The formats of STS and IAM parameters, at their limits."""

import pytest

from rolecall.errors import DeclarationError
from rolecall.policy import RoleSettings, read_role_settings
from rolecall.policy.formats import FORMATS, SESSION_DURATION, fault_of, range_fault_of, shown

LIMITS = {
    # name: a character to repeat, fewest, most, values that are refused all the same
    "external ID": ("x", 2, 1224, ["a b", "a*", "\u00e9\u00e9", "ab\n"]),
    "role session name": ("x", 2, 64, ["a/b", "a:b", "a b"]),
    "source identity": ("x", 2, 64, ["a/b", "aws:x"]),
    "federated user name": ("x", 2, 32, ["a/b", "a:b", "a b"]),
    "MFA token code": ("1", 6, 6, ["12345x", "\u0661" * 6]),
    "MFA serial number": ("x", 9, 256, ["has spaces in it"]),
    "account ID": ("1", 12, 12, ["11111111111x", "\u0661" * 12]),
    "role name": ("x", 1, 64, ["a/b", ""]),
    "path": ("/", 1, 512, ["a", "/a", "a/", "/a b/"]),
    "description": ("x", 0, 1000, ["\u4e2d"]),
    "tag key": ("x", 1, 128, ["a*b"]),
    "tag value": ("x", 0, 256, ["a*b"]),
    "permission set name": ("x", 1, 32, ["a b", "a*"]),
    "statement ID": ("x", 0, 1000, ["a-b"]),
}

ORG, ROOT, UNIT = "o-a1b2c3d4e5", "r-ab12", "ou-ab12-11111111"
SHAPES = {
    # name: what is taken, what is refused
    "organization ID": ([ORG, "o-" + "x" * 32], ["o-short", "a1b2c3d4e5", "o-*", "o-" + "x" * 33, ORG + "/"]),
    "organization path": (
        [
            f"{ORG}/*",
            f"{ORG}/{ROOT}/",
            f"{ORG}/{ROOT}/{UNIT}/",
            f"{ORG}/{ROOT}/{UNIT}/*",
            f"{ORG}/{ROOT}/{UNIT}/ou-*",
        ],
        [ORG, f"{ORG}*", "*/r-ab12/*", f"{ORG}/{UNIT}/*", f"{ORG}/{ROOT}/{UNIT}", f"{ORG}/{ROOT}*"],
    ),
}


def test_every_format_is_tried():
    """The tables above leave no format out."""
    assert {*LIMITS, *SHAPES} == set(FORMATS)


@pytest.mark.parametrize("name", SHAPES)
def test_shapes(name):
    """A value that has to be built in a certain way is refused where it isn't, whatever its characters."""
    taken, refused = SHAPES[name]

    assert [value for value in taken if fault_of(FORMATS[name], value, "x")] == []
    assert [value for value in refused if not fault_of(FORMATS[name], value, "x")] == []


@pytest.mark.parametrize("name", LIMITS)
def test_limits(name):
    """A value is taken at either limit, and refused beyond it or with a foreign character."""
    character, fewest, most, foreign = LIMITS[name]
    format_ = FORMATS[name]

    assert fault_of(format_, character * max(fewest, 1), "x") is None
    assert fault_of(format_, character * most, "x") is None
    for value in [character * (most + 1), *([character * (fewest - 1)] if fewest else []), *foreign, None, 7]:
        fault = fault_of(format_, value, "here")
        assert fault is not None, value
        assert fault.path == "here"
        assert fault.remedy == format_.allowed


@pytest.mark.parametrize(
    ("name", "value"), [("tag key", "Stra\u00dfe \u4e2d"), ("tag value", ""), ("path", "/")]
)
def test_unusual_values(name, value):
    """Tags take letters of any script."""
    assert fault_of(FORMATS[name], value, "x") is None


def test_possible_secrets_are_not_shown():
    """Faults of external IDs and token codes don't quote them."""
    for name in ("external ID", "MFA token code"):
        assert "hidden" not in str(fault_of(FORMATS[name], "hidden value", "x"))


@pytest.mark.parametrize(
    ("value", "right"),
    [
        (900, True),
        (43_200, True),
        (900.0, True),
        (899, False),
        (43_201, False),
        (900.5, False),
        (True, False),
        ("900", False),
        (None, False),
        (float("nan"), False),
        (float("inf"), False),
    ],
)
def test_ranges(value, right):
    """A whole number within its limits, floats without a fraction included."""
    assert (range_fault_of(SESSION_DURATION, value, "x") is None) is right


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\x1b[0m", '"a\\x1b[0m"'),
        ("x" * 99, f'"{"x" * 80}…"'),
        (10**100, "a huge number"),
        (True, "true"),
        (None, "null"),
        (1.5, "1.5"),
        ({}, "a value of type dict"),
    ],
)
def test_shown(value, text):
    """A value in a sentence is short and printable, whatever it is."""
    assert shown(value) == text


def test_role_settings():
    """A role's settings are read with IAM's defaults."""
    read = read_role_settings({"name": "deploy", "path": None, "max_session_duration": 7200.0})

    assert read == RoleSettings(name="deploy", max_session_duration=7200)
    assert type(read.max_session_duration) is int
    assert read_role_settings({}) == RoleSettings()


def test_role_settings_refused():
    """Every setting that can't be right is told at once."""
    raw = {
        "name": "no good",
        "path": "ops",
        "description": "x" * 1001,
        "max_session_duration": 3599,
        "max_duration": 1,
    }
    with pytest.raises(DeclarationError) as caught:
        read_role_settings(raw, path="role")

    assert [fault.path for fault in caught.value.faults] == [f"role.{name}" for name in raw]
