"""Which language a text is in."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from wordcount.language_model import language_model

#: Below this many bytes of UTF-8 a guess is worth less than what the page says of itself.
SHORT_TEXT = 200
#: A text is judged by so many pieces, spread over all of it: a page may begin with an English menu,
#: and end with comments in another language.
PIECES = 8
#: The size of a piece in UTF-8: 100 Latin letters or 33 Chinese ones tell about as much. The cost
#: grows with it, and more decide no better.
PIECE_BYTES = 100
#: What the page says of itself counts like so many pieces.
DECLARED_VOTES = 1.0
#: A language that gathers less than this of each piece, between 0 and 1, is not taken.
LEAST_SHARE = 0.2

# Codes that pages use and the model does not: withdrawn ones, codes of countries, and parts of a
# language that is one in the model. https://www.iana.org/assignments/language-subtag-registry
_OTHER_CODES = {
    "arb": "ar", "cmn": "zh", "cn": "zh", "cz": "cs", "deu": "de", "eng": "en", "fil": "tl",
    "fra": "fr", "gr": "el", "in": "id", "iw": "he", "ji": "yi", "jp": "ja", "jw": "jv",
    "kmr": "ku", "kr": "ko", "mo": "ro", "nb": "no", "pes": "fa", "prs": "fa", "rus": "ru",
    "sh": "hr", "spa": "es", "ua": "uk",
}  # fmt: skip

# Languages that the model takes for their neighbour now and then. Few pages are written in them,
# so without a page's word for it they are read as the neighbour.
_USUALLY = {
    "ary": "ar", "arz": "ar", "bs": "hr", "ext": "es", "grc": "el", "hbo": "he", "pcm": "en",
    "uzs": "uz", "wuu": "zh", "yue": "zh",
}  # fmt: skip

# Those that even a long text hardly tells apart. Which of them it is, the page may say.
_ALIKE = {"sr": "hr", "ms": "id", "nn": "no"}

# The model's name for what is in no language, such as tables of figures.
_NO_LANGUAGE = "zxx"

# Loaded once, and only when needed.
_model = cache(language_model)


def language_of(text: str, declared: str | None = None) -> str | None:
    """The language of a text.

    :param declared: what the page says of itself, a BCP 47 tag such as ``pt-BR``. It decides when
        the text is shorter than :data:`SHORT_TEXT` or reads like no language in particular, and
        between languages that are hardly told apart; otherwise it is one voice among others.
    :returns: an ISO 639 code such as ``pt``, or None where nothing tells.
    """
    said = _code_of(declared)
    if said and len(text[:SHORT_TEXT].encode(errors="ignore")) < SHORT_TEXT:
        return said
    votes: dict[str, float] = defaultdict(float)
    pieces = list(_pieces_of(text))
    for left, piece in zip(reversed(range(len(pieces))), pieces, strict=True):
        guess, probability = _model().classify(piece)
        if guess != _NO_LANGUAGE:
            votes[_USUALLY.get(guess, guess)] += probability
        first, second, *_ = *sorted(votes.values(), reverse=True), 0, 0
        if first - second > left + DECLARED_VOTES:
            break  # whatever the others say
    if not votes or max(votes.values()) < LEAST_SHARE * len(pieces):
        return said
    if said:
        votes[_USUALLY.get(said, said)] += DECLARED_VOTES
    most = max(votes, key=votes.__getitem__)
    return said if said and _kind_of(said) == _kind_of(most) else most


def _code_of(tag: str | None) -> str | None:
    """The language of a tag, by the code that the model uses: ``iw-IL`` is ``he``."""
    code = (tag or "").replace("_", "-").partition("-")[0].strip().lower()
    # The longest code has three letters; "und" and "mul" say that it is unknown, or more than one.
    if not (code.isascii() and code.isalpha() and len(code) in {2, 3}) or code in {"und", "mul"}:
        return None
    return _OTHER_CODES.get(code, code)


def _kind_of(code: str) -> str:
    usual = _USUALLY.get(code, code)
    return _ALIKE.get(usual, usual)


def _pieces_of(text: str) -> Iterator[bytes]:
    """Pieces of a text, evenly spread; they overlap in a short one."""
    step = max(-(-len(text) // PIECES), PIECE_BYTES // 3)
    for start in range(max((step - PIECE_BYTES) // 2, 0), len(text), step):
        # The model forgives a letter that is cut off at the end.
        yield text[start : start + PIECE_BYTES].encode(errors="ignore")[:PIECE_BYTES]
