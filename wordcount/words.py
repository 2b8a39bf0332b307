"""Text -> words.

A word is what ICU's word breaker makes of it (Unicode Standard Annex #29, with dictionaries for
Chinese, Japanese, Thai, Khmer, Lao and Burmese), if it has at least one letter of any script.
https://unicode.org/reports/tr29/#Word_Boundaries
"""

from collections import Counter

from icu4py.breakers import WordBreaker

from wordcount.normal_form import nfc

# The rules for all languages together, as in browsers; no language changes them.
LOCALE = "root"


def words_in(text: str) -> Counter[str]:
    """How often each word stands in a text, each in the form it has there (NFC, case kept)."""
    # Counting the raw segments first runs in C; only the distinct ones are then looked at.
    segments = Counter(WordBreaker(text, LOCALE))
    words: Counter[str] = Counter()
    for segment, times in segments.items():
        if segment.isalpha() or any(map(str.isalpha, segment)):
            words[segment if segment.isascii() else nfc(segment)] += times
    return words
