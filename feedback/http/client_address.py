"""Who counts as one client: an IPv4 address, or the /64 of an IPv6 address, which is what one household is given."""

import ipaddress
from functools import lru_cache

PREFIX_OF_ONE_CLIENT = 64
"""Bits of an IPv6 address: the least that a site gets (RFC 6177), so who has one address has them all."""


@lru_cache(maxsize=4_096)
def client_network(address: str) -> str:
    """Returns what is counted for an address; what is no address, a UNIX socket say, stands for itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, PREFIX_OF_ONE_CLIENT), strict=False))


@lru_cache(maxsize=4_096)
def is_within(network: str, networks: tuple[str, ...]) -> bool:
    """Tells whether what `client_network` returned, if it is a network, lies within one of these."""
    found = ipaddress.ip_network(network)
    return any(
        found.version == other.version and found.subnet_of(other)  # type: ignore[arg-type]  # it does not see why
        for other in map(ipaddress.ip_network, networks)
    )


@lru_cache(maxsize=4_096)
def is_public(network: str) -> bool:
    """Tells whether what `client_network` returned is of the Internet, and not of a house or a machine."""
    try:
        return ipaddress.ip_network(network).is_global
    except ValueError:
        return False
