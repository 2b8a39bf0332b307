"""The written forms of the words that a ranking shows: garden 3, gardens 2."""

from collections.abc import Mapping, Sequence

from wordcount.counts import Ranked, rank
from wordcount.normal_form import ranking_forms
from wordcount.rows import keys_of
from wordcount.stems import stems_of


def forms_of_rows(
    shown: Sequence[str],
    counts: Mapping[str, int],
    language: str | None,
    *,
    together: bool = False,
) -> list[list[Ranked]]:
    """What each row of a ranking that folds case counts together: every form, as it is written.

    Whoever types a word is answered by :func:`wordcount.groups.group_of`; what a ranking shows has
    lost its elision already, and must not lose another (*d'un'ora* is shown as *un'ora*).

    :param shown: words as rows show them, whole; a word that was shortened has no forms.
    :param counts: what was ranked, each word as it is written -> how often.
    :param language: of the page; this and `together` are those of :func:`wordcount.counts.rank`.
    :returns: for each row its forms, most frequent first, then by the alphabet; their counts are
        in sum that of the row.
    """
    keys = keys_of_rows(shown, language, together=together)
    of_key: dict[str, dict[str, int]] = {key: {} for key in keys}
    all_keys = keys_of(list(counts), language, together=together)
    for (form, times), key in zip(counts.items(), all_keys, strict=True):
        if key in of_key:
            of_key[key][form] = times
    return [_ranked(of_key[key]) for key in keys]


def keys_of_rows(
    shown: Sequence[str], language: str | None, *, fold_case: bool = True, together: bool = False
) -> list[str]:
    """What the words of each row have in common, as :func:`wordcount.rows.keys_of` gives it.

    :param shown: as for :func:`forms_of_rows`.
    """
    if not fold_case and not together:
        return list(shown)
    keys = ranking_forms(shown, language)
    return stems_of(keys, language) if together else keys


def _ranked(forms: Mapping[str, int]) -> list[Ranked]:
    if len(forms) == 1:  # nearly all words have one
        return [Ranked(*form) for form in forms.items()]
    return rank(forms, fold_case=False, longest=None)
