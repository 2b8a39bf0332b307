"""Which addresses may be connected to: the public internet, and what the operator allows.

Pure: the fetcher asks this about each address that it is about to connect to, never about a name.
"""

import ipaddress
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_IPV6_UNICAST = ipaddress.ip_network("2000::/3")

#: What `is_global` lets through in some Python versions, and is no page's home all the same.
#: From the IANA IPv4 and IPv6 special-purpose address registries.
_NOT_FOR_PAGES: tuple[Network, ...] = (
    ipaddress.ip_network("168.63.129.16/32"),  # inside Azure, and only there: its own services
    ipaddress.ip_network("192.0.0.0/24"),  # IETF protocol assignments (RFC 6890)
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays, which lead into IPv6 (RFC 7526)
    ipaddress.ip_network("2001::/23"),  # IETF protocol assignments, Teredo among them (RFC 2928)
    ipaddress.ip_network("2001:db8::/32"),  # documentation (RFC 3849)
    ipaddress.ip_network("2002::/16"),  # 6to4, which hides an IPv4 address (RFC 3056)
    ipaddress.ip_network("3fff::/20"),  # documentation (RFC 9637)
)


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet, so that a stranger's page can live there."""
    if _has_zone(address):
        return False
    address = _unwrapped(address)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and (address.version == 4 or address in _IPV6_UNICAST)
        and not is_in(address, _NOT_FOR_PAGES)
    )


def is_in(address: Address, networks: Iterable[Network]) -> bool:
    """Whether one of the networks holds the address; one with a zone id is in none."""
    if _has_zone(address):
        return False
    plain = _unwrapped(address)
    return any(plain in network for network in networks)


def _has_zone(address: Address) -> bool:
    """A zone id (`fe80::1%eth0`, RFC 4007) means something on one wire only."""
    return isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None


def _unwrapped(address: Address) -> Address:
    """`::ffff:127.0.0.1` reaches 127.0.0.1 (RFC 4291, section 2.5.5.2), so it is judged as that."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
