"""Whom an address stands for, when submissions are counted."""

import pytest

from views.limits import client_of


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:49152", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::FFFF:cb00:7107", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:49152", "203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
    ],
)
def test_a_client(address: str, client: str) -> None:
    assert client_of(address) == client


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        "",
        "unknown",
        "_hidden",
        "203.0.113.7.",
        "203.0.113.007",
        "203.0.113.7:",
        "203.0.113.7, 198.51.100.1",
        "203.0.113.7/32",
        "2001:db8::1]",
        "[]",
        "１.2.3.4",
        "x" * 8000,
        "\x00",
    ],
)
def test_all_nonsense_is_one_client(nonsense: str | None) -> None:
    assert client_of(nonsense) == "unknown"
