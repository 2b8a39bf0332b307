"""What programs put into the inbox: a URL as it is, or JSON with a `ref` of the program's own.

Items are written by strangers; whatever they are, they are read or refused with a reason.
"""

import json
import math
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

    :ivar ref: that of the item, as far as it could be read.
    """

    ref: Ref | None = None


@dataclass(frozen=True)
class Item:
    """What is to be counted.

    :ivar url: as it was sent; see :func:`wordcount.url.read_url`.
    """

    url: str
    ref: Ref | None = None


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
    ref = read_ref(members.get("ref"))
    url = members.get("url")
    if not isinstance(url, str):
        error = ItemError("item_without_url")
        error.ref = ref
        raise error
    return Item(url, ref)


def written(item: Item) -> bytes:
    """An item as a program would put it into the inbox."""
    members = {"url": item.url} if item.ref is None else {"url": item.url, "ref": item.ref}
    return json.dumps(members).encode()


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
