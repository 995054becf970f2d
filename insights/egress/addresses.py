"""Which addresses an alert may go to: public ones, however they are written, and what the operator allows."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import quote, urlsplit

from feedback.record.errors import Malformed

Address = IPv4Address | IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL_LENGTH = 2_000  # characters
HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
IPV4_LAST_LABEL = re.compile(r"\d+|0x[0-9a-f]*")  # the last label of an IPv4 address in any spelling (WHATWG URL, 3.5)

IPV4_SPECIAL = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
"""The networks of the IANA special-purpose registry, with multicast and reserved ones."""

IPV6_GLOBAL = IPv6Network("2000::/3")
"""Mapped, compatible, NAT64, unique local, link-local and multicast addresses all lie outside it."""

IPV6_SPECIAL = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
"""Networks within it that are not public: protocol assignments such as Teredo, documentation, 6to4."""


NAT64 = IPv6Network("64:ff9b::/96")
"""Its last 32 bits are the IPv4 address that is reached (RFC 6052)."""


def is_public(address: Address) -> bool:
    """Tells whether an address is public; unlike for `is_global`, NAT64, 6to4 and multicast are not."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in IPV4_SPECIAL)
    return address in IPV6_GLOBAL and not any(address in network for network in IPV6_SPECIAL)


@dataclass(frozen=True, slots=True)
class AllowList:
    """The hosts (by name) and networks that may be reached although they are private."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> "AllowList":
        """Reads the setting. Raises `Malformed` for an entry that is neither a host nor a network."""
        hosts, networks = set(), []
        for entry in entries:
            try:
                networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                if not HOST_NAME.fullmatch(entry.lower()):
                    raise Malformed(f"FEEDBACK_WEBHOOK_ALLOW: '{entry}' is neither a host nor a network") from None
                hosts.add(entry.lower().rstrip("."))
        return cls(frozenset(hosts), tuple(networks))

    def permits(self, host: str, address: Address) -> bool:
        """Tells whether an address, as `host` resolved to it, may be reached.

        Where NAT64 is allowed as a whole, it still leads to public addresses alone.
        """
        if is_public(address) or host in self.hosts:
            return True
        narrow = [network for network in self.networks if network != NAT64 or _reaches_public(address)]
        return any(address in network for network in narrow)


def _reaches_public(address: Address) -> bool:
    return is_public(IPv4Address(int(address) & 0xFFFFFFFF))


@dataclass(frozen=True, slots=True)
class Target:
    """The place that a URL leads to: `host` is in lower-case ASCII, `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Returns host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @classmethod
    def of(cls, url: str) -> "Target":
        """Reads a URL. Raises `Malformed` unless it is a plain http or https one."""
        if len(url) > MAX_URL_LENGTH or not url.isprintable() or any(sign in url for sign in " \\"):
            raise Malformed("this is no URL", field="url")
        try:
            parts = urlsplit(url)
            port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
        except ValueError:
            raise Malformed("this is no URL", field="url") from None
        if parts.scheme not in ("http", "https"):
            raise Malformed("only http and https are sent to", field="url")
        if "@" in parts.netloc:
            raise Malformed("it must hold no user and no password", field="url")
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
        host = host_of(parts.hostname or "")
        literal(host)
        return cls(parts.scheme, host, port, path + query)


def host_of(text: str) -> str:
    """Normalises a host to the form in which it is looked up. Raises `Malformed`."""
    if ":" in text:
        try:
            return str(IPv6Address("" if "%" in text else text))
        except ValueError:
            raise Malformed("this is no IPv6 address", field="url") from None
    try:
        host = text.encode("idna").decode().lower().rstrip(".")
    except UnicodeError:
        host = ""
    if not HOST_NAME.fullmatch(host):
        raise Malformed("this is no host", field="url")
    return host


def literal(host: str) -> Address | None:
    """Reads the address that a host spells out, in decimal, hex, octal or short form too; none for a name.

    Raises `Malformed` for a number that is no IPv4 address.
    """
    if ":" in host:
        return IPv6Address(host)
    if host == "localhost" or host.endswith(".localhost"):
        return IPv4Address("127.0.0.1")  # RFC 6761: never looked up
    if not IPV4_LAST_LABEL.fullmatch(host.rpartition(".")[2]):
        return None
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        raise Malformed("this is no IPv4 address", field="url") from None


def check(url: str, allowed: AllowList) -> Target:
    """Reads a URL that alerts are to go to. Names are looked up only when something is sent.

    Raises `Malformed` for no URL, and for one that spells out an address which is not permitted.
    """
    target = Target.of(url)
    address = literal(target.host)
    if address is not None and not allowed.permits(target.host, address):
        raise Malformed("this address is not public, and FEEDBACK_WEBHOOK_ALLOW does not name it", field="url")
    return target
