"""Which written forms are counted together: what stands behind one row of a ranking."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from wordcount.counts import Ranked, rank
from wordcount.normal_form import nfc
from wordcount.rows import keys_of

# No word goes on in another line; and half of a surrogate pair is no character.
_NO_WORD = re.compile("[\n\ud800-\udfff]")


class Group(NamedTuple):
    """One row of a ranking with what it counts together.

    :ivar word: as the row shows it, all of it.
    :ivar times: how often its forms are on the page, together.
    :ivar forms: every form as it is written there, most frequent first.
    :ivar key: what the forms have in common, as :func:`wordcount.rows.keys_of` gives it.
    """

    word: str
    times: int
    forms: list[Ranked]
    key: str


def group_of(
    word: str,
    counts: Mapping[str, int],
    language: str | None,
    *,
    fold_case: bool = True,
    together: bool = False,
) -> Group | None:
    """The row to which a word belongs; None if no word of the page is one with it.

    :param word: as somebody has typed it: any text at all.
    :param counts: every word as it is written -> how often.
    :param language: of the page; this and the choices are those of :func:`wordcount.counts.rank`.
    """
    return groups_of([word], counts, language, fold_case=fold_case, together=together)[0]


def groups_of(
    words: Iterable[str],
    counts: Mapping[str, int],
    language: str | None,
    *,
    fold_case: bool = True,
    together: bool = False,
) -> list[Group | None]:
    """The row to which each of these words belongs, in their order: see :func:`group_of`.

    It takes hardly longer for many words than for one.
    """
    typed = [_key_of(word, language, fold_case=fold_case, together=together) for word in words]
    counted: dict[str, dict[str, int]] = {key: {} for key in typed if key is not None}
    keys = keys_of(list(counts), language, fold_case=fold_case, together=together)
    for (form, times), key in zip(counts.items(), keys, strict=True):
        if key in counted:
            counted[key][form] = times
    groups: dict[str | None, Group] = {}
    for key, forms in counted.items():
        if forms:
            # A row is made of its own forms alone, so these make the same row as the whole page.
            [row] = rank(
                forms, language=language, fold_case=fold_case, together=together, longest=None
            )
            groups[key] = Group(*row, rank(forms, fold_case=False, longest=None), key)
    return [groups.get(key) for key in typed]


def _key_of(typed: str, language: str | None, *, fold_case: bool, together: bool) -> str | None:
    """What a typed word has in common with those of its row; None if it can be no word."""
    word = nfc(typed.strip(" \t\r\n"))
    if _NO_WORD.search(word):
        return None
    keys = keys_of([word], language, fold_case=fold_case, together=together)
    return keys[0] if keys else None
