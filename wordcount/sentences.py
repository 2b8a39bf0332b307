"""Where the sentences of a text start.

In the languages for which NLTK has a model they are found by Punkt, which knows the abbreviations
of a language, and which words begin a sentence: T. Kiss and J. Strunk, "Unsupervised Multilingual
Sentence Boundary Detection", Computational Linguistics 32 (2006), 485-525. In all others they are
what ICU's sentence breaker makes of the text (Unicode Standard Annex #29), which knows the full
stops of all scripts. https://unicode.org/reports/tr29/#Sentence_Boundaries
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import IO
from zlib import crc32

from icu4py.breakers import SentenceBreaker

from wordcount.nltk_parts import (
    NLTK_DATA,
    PunktDecoder,
    PunktLanguageVars,
    PunktParameters,
    PunktSentenceTokenizer,
)
from wordcount.word_table import WordTable, write_words
from wordcount.words import LOCALE

#: The names of NLTK's models, by ISO 639 code.
MODELS = {
    "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "fi": "finnish", "fr": "french", "it": "italian",
    "ml": "malayalam", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ru": "russian", "sl": "slovene", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
# Those that share one with a neighbour.
_LIKE = {"nb": "no", "nn": "no"}

# What the models lack, for they were made of newspapers. None of these is also a word that ends
# sentences; after each Punkt still looks at the word that follows.
_MORE_ABBREVIATIONS = {
    "cs": "atd mgr",
    "da": "dr prof",
    "de": "bspw ca d evtl ggf hr i jh o s sog str tel u z",
    "el": "δρ κ.λπ",
    "en": "al approx capt cf dept e.g eds etc fig figs i.e pp resp sgt viz vol vols",
    "es": "aprox dra dña ej núm pág págs sra srta ud uds vol",
    "et": "dr jne lk nr nt prof",
    "fi": "klo ks prof ts",
    "fr": "apr av cf etc ex m mlle mm mme mmes pp vol éd",
    "it": "avv ca dott dott.ssa es geom pag pagg prof.ssa sig.ra vol",
    "nl": "bijv ca d.w.z dhr enz etc m.b.t mevr prof",
    "no": "prof",
    "pl": "dr itd mgr nr",
    "pt": "dra etc ex profa vol",
    "sl": "itd",
    "sv": "ca d.v.s dr fr.o.m kl nr prof",
    "tr": "alb av bkz cad mah sok vb",
}

#: Punkt is given a line in pieces of so many characters, or twice as many where no white space is:
#: each of its regular expressions has five seconds of processor time, then it raises
#: :class:`TimeoutError`.
PIECE = 4096
#: How much Punkt is asked about one text. What may be an end of a sentence counts as one, what it
#: has to think about as ten; each one is about ten microseconds. Ten million characters of prose
#: stay below; of what goes beyond, ICU reads the rest.
MOST_WORK = 300_000
#: What stands around the end of a sentence is not looked at if it is longer than this.
LONGEST_CONTEXT = 200

# What may be an end, if more follows; without one, Punkt has nothing to decide.
_ENDS = ".?!"
_MAYBE_END = re.compile(r"[.?!](?=.)")
# To Punkt no word goes on at one of these.
_SIGNS = frozenset("?!)\";}]*:@'({[‘’“”«»")
_CLOSING = " \"')]}‘’“”«»"
_THINKING = 10
# Each has regular expressions of its own, which are checked and compiled when they are first used.
_LANGUAGE_VARIABLES = PunktLanguageVars()
# ICU is given UTF-8, which has none of these.
_SURROGATE = re.compile("[\ud800-\udfff]")


def sentence_starts(text: str, language: str | None) -> list[int]:
    """Where each sentence of a text starts, in code points; the first at 0.

    Every line starts one. No other starts with white space.

    :param text: lines parted by ``\\n``, without blank ones, as in :class:`wordcount.PageCount`.
    :param language: an ISO 639 code, as :func:`wordcount.language.language_of` gives it.
    """
    language = _LIKE.get(language or "", language)
    if language not in MODELS:
        return list(_by_icu(text))
    starts: list[int] = []
    punkt = _Punkt(_parameters(language))
    at = 0
    for line in text.split("\n"):
        if punkt.work > MOST_WORK:
            starts.extend(_by_icu(text[at:], at))
            break
        if line:
            starts.append(at)
            if _MAYBE_END.search(line):
                starts.extend(_inside(line, at, punkt))
        at += len(line) + 1
    return starts


class _Punkt(PunktSentenceTokenizer):  # type: ignore[misc]  # NLTK has no types
    """NLTK's tokenizer, which need not think about what is plain, and counts its work.

    :ivar work: as :data:`MOST_WORK` counts it.
    """

    def __init__(self, parameters: PunktParameters) -> None:
        super().__init__(parameters, lang_vars=_LANGUAGE_VARIABLES)
        self.work = 0
        self._go_on = {word for word, _ in parameters.collocations}

    def text_contains_sentbreak(self, text: str) -> bool:
        """Whether a sentence ends in a piece of text.

        :param text: the word before a possible end, the end, and what follows it: a word after
            white space, or a sign.
        """
        if len(text) > LONGEST_CONTEXT:
            return True
        before, space, _ = text.partition(" ")
        if not space and text[-1] in _SIGNS:
            before, space = text[:-1], text[-1]
        word, end = before[:-1].lower(), before[-1:]
        if space and end in {"?", "!"}:
            return True
        # Of one letter it may be an initial; and all other kinds of words, such as numbers and what
        # has a full stop or a hyphen inside, have rules of their own.
        plain = space and end == "." and len(word) > 1 and word.isalpha()
        if plain and word not in self._params.abbrev_types and word not in self._go_on:
            return True
        self.work += _THINKING
        return bool(super().text_contains_sentbreak(text))


class _Contexts:
    """In which contexts Punkt has seen each word.

    They are kept in a file: to read those of all 20,000 to 80,000 words takes from 0.07 seconds
    (English) to 0.24 (Polish).
    """

    def __init__(self, language: str, source: bytes) -> None:
        def write(file: IO[bytes]) -> None:
            write_words((line.split(b"\t") for line in source.splitlines()), file)

        self._table = WordTable.kept(f"punkt-{language}-{crc32(source):08x}", write)

    def __getitem__(self, word: str) -> int:
        """A set of bits; 0 of a word that is not known."""
        return int(self._table.get(word.encode(errors="replace")) or 0)


@cache
def _parameters(language: str) -> PunktParameters:
    """A model of NLTK."""
    folder = NLTK_DATA / "tokenizers" / "punkt_tab" / MODELS[language]
    decoder = PunktDecoder()
    parameters = PunktParameters()
    with (folder / "collocations.tab").open(encoding="utf-8") as file:
        parameters.collocations = set(decoder.tab2tups(file))
    with (folder / "sent_starters.txt").open(encoding="utf-8") as file:
        parameters.sent_starters = decoder.txt2set(file)
    with (folder / "abbrev_types.txt").open(encoding="utf-8") as file:
        parameters.abbrev_types = decoder.txt2set(file)
    parameters.abbrev_types.update(_MORE_ABBREVIATIONS.get(language, "").split())
    parameters.ortho_context = _Contexts(language, (folder / "ortho_context.tab").read_bytes())
    return parameters


def _inside(line: str, offset: int, punkt: _Punkt) -> Iterator[int]:
    """Where sentences start in a line, but for the first.

    :param offset: of the line in its text.
    """
    at = 0
    while at < len(line):
        if punkt.work > MOST_WORK:
            yield from list(_by_icu(line[at:], offset + at))[1:]
            return
        cut = line.find(" ", at + PIECE, at + 2 * PIECE)
        piece = line[at : cut if cut > 0 else at + 2 * PIECE]
        ends = sum(map(piece.count, _ENDS))
        punkt.work += ends
        found = [
            start
            for start, _ in (punkt.span_tokenize(piece) if ends else ())
            if start and not _goes_on(piece, start)
        ]
        for start in found:
            yield offset + at + start
        if at + len(piece) == len(line):
            return
        # What comes last is read again, together with what follows it: the last sentence; or if
        # there is but one, its last word; or if that is the whole piece, most of it.
        at += found[-1] if found else (piece.rfind(" ") + 1 or PIECE // 2)


def _goes_on(piece: str, start: int) -> bool:
    """Whether it is still the same sentence, whatever Punkt says.

    After a full stop a small letter begins none (rule SB8 of the annex); and of several signs at an
    end the second does not.
    """
    first = piece[start]
    if first.islower():
        # Of quotation marks and the like there are not more.
        before = piece[max(start - 8, 0) : start].rstrip(_CLOSING)
        return before.endswith(".")
    return first in _ENDS


def _by_icu(text: str, offset: int = 0) -> Iterator[int]:
    """Where each sentence starts, by the rules for all languages together.

    :param offset: of this text in a larger one.
    """
    for segment in SentenceBreaker(_SURROGATE.sub("\ufffd", text), LOCALE):
        if segment != "\n":
            yield offset
        offset += len(segment)
