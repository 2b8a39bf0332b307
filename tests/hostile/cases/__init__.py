"""The table: all cases, by subject."""

from tests.hostile.case import Case
from tests.hostile.cases import (
    addresses,
    choking,
    content,
    decoding,
    redirects,
    slow,
    transport,
    urls,
)

#: Those that choke come last: they keep all processors busy.
CASES: list[Case] = [
    *urls.CASES,
    *addresses.CASES,
    *slow.CASES,
    *redirects.CASES,
    *transport.CASES,
    *decoding.CASES,
    *content.CASES,
    *choking.CASES,
]
