"""Which written forms are counted together: what stands behind one row of a ranking."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from wordcount.counts import Ranked, rank
from wordcount.forms import keys_of_rows
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

    A row that shows the word goes before one that counts it: where *d'un'ora* is shown as
    *un'ora*, that is what *un'ora* means, though each *un'ora* of the page is counted as *ora*.

    :param word: as a row shows it, or as somebody has typed it: any text at all.
    :param counts: every word as it is written -> how often.
    :param language: of the page; this and the choices are those of :func:`wordcount.counts.rank`.
    """
    wanted = _keys_of(word, language, fold_case=fold_case, together=together)
    counted: dict[str, dict[str, int]] = {key: {} for key in wanted}
    all_keys = keys_of(list(counts), language, fold_case=fold_case, together=together)
    for (form, times), key in zip(counts.items(), all_keys, strict=True):
        if key in counted:
            counted[key][form] = times
    for key, forms in counted.items():
        if forms:
            return group_of_forms(key, forms, language, fold_case=fold_case, together=together)
    return None


def group_of_forms(
    key: str,
    forms: Mapping[str, int],
    language: str | None,
    *,
    fold_case: bool = True,
    together: bool = False,
) -> Group:
    """The row of these forms.

    :param key: which all of them have in common.
    :param forms: of a row, all of them or some, each as it is written -> how often; not none.
    :param language: of the page; this and the choices are those of :func:`group_of`.
    """
    # A row is made of its own forms alone, so these make the same row as the whole page.
    [row] = rank(forms, language=language, fold_case=fold_case, together=together, longest=None)
    return Group(*row, rank(forms, fold_case=False, longest=None), key)


def _keys_of(typed: str, language: str | None, *, fold_case: bool, together: bool) -> list[str]:
    """What a typed word may have in common with those of its row, the likeliest first.

    :returns: nothing if it can be no word.
    """
    word = nfc(typed.strip(" \t\r\n"))
    if not word or _NO_WORD.search(word):
        return []
    return [
        *keys_of_rows([word], language, fold_case=fold_case, together=together),
        *keys_of([word], language, fold_case=fold_case, together=together),
    ]
