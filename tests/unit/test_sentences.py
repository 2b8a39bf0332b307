"""Where sentences start."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icu4py.breakers import SentenceBreaker
from nltk.tokenize.punkt import PunktSentenceTokenizer

from wordcount.sentences import MODELS, PIECE, _parameters, sentence_starts


def sentences(text: str, language: str | None) -> list[str]:
    """The sentences themselves, without the white space after them."""
    starts = sentence_starts(text, language)
    return [text[start:end].rstrip() for start, end in pairwise([*starts, len(text)])]


def by_nltk(text: str, language: str) -> list[int]:
    """What NLTK itself makes of each line with this model, but for what goes on."""
    punkt = PunktSentenceTokenizer(_parameters(language))
    starts, at = [], 0
    for line in text.split("\n"):
        for start, _ in punkt.span_tokenize(line):
            stop = re.search(r"\.[ \"')\]}‘’“”«»]*$", line[:start])
            goes_on = line[start] in ".?!" or (stop and line[start].islower())
            if not start or not goes_on:
                starts.append(at + start)
        at += len(line) + 1
    return starts


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Dr. Smith lives in the U.S. now.|He is old."),
        ("en", "Bring bread, roses, etc. and come at 3.5 p.m. today.|Then wait."),
        ("en", "Some flowers, e.g. roses, bloom twice.|Others, i.e. tulips, once."),
        ("en", 'She said "So it is." and left.|"It is!"|He laughed.'),
        ("en", "(He had gone.)|Nobody knew why ... or when.|Wait...|What?!"),
        ("en", "The keeper planted it.|[1] He gave the roses away."),
        ("en", "J. R. Smith wrote it.|So did G. B. Shaw."),
        ("de", "Er kam am 3. Oktober, z. B. mit dem Zug.|Dann ging er."),
        ("de", "Das kostet ca. 3,5 Mio. Euro.|„Wirklich?“|Ja."),
        ("fr", "« Bonjour. »|Il dit : « Oui ! »|M. Durand sourit."),
        ("es", "¿Qué es esto?|El Sr. García no lo sabe.|¡Qué lástima!"),
        ("it", "Il dott. Rossi abita qui.|È vecchio."),
        ("ru", "Он родился в 1900 г. в Москве.|Потом уехал."),
        ("nl", "Hij kwam o.a. met dr. Jansen.|Daarna ging hij."),
        ("pl", "Urodził się np. w Polsce.|Potem wyjechał."),
        ("sv", "Han har bl.a. rosor.|De är röda."),
        ("tr", "Prof. Demir geldi.|Sonra gitti."),
        ("zh", "今天很好。|你去哪里？|我去公园！"),
        ("ja", "今日は。|元気ですか？|はい。"),
        ("ar", "كيف حالك؟|أنا بخير.|شكرا."),
        ("hi", "यह एक वाक्य है।|यह दूसरा है।"),
        ("th", "สวัสดีครับ วันนี้อากาศดี"),  # Thai has no full stop
        ("ko", "정원은 아름답다.|장미가 핀다."),
        (None, "One here.|Another there."),
    ],
)
def test_sentences(language: str | None, text: str) -> None:
    written = text.split("|")
    # Some languages write no white space between them.
    joint = "" if language in {"zh", "ja"} else " "
    assert sentences(joint.join(written), language) == written


def test_every_line_starts_one() -> None:
    assert sentences("Roses\nThe sea. The wind.\nand\nmore", "en") == [
        "Roses", "The sea.", "The wind.", "and", "more",
    ]  # fmt: skip
    assert sentences("玫瑰\n海。风。", "zh") == ["玫瑰", "海。", "风。"]


@pytest.mark.parametrize("language", ["en", "zh", None])
def test_of_nothing_there_are_none(language: str | None) -> None:
    assert sentence_starts("", language) == []


@pytest.mark.parametrize("language", MODELS)
def test_every_model_is_there(language: str) -> None:
    assert sentence_starts("A b c. D e f.", language)[0] == 0


# What decides about an end: abbreviations, initials, numbers, signs, and what follows.
PARTS = st.sampled_from(
    "Mr. Dr. etc. e.g. U.S. a.m. J. St. 3. 3.5 1. ... . .. ? ! ?! !? garden. Garden sea The the of "
    'He he in roses.[1] roses.) (Roses " \' ” “ « » well-known. co-op. Inc. end?" end!) x.y. .) -- '
    "- 3, Nr. bzw. 10. Ü. ü. Ich ich , ; : @ * Éa ß. İ. Roses.The a.b.c. A.".split(" ")
)
LINES = st.lists(PARTS, min_size=1, max_size=12).map(" ".join)


@settings(deadline=None, max_examples=150)
@given(st.lists(LINES, min_size=1, max_size=3).map("\n".join), st.sampled_from(["en", "de"]))
@example("Mr.\n. . . .", "en")
def test_they_are_those_of_nltk(text: str, language: str) -> None:
    assert sentence_starts(text, language) == by_nltk(text, language)


@settings(deadline=None)
@given(st.text(max_size=60), st.sampled_from(["en", "el", "zh", None]))
@example("a.\ud800 B. \x00 C", "en")
@example("a.\ud800 B. \x00 C", None)
@example("\u202e\u05d0. \U0001f600! \u05d1", "en")
def test_whatever_is_in_a_text(raw: str, language: str | None) -> None:
    lines = (
        " ".join(line.split()) for line in re.split(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", raw)
    )
    text = "\n".join(line for line in lines if line)
    starts = sentence_starts(text, language)
    assert starts[:1] == ([0] if text else [])
    assert starts == sorted(set(starts))
    lines_start = {found.end() for found in re.finditer("^|\n", text)} if text else set()
    assert lines_start <= set(starts)
    assert not any(text[start].isspace() for start in starts)


PROSE = "The keeper of the lighthouse planted roses, i.e. red ones. Dr. Smith saw them. "


@pytest.mark.parametrize(
    "line",
    [
        PROSE * 200,
        f"{'word ' * 2000}end. Next one. {'word ' * 2000}",
        f"{'x' * (PIECE - 2)}. Next one.",
        f"{'x' * PIECE} one. Next one.",
        f"{'x' * (2 * PIECE - 1)}. Next one.",
        f"One. {'x' * (5 * PIECE)} one. Next one.",
        f"{'x.y' * PIECE} One. Next one.",
        f"{'a ' * (PIECE // 2 - 3)}Mr. Smith. He",
    ],
)
def test_a_long_line_is_read_like_a_short_one(line: str) -> None:
    assert sentence_starts(line.rstrip(), "en") == by_nltk(line.rstrip(), "en")


@pytest.mark.parametrize(
    "piece",
    [". ", "a. ", "! ", "!", "a.a.", '." ', "--. ", "a.\u00a0", "''.", "Mr. A ", "x" * 150 + ". "],
)
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * (60_000 // len(piece))).rstrip()
    start = time.process_time()
    assert sentence_starts(text, "en")[0] == 0
    # Several times what it takes.
    assert time.process_time() - start < 10


def test_a_line_without_white_space_is_no_trouble() -> None:
    # In one piece it would make NLTK's regular expressions give up.
    assert sentence_starts("!" * 2_000_000 + " Next.", "en")[0] == 0


def test_icu_reads_what_is_too_much_for_punkt(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{'roses. ' * 10}\n{'Mr. A is here. ' * 1000}He is."
    whole = sentences(text, "en")
    monkeypatch.setattr("wordcount.sentences.MOST_WORK", 3000)
    cut = sentences(text, "en")
    # ICU knows no titles; Punkt does.
    assert [*SentenceBreaker("Mr. A", "root")] == ["Mr. ", "A"]
    assert set(whole) == {"roses. " * 9 + "roses.", "Mr. A is here.", "He is."}
    assert set(cut) == {*whole, "Mr.", "A is here."}
    assert cut[:200] == whole[:200]
    assert cut[-3:] == ["Mr.", "A is here.", "He is."]
