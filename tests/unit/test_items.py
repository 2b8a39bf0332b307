"""Whatever strangers put into the inbox, it is read or refused, and can be told again."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from items import LONGEST_REF, Item, ItemError, read_item, read_ref, written

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def read(item: bytes) -> Item | str:
    """What it says, or the code of what is wrong with it."""
    try:
        return read_item(item)
    except ItemError as refused:
        return refused.code


@given(st.binary() | st.binary().map(lambda tail: b'{"url": ' + tail))
def test_bytes_are_read_or_refused(item: bytes) -> None:
    assert isinstance(found := read(item), Item) or found.startswith("item_")


@given(ANYTHING, ANYTHING)
def test_json_is_read_or_refused(url: object, ref: object) -> None:
    found = read(json.dumps({"url": url, "ref": ref}).encode())
    if isinstance(found, str):
        assert found in {"item_not_json", "item_bad_ref", "item_without_url"}
        return
    assert (found.url, found.ref) == (url, ref)
    assert len(json.dumps({"ref": found.ref}, allow_nan=False)) < 13 * LONGEST_REF


@given(st.text(), st.none() | st.integers(-(2**200) + 1, 2**200 - 1) | st.text(max_size=200))
def test_what_is_written_is_read_as_the_same(url: str, ref: str | int | None) -> None:
    assert read_item(written(Item(url, ref))) == Item(url, ref)


@pytest.mark.parametrize("ref", [math.inf, math.nan, True, [], {}, "x" * 201, "\ud800", 2**200])
def test_a_ref_that_cannot_be_told_again(ref: object) -> None:
    with pytest.raises(ItemError, match="item_bad_ref"):
        read_ref(ref)
