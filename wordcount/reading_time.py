"""How long it takes to read a page.

The speeds are those at which adults with normal sight read aloud texts that are equal in content,
length and difficulty: S. Trauzettel-Klosinski and K. Dietz, "Standardized Assessment of Reading
Performance: The New International Reading Speed Texts IReST", Investigative Ophthalmology & Visual
Science 53 (2012), 5452-5461. https://doi.org/10.1167/iovs.11-8284
"""

#: Words a minute, by ISO 639 code.
WORDS_PER_MINUTE = {
    "ar": 138, "de": 179, "en": 228, "es": 218, "fi": 161, "fr": 195, "he": 187, "it": 188,
    "ja": 193, "nl": 202, "pl": 166, "pt": 181, "ru": 184, "sl": 180, "sv": 199, "tr": 166,
    "zh": 158,
}  # fmt: skip

#: In any other language: the mean of these.
MEAN_WORDS_PER_MINUTE = 184


def minutes_to_read(words: int, language: str | None) -> float:
    """How many minutes somebody takes to read so many words aloud.

    :param language: an ISO 639 code, as :func:`wordcount.language.language_of` gives it.
    """
    return words / WORDS_PER_MINUTE.get(language or "", MEAN_WORDS_PER_MINUTE)
