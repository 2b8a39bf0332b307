"""Text -> words.

A word is what ICU's word breaker makes of it (Unicode Standard Annex #29, with dictionaries for
Chinese, Japanese, Thai, Khmer, Lao and Burmese), if it has at least one letter of any script.
https://unicode.org/reports/tr29/#Word_Boundaries
"""

import re
import unicodedata
from collections import Counter

from icu4py.breakers import WordBreaker

from wordcount.normal_form import nfc
from wordcount.slices import slices

# The rules for all languages together, as in browsers; no language changes them.
LOCALE = "root"

# No word goes on beyond white space, but for U+202F, which the standard lets join words.
# https://unicode.org/reports/tr29/#ExtendNumLetWB
JOINING_SPACE = "\u202f"
WHITE_SPACE = re.compile(rf"[^\S{JOINING_SPACE}]+")
# A run of these letters is one word by the rules, whatever punctuation is around it.
LETTERS = re.compile("[A-Za-zÀ-ÖØ-öø-ʯͰ-ͳͶͷΆΈΉΊΌΎ-ΡΣ-ϵϷ-ϿЀ-ҁҊ-ԯ]+").fullmatch
PUNCTUATION = '.,;:!?"()«»“”„…–—'


def words_in(text: str) -> Counter[str]:
    """How often each word stands in a text, each in the form it has there (NFC, case kept).

    ICU is asked about each different piece between white space once, and not at all about plain
    words, of which most texts in an alphabet are made.
    """
    split = WHITE_SPACE.split if JOINING_SPACE in text else str.split
    pieces: Counter[str] = Counter()
    for part in slices(text):
        pieces.update(split(part))
    words: Counter[str] = Counter()
    once, more = [], {}
    for piece, times in pieces.items():
        if piece.isascii():
            plain = piece.strip(PUNCTUATION)
            if plain.isalpha():
                words[plain] += times
                continue
        if LETTERS(plain := piece.strip(PUNCTUATION)):
            words[nfc(plain)] += times
        elif times == 1:
            once.append(piece)
        else:
            more[piece] = times
    segments = Counter(WordBreaker("\n".join(once), LOCALE))
    numbers = iter(more.values())
    times = next(numbers, 0)
    for segment in WordBreaker("\n".join(more), LOCALE):
        if segment == "\n":
            times = next(numbers)
        else:
            segments[segment] += times
    for segment, times in segments.items():
        if has_letter(segment):
            words[segment if segment.isascii() else nfc(segment)] += times
    return words


def has_letter(segment: str) -> bool:
    """Whether what ICU has cut out is a word: it has a letter."""
    return segment.isalpha() or any(map(is_letter, segment))


def is_letter(character: str) -> bool:
    """Whether a character makes a word: a letter, or a number that is written as one (``Ⅷ``)."""
    return character.isalpha() or (character > "\x7f" and unicodedata.category(character) == "Nl")
