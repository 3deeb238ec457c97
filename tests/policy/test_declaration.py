"""Reading declared trusts: everything that can't be right is told at once, with its place."""

import pytest

from rolecall.errors import DeclarationError
from rolecall.policy import Trust, read_trusts

A1, A2 = "111111111111", "222222222222"
USER = "arn:aws:iam::111111111111:user/people/alice"
OTHER_ROLE = "arn:aws:iam::111111111111:role/ci"


def faults(raw, **options):
    with pytest.raises(DeclarationError) as caught:
        read_trusts(raw, **options)
    return {fault.path: f"{fault.problem}. {fault.remedy}" for fault in caught.value.faults}


READ = [
    ({"accounts": [A1]}, Trust(accounts=(A1,))),
    ({"accounts": A1}, Trust(accounts=(A1,))),
    ({"accounts": (A1, A2), "external_ids": ["acme-1"]}, Trust(accounts=(A1, A2), external_ids=("acme-1",))),
    (
        {"users": [USER], "requires_mfa": True, "mfa_age": 3600.0},
        Trust(users=(USER,), requires_mfa=True, mfa_age=3600),
    ),
    ({"users": [USER], "requires_mfa": False, "mfa_age": None}, Trust(users=(USER,))),
    ({"roles": [OTHER_ROLE], "external_ids": "acme-1"}, Trust(roles=(OTHER_ROLE,), external_ids=("acme-1",))),
    ({"services": ["ec2.amazonaws.com"]}, Trust(services=("ec2.amazonaws.com",))),
    (
        {"accounts": [A1], "role_session_name": "${aws:username}-*"},
        Trust(accounts=(A1,), role_session_name="${aws:username}-*"),
    ),
]


@pytest.mark.parametrize(("raw", "trust"), READ)
def test_read(raw, trust):
    """A trust comes out with tuples; left out is left out, whole floats are ints."""
    assert read_trusts([raw]) == (trust,)


REFUSED = [
    # where, what the message says, the trust
    ("trusts[0].account", "Did you mean accounts?", {"account": [A1]}),
    ("trusts[0].mfa", "no field of a trust", {"mfa": True}),
    ("trusts[0]", "trusts nobody", {}),
    ("trusts[0]", "trusts nobody", {"accounts": [], "external_ids": ["acme-1"]}),
    ("trusts[0]", "accounts and users together", {"accounts": [A1], "users": [USER]}),
    ("trusts[0]", "not a trust", "111111111111"),
    ("trusts[0].accounts[1]", '"11111111111" has 11 characters', {"accounts": [A1, "11111111111"]}),
    ("trusts[0].accounts[0]", "111111111111 is not a text", {"accounts": [111111111111]}),
    ("trusts[0].accounts[0]", "at position 12", {"accounts": ["11111111111x"]}),
    ("trusts[0].accounts[0]", "at position 1", {"accounts": ["\u0661" * 12]}),
    ("trusts[0].accounts[1]", "already", {"accounts": [A1, A1]}),
    ("trusts[0].accounts", "not a list", {"accounts": 111111111111}),
    ("trusts[0].users[0]", "wildcard", {"users": ["arn:aws:iam::111111111111:user/*"]}),
    ("trusts[0].users[0]", "does not belong here", {"users": [OTHER_ROLE]}),
    ("trusts[0].users[0]", "does not belong here", {"users": ["alice"]}),
    ("trusts[0].users[0]", "not a text", {"users": [None]}),
    ("trusts[0].roles[0]", "wildcard", {"roles": ["arn:aws:iam::111111111111:role/app-?"]}),
    ("trusts[0].roles[0]", "does not belong here", {"roles": [USER]}),
    ("trusts[0].services[0]", "no service principal", {"services": ["*"]}),
    ("trusts[0].services[0]", "not a text", {"services": [1]}),
    ("trusts[0].external_ids[0]", "has 1 character", {"accounts": [A1], "external_ids": ["x"]}),
    ("trusts[0].external_ids[1]", "at position 3", {"accounts": [A1], "external_ids": ["ok", "no good"]}),
    ("trusts[0].external_ids", "empty", {"accounts": [A1], "external_ids": []}),
    ("trusts[0].requires_mfa", "neither true nor false", {"accounts": [A1], "requires_mfa": "yes"}),
    ("trusts[0].requires_mfa", "role", {"roles": [OTHER_ROLE], "requires_mfa": True}),
    ("trusts[0].requires_mfa", "service", {"services": ["ec2.amazonaws.com"], "requires_mfa": True}),
    ("trusts[0].external_ids", "service", {"services": ["ec2.amazonaws.com"], "external_ids": ["acme"]}),
    ("trusts[0].mfa_age", "without requires_mfa", {"accounts": [A1], "mfa_age": 60}),
    ("trusts[0].mfa_age", "out of range", {"accounts": [A1], "requires_mfa": True, "mfa_age": 0}),
    ("trusts[0].mfa_age", "out of range", {"accounts": [A1], "requires_mfa": True, "mfa_age": 129601}),
    ("trusts[0].mfa_age", "not a whole number", {"accounts": [A1], "requires_mfa": True, "mfa_age": 0.5}),
    ("trusts[0].mfa_age", "not a whole number", {"accounts": [A1], "requires_mfa": True, "mfa_age": True}),
    ("trusts[0].role_session_name", "no name", {"accounts": [A1], "role_session_name": "x"}),
    ("trusts[0].role_session_name", "no name", {"accounts": [A1], "role_session_name": "x" * 65}),
    ("trusts[0].role_session_name", "no session name has", {"accounts": [A1], "role_session_name": "a b"}),
    ("trusts[0].role_session_name", "closing", {"accounts": [A1], "role_session_name": "${aws:username"}),
    ("trusts[0].role_session_name", "not a text", {"accounts": [A1], "role_session_name": 7}),
]


@pytest.mark.parametrize(("path", "says", "raw"), REFUSED)
def test_refused(path, says, raw):
    """Each fault tells its place, what is wrong, and what is allowed."""
    assert says in faults([raw])[path]


@pytest.mark.parametrize("raw", [[], "x", {"accounts": [A1]}, None])
def test_refused_as_a_whole(raw):
    """``trusts`` is a list with something in it."""
    assert set(faults(raw, path="role.trusts")) == {"role.trusts"}


def test_all_faults_at_once():
    """Every fault of every trust is told, not only the first."""
    raw = [{"accounts": ["1"], "mfa_age": -1}, {"accounts": [A1]}, {"user": [USER]}]

    assert set(faults(raw)) == {"trusts[0].accounts[0]", "trusts[0].mfa_age", "trusts[2].user", "trusts[2]"}


def test_external_ids_stay_out_of_messages():
    """An external ID may be a secret, so no message quotes one."""
    assert "hidden" not in str(faults([{"accounts": [A1], "external_ids": ["hidden id", "hidden\u00e9"]}]))
