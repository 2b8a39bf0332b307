"""Where to look for a phrase: by words that it holds, or parts of them; and in the alphabet."""

from collections.abc import Callable, Sequence
from itertools import compress

from wordcount.neighbours import both, either, flagged
from wordcount.sequences import Sequences


def holding(found: Sequences, wanted: Sequence[str], forms: Sequence[str]) -> set[int]:
    """The codes of the sequences that hold these words side by side, the first from anywhere within
    a word, the last to anywhere: "inc And" is held by "Prince Andrew".

    A sequence is found by each way in which its words are written.

    :param wanted: the words that are looked for, in the spelling of `forms`; an empty one is not
        to be found.
    :param forms: each word of the vocabulary as it is compared.
    """
    index, length = found.index, found.length
    if not 0 < len(wanted) <= length or not all(wanted):
        return set()
    last = len(wanted) - 1
    flags = bytes(b"\1" * len(index.words))
    for at, word in enumerate(wanted):
        is_like = _is_like(word, is_first=at == 0, is_last=at == last)
        spellings = {
            written for written, form in zip(index.vocabulary, forms, strict=True) if is_like(form)
        }
        flags = both(flags, flagged(index, spellings)[at:])
    held = flags
    for at in range(1, length - last):
        held = either(held, flags[at:])
    return set(compress(found.codes, map(held.__getitem__, found.firsts)))


def in_alphabet(found: Sequences, forms: Sequence[str]) -> Callable[[int], list[int]]:
    """A key that puts codes of sequences into the order of a dictionary: letters first, then
    accents, word by word.

    :param forms: each word of the vocabulary without its accents.
    """
    of_rows = dict(zip(found.rows.of_forms, forms, strict=True))
    # Rows are numbered in the order of the alphabet, in which é comes after z.
    ordered = sorted(of_rows, key=lambda row: (of_rows[row], row))
    places = {row: place for place, row in enumerate(ordered)}

    def key(code: int) -> list[int]:
        words = []
        for _ in range(found.length):
            code, row = divmod(code, found.rows.number)
            words.append(places[row])
        return words[::-1]

    return key


def _is_like(word: str, *, is_first: bool, is_last: bool) -> Callable[[str], bool]:
    """Whether a form can be this one of the words that are looked for."""
    if is_first and is_last:
        return lambda form: word in form
    if is_first:
        return lambda form: form.endswith(word)
    if is_last:
        return lambda form: form.startswith(word)
    return lambda form: form == word
