"""What programs put into the inbox: a URL as it is, or JSON with a `ref` of the program's own, and
perhaps an `id`: a UUID that nobody else has. Under the same `id` all is one count.

Items are written by strangers; whatever they are, they are read or refused with a reason.
"""

import json
import math
import uuid
from dataclasses import dataclass
from typing import NoReturn

from wordcount.errors import InputError

#: The largest item, in bytes.
LARGEST_ITEM = 64 * 1024
#: The longest `ref`, in characters.
LONGEST_REF = 200

#: By which a program knows its item again.
Ref = str | int | float


class ItemError(InputError):
    """It is no item that can be submitted.

    :ivar ref: that of the item, as far as it could be read; so `id`.
    """

    ref: Ref | None = None
    id: uuid.UUID | None = None


@dataclass(frozen=True)
class Item:
    """What is to be counted.

    :ivar url: as it was sent; see :func:`wordcount.url.read_url`.
    """

    url: str
    ref: Ref | None = None
    id: uuid.UUID | None = None

    @property
    def name(self) -> str | None:
        """Under which it is submitted, once; None if it has no `id`."""
        return name_of(self.id) if self.id else None


def name_of(item_id: uuid.UUID) -> str:
    """Under which the item with this id is submitted."""
    return f"item {item_id}"


def read_item(item: bytes) -> Item:
    """What a program has put into the inbox.

    :raises ItemError: if it makes no sense. What is wrong with its URL is not seen here.
    """
    if len(item) > LARGEST_ITEM:
        raise ItemError("item_too_large", limit=f"{LARGEST_ITEM // 1024} KB")
    try:
        text = item.decode("utf-8-sig")  # some programs on Windows begin with its mark
    except UnicodeDecodeError:
        raise ItemError("item_not_text") from None
    if not text.lstrip().startswith("{"):
        return Item(text)
    try:
        members = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):  # the latter for {"a":[[[[[...
        raise ItemError("item_not_json") from None
    try:
        item_id = read_id(members.get("id"))
    except ItemError as bad_id:
        bad_id.ref = read_ref(members.get("ref"))
        raise
    try:
        ref = read_ref(members.get("ref"))
    except ItemError as bad_ref:
        bad_ref.id = item_id
        raise
    url = members.get("url")
    if not isinstance(url, str):
        error = ItemError("item_without_url")
        error.ref, error.id = ref, item_id
        raise error
    return Item(url, ref, item_id)


def written(item: Item) -> bytes:
    """An item as a program would put it into the inbox."""
    members = {"url": item.url, "ref": item.ref, "id": item.id and str(item.id)}
    return json.dumps({name: one for name, one in members.items() if one is not None}).encode()


def read_id(item_id: object) -> uuid.UUID | None:
    """An `id`: a UUID as it is usually written, in small letters or capitals.

    :raises ItemError: if it is none.
    """
    if item_id is None:
        return None
    try:
        found = uuid.UUID(item_id) if isinstance(item_id, str) else None
    except ValueError:
        found = None
    if found is None or str(found) != str(item_id).lower():
        raise ItemError("item_bad_id")
    return found


def read_ref(ref: object) -> Ref | None:
    """A `ref` that can be told in JSON again, to whoever listens.

    :raises ItemError: if it cannot, or is long.
    """
    match ref:
        case None:
            return None
        case bool():
            pass  # which is a number to Python alone
        case str() if len(ref) <= LONGEST_REF and _is_text(ref):
            return ref
        case int() if ref.bit_length() <= LONGEST_REF:
            return ref
        case float() if math.isfinite(ref):
            return ref
    raise ItemError("item_bad_ref", limit=LONGEST_REF)


def _is_text(text: str) -> bool:
    """Whether it has no half of a surrogate pair."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
