"""Whatever strangers put into the inbox, it is read or refused, and can be told again."""

import json
import math
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.items import LONGEST_REF, Item, ItemError, read_id, read_item, read_ref, written

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


@given(ANYTHING, ANYTHING, st.none() | ANYTHING)
def test_json_is_read_or_refused(url: object, ref: object, item_id: object) -> None:
    found = read(json.dumps({"url": url, "ref": ref, "id": item_id}).encode())
    if isinstance(found, str):
        assert found in {"item_not_json", "item_bad_id", "item_bad_ref", "item_without_url"}
        return
    assert (found.url, found.ref) == (url, ref)
    assert len(json.dumps({"ref": found.ref}, allow_nan=False)) < 13 * LONGEST_REF


@given(st.text(), st.none() | st.integers(-(2**200) + 1, 2**200 - 1) | st.text(max_size=200))
def test_what_is_written_is_read_as_the_same(url: str, ref: str | int | None) -> None:
    for item in (Item(url, ref), Item(url, ref, uuid.uuid5(uuid.NAMESPACE_URL, "an item"))):
        assert read_item(written(item)) == item


@pytest.mark.parametrize("ref", [math.inf, math.nan, True, [], {}, "x" * 201, "\ud800", 2**200])
def test_a_ref_that_cannot_be_told_again(ref: object) -> None:
    with pytest.raises(ItemError, match="item_bad_ref"):
        read_ref(ref)


ID = "123e4567-e89b-42d3-a456-426614174000"


@pytest.mark.parametrize("item_id", [ID, ID.upper(), None])
def test_an_id_is_a_uuid(item_id: str | None) -> None:
    assert read_id(item_id) == (item_id and uuid.UUID(item_id))


@pytest.mark.parametrize(
    "item_id",
    ["", "7", 7, True, [ID], ID[:-1], ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", f" {ID}"],
)
def test_what_is_no_id(item_id: object) -> None:
    with pytest.raises(ItemError, match="item_bad_id"):
        read_id(item_id)


def test_what_is_wrong_with_an_item_is_told_with_its_id() -> None:
    for rest in ('"ref": true', '"url": 7'):
        with pytest.raises(ItemError) as refused:
            read_item(f'{{"id": "{ID}", {rest}}}'.encode())
        assert refused.value.id == uuid.UUID(ID)
