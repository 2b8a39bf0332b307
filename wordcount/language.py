"""Which language a text is in, and its stop words."""

from functools import cache
from pathlib import Path

import nltk
import stopwordsiso
from nltk.corpus import stopwords
from py3langid.langid import MODEL_FILE, LanguageIdentifier

# The lists are part of this project, so that every machine counts alike and none has to be
# downloaded; NLTK reads only from folders on its path.
NLTK_DATA = Path(__file__).parent.parent / "nltk_data"
nltk.data.path.insert(0, str(NLTK_DATA))

# Below this many characters a guess is worth less than what the page says of itself.
SHORT_TEXT = 200
# Read from the middle, where an article is; menus and footers may be in another language.
SAMPLE_CHARACTERS = 4000
# Certainty below which a guess is not taken.
LEAST_PROBABILITY = 0.5

# The names of NLTK's lists, by ISO 639-1 code. Every other language has the list of stopwordsiso.
NLTK_LISTS = {
    "ar": "arabic", "az": "azerbaijani", "be": "belarusian", "bn": "bengali", "ca": "catalan",
    "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "he": "hebrew", "hu": "hungarian",
    "id": "indonesian", "it": "italian", "kk": "kazakh", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sl": "slovene", "sq": "albanian", "sv": "swedish", "ta": "tamil",
    "tg": "tajik", "tr": "turkish", "uz": "uzbek", "zh": "chinese",
}  # fmt: skip


def language_of(text: str, declared: str | None = None) -> str | None:
    """The language of a text.

    :param declared: what the page says of itself, a BCP 47 tag such as ``pt-BR``; it decides when
        the text is too short to tell, or reads like no language in particular.
    :returns: an ISO 639 code such as ``pt``, or None where nothing tells.
    """
    said = (declared or "").replace("_", "-").partition("-")[0].strip().lower() or None
    if said and len(text) < SHORT_TEXT:
        return said
    start = max(0, (len(text) - SAMPLE_CHARACTERS) // 2)
    guess, probability = _identifier().classify(text[start : start + SAMPLE_CHARACTERS])
    return str(guess) if probability >= LEAST_PROBABILITY else said


def stop_words_of(language: str | None) -> frozenset[str]:
    """The words of a language that carry grammar rather than meaning; empty if none are known.

    :param language: as :func:`language_of` gives it.
    """
    if language in NLTK_LISTS:
        return frozenset(stopwords.words(NLTK_LISTS[language]))
    return frozenset(stopwordsiso.stopwords(language)) if language else frozenset()


@cache
def _identifier() -> LanguageIdentifier:
    """Loading the model takes a third of a second, so it is done once, and only when needed."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
