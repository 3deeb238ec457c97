"""Operators that compare addresses with ranges of addresses."""

from functools import lru_cache, partial
from ipaddress import ip_address, ip_network

from ..pattern import Context, Truth
from .operator import Matcher, Operator, of_values

Range = tuple[int, int, int]
"""IP version, first and last address as numbers."""


def read_range(text: str) -> Range:
    """Read an address or a CIDR range, IPv4 or IPv6; an address alone is a range of one.

    Raises:
        ValueError: the text is neither.
    """
    network = ip_network(text, strict=False)
    return network.version, int(network.network_address), int(network.broadcast_address)


@lru_cache(maxsize=256)
def _read_address(text: str) -> tuple[int, int]:
    address = ip_address(text)
    return address.version, int(address)


def _problem(value: str) -> str | None:
    try:
        read_range(value)
    except ValueError:
        return "is neither an IP address nor a CIDR range"
    return None


def _matcher(values: tuple[str, ...]) -> Matcher:
    return partial(_in_a_range, tuple(map(read_range, values)))


def _in_a_range(ranges: tuple[Range, ...], given: str, _context: Context) -> Truth:
    try:
        version, address = _read_address(given)
    except ValueError:
        return None  # AWS gives the name of a service here when that service calls
    return any(version == v and first <= address <= last for v, first, last in ranges)


OPERATORS = tuple(
    Operator(name=name, family="ip", matcher=of_values(_matcher), negated=negated, problem=_problem)
    for name, negated in (("IpAddress", False), ("NotIpAddress", True))
)
