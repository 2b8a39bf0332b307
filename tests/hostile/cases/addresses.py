"""Where names and numbers lead: every spelling of what is allowed, and of what is not.

127.0.0.1 and ::1 are allowed, as an operator may; on 127.0.0.2 and 127.0.0.3 canaries sit.
"""

from tests.hostile.case import Case, finished, too_slow
from tests.hostile.scripts import in_turn, redirect, resets
from tests.hostile.server import answer, sends

_ALLOWED = [
    "127.0.0.1",
    "2130706433",
    "0x7f000001",
    "0x7F.0.0.0x1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "１２７．０．０．１",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "[::ffff:127.0.0.1]",
    "[0:0:0:0:0:FFFF:7F00:0001]",
    "mapped-good.test",
    "often.test",
]

_NOT_PUBLIC = [
    # The canaries, in every spelling
    "127.0.0.2",
    "127.0.0.3",
    "2130706434",
    "0x7f000002",
    "0x7f.2",
    "0x7F.0x0.0x0.0x3",
    "0177.0.0.2",
    "017700000002",
    "00000177.0.0.2",
    "127.2",
    "127.0.2",
    "127.0.0.2.",
    "１２７．０．０．２",
    "①②⑦.⓪.⓪.②",
    "127。0。0。2",
    "%31%32%37.0.0.2",
    "[::ffff:127.0.0.2]",
    "[0:0:0:0:0:FFFF:7F00:0002]",
    "[::127.0.0.2]",
    "[::7f00:2]",
    "[64:ff9b::127.0.0.2]",
    "[64:ff9b:1::7f00:2]",
    "[2002:7f00:2::]",
    "[2001:0:7f00:2::1]",
    "[fe80::5efe:7f00:2]",
    # What leads to this machine as well
    "0.0.0.0",
    "0",
    "0x0",
    "00.0",
    "[::]",
    "[::ffff:0.0.0.0]",
    # Clouds tell their secrets there
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "169.254.169.254.",
    "１６９．２５４．１６９．２５４",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "169.254.170.2",
    "192.0.0.192",
    "100.100.100.200",
    "[fd00:ec2::254]",
    "metadata.test",
    "metadata.google.internal",
    # Networks of somebody's own, and of nobody
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[fc00::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    # Names
    "canary.test",
    "mapped.test",
    "compatible.test",
    "translated.test",
    "zoned.test",
    "unspecified.test",
    "unspecified-6.test",
    "both.test",
    "both-reversed.test",
    "good-then-private.test",
]

_PAGE = sends(answer())
_AGAIN = in_turn(redirect("/again"), _PAGE)

CASES = [
    *(
        finished(f"allowed: {ascii(host)[1:-1]}", url=f"http://{host}:{{port}}/", connections=1)
        for host in _ALLOWED
    ),
    finished("allowed: ::1", host="::1", connections=1),
    *(
        Case(
            f"not public: {ascii(host)[1:-1]}",
            "not_public",
            url=f"http://{host}:{{port}}/",
            detail="This address is not on the public internet.",
            connections=0,
        )
        for host in _NOT_PUBLIC
    ),
    *(
        Case(f"not public: {host}", "not_public", url=f"http://{host}/")
        for host in ("public-and-private.test", "public-and-mapped.test")
    ),
    Case("not public: by TLS", "not_public", url="https://127.0.0.2:{port}/", connections=0),
    *(
        Case(f"port of a public address: {port}", "port_not_allowed", url=f"http://8.8.8.8:{port}/")
        for port in (22, 25, 53, 3128, 5432, 6379, 11211)
    ),
    Case("port of a public address by TLS", "port_not_allowed", url="https://8.8.8.8:6379/"),
    # Names that change their answer
    finished("rebinds, asked once", url="http://rebinds.test:{port}/", connections=1),
    finished("rebinds to both, asked once", url="http://rebinds-to-both.test:{port}/"),
    Case(
        "rebinds between redirects",
        "not_public",
        _AGAIN,
        "http://rebinds.test:{port}/",
        connections=1,
    ),
    Case(
        "rebinds to the metadata between redirects",
        "not_public",
        _AGAIN,
        "http://rebinds-to-metadata.test:{port}/",
        connections=1,
    ),
    Case(
        "rebinds to both between redirects",
        "not_public",
        _AGAIN,
        "http://rebinds-to-both.test:{port}/",
        connections=1,
    ),
    Case(
        "rebinds before the second try",
        "not_public",
        in_turn(resets(), _PAGE),
        "http://rebinds.test:{port}/",
        connections=1,
    ),
    # Names without an answer
    Case(
        "no such name",
        "host_not_found",
        url="http://unknown.test/",
        detail="There is no host named unknown.test.",
    ),
    Case("a name without an address", "host_not_found", url="http://no-address.test/"),
    Case("a name with an empty answer", "host_not_found", url="http://empty.test/"),
    Case("an international name that is none", "host_not_found", url="http://ünknown.invalid/"),
    Case(
        "the resolver has no time",
        "dns_failed",
        url="http://busy.test/",
        detail="The name busy.test cannot be looked up just now. Try again later.",
    ),
    Case("the resolver fails", "dns_failed", url="http://failing.test/"),
    Case("the resolver breaks", "connection_failed", url="http://broken.test/"),
    finished("the second address answers", url="http://refuses-first.test:{port}/", connections=1),
    too_slow("the resolver is silent", url="http://silent.test:{port}/", connections=0),
    too_slow(
        "the resolver is silent after a redirect",
        _AGAIN,
        url="http://silent-later.test:{port}/",
        connections=1,
    ),
]
