"""Every example of docs/COUNTING.md, read from the page itself."""

import re
from collections import Counter
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest

from tests.texts import indexed
from wordcount import RULE_VERSION, PageCount, count_page, count_text, rank, read_page
from wordcount.collocations import LEAST, MOST_COMPARED
from wordcount.concordance import LONGEST_SIDE, concordance
from wordcount.dispersion import PARTS
from wordcount.doubts import (
    CONSENT_SHARE,
    ENOUGH,
    FEW,
    HARDLY_ANY,
    HEAVY,
    LEAST_ABOUT_CONSENT,
    Doubt,
    doubts_of,
)
from wordcount.indexed_text import IndexedText, Layout
from wordcount.keyness import Counted, Keyness
from wordcount.language_names import language_name
from wordcount.main_text import main_spans
from wordcount.phrases import phrases
from wordcount.reading_ease import FEWEST_WORDS, FORMULA_OF, FORMULAS, Formula
from wordcount.reading_time import MEAN_WORDS_PER_MINUTE, WORDS_PER_MINUTE
from wordcount.rows import folded
from wordcount.sentences import MODELS, sentence_starts
from wordcount.stems import has_stems
from wordcount.stop_words import languages
from wordcount.syllables import syllables_of
from wordcount.where import Beside, where_of
from wordcount.words import words_in

PAGE = (Path(__file__).parent.parent.parent / "docs" / "COUNTING.md").read_text(encoding="utf-8")


def table(*columns: str) -> list[list[str]]:
    """The cells of the table with these columns, row by row."""
    header = f"| {' | '.join(columns)} |\n"
    assert header in PAGE
    rows = PAGE.partition(header)[2].partition("\n\n")[0].splitlines()[1:]
    assert rows
    found = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert all(len(cells) == len(columns) for cells in found)
    return found


def examples(*columns: str) -> list[object]:
    """The rows of the table with these columns, each under the name of its rule."""
    return [pytest.param(*cells, id=rule) for rule, *cells in table("Rule", *columns)]


def counted(text: str, language: str = "") -> PageCount:
    """A page of one paragraph: the HTML of a cell."""
    page = f"<html lang='{language}'><meta charset=utf-8><p>{text.strip('`')}</p>"
    return count_page(page.encode())


def words_of(cell: str) -> list[str]:
    return [unescape(word) for word in re.findall("`([^`]+)`", cell)]


def rows_of(cell: str) -> list[tuple[str, int]]:
    rows = re.findall(r"`([^`]+)` (\d+)", cell)
    assert len(rows) == len(words_of(cell))
    assert rows or cell == "none"
    return [(word, int(times)) for word, times in rows]


@pytest.mark.parametrize(("text", "words"), examples("Text", "Words"))
def test_what_is_a_word(text: str, words: str) -> None:
    assert words_of(words) or words == "none"
    assert counted(text).counts == Counter(words_of(words))


@pytest.mark.parametrize(("language", "text", "rows"), examples("Page in", "Text", "Ranking"))
def test_which_words_are_ranked_together(language: str, text: str, rows: str) -> None:
    page = counted(text, language)
    assert page.ranking(stop_words=True) == rows_of(rows)
    assert page.distinct_words == len(rows_of(rows))


@pytest.mark.parametrize(
    ("language", "text", "rows"), examples("Page in", "Text", "Ranking with case kept")
)
def test_with_case_kept(language: str, text: str, rows: str) -> None:
    ranking = counted(text, language).ranking(stop_words=True, fold_case=False)
    assert ranking == rows_of(rows)


@pytest.mark.parametrize(("declared", "text", "language"), examples("`lang`", "Text", "Language"))
def test_language(declared: str, text: str, language: str) -> None:
    assert counted(text, declared).language == (None if language == "none" else language)


@pytest.mark.parametrize(
    ("language", "text", "rows"), examples("Page in", "Text", "Without stop words")
)
def test_stop_words(language: str, text: str, rows: str) -> None:
    page = counted(text, language)
    assert page.language == language
    assert page.ranking() == rows_of(rows)


@pytest.mark.parametrize(
    ("language", "text", "rows"), examples("Page in", "Text", "Ranking with forms together")
)
def test_word_forms_together(language: str, text: str, rows: str) -> None:
    page = counted(text, language)
    assert page.language == language
    assert rank(page.counts, language=language, together=True) == rows_of(rows)


def test_the_page_names_the_languages_that_have_stemmers() -> None:
    names = PAGE.partition("There are stemmers for ")[2].partition(".")[0]
    known = {str(language_name(code)) for code in {*languages(), "eo", "yi"} if has_stems(code)}
    assert re.split(",\\s|\\sand\\s", names) == sorted(known)


@pytest.mark.parametrize(("language", "text", "letters"), examples("Page in", "Text", "Letters"))
def test_shortest_words(language: str, text: str, letters: str) -> None:
    page = counted(text, language)
    assert page.language == language
    assert len(page.counts) == 1
    for fold_case in (True, False):
        for shortest, rows in ((int(letters), 1), (int(letters) + 1, 0)):
            shown = rank(page.counts, language=language, fold_case=fold_case, shortest=shortest)
            assert len(shown) == rows


@pytest.mark.parametrize(("page", "word", "places"), examples("Page", "Word", "Where"))
def test_where_a_word_stands(page: str, word: str, places: str) -> None:
    body = f"<!doctype html><html lang=en><meta charset=utf-8>{page.strip('`')}".encode()
    read = read_page(body)
    counts = count_text(read).counts
    layout = Layout(headings=read.headings, links=read.links)
    index = IndexedText.of(read.text, counts, layout)
    beside = Beside(words_in(read.title), words_in(read.alts))
    found = where_of(word.strip("`"), index, beside, "en")
    named = zip(["title", "headings", "links", "text", "images"], found, strict=True)
    assert (", ".join(f"{name} {times}" for name, times in named if times) or "nowhere") == places
    row = {key: times for _, key, _, times in folded(counts, "en")}
    assert found.headings + found.links + found.body == row.get(word.strip("`"), 0)


def test_reading_time() -> None:
    speeds = {str(language_name(code)): words for code, words in WORDS_PER_MINUTE.items()}
    assert table("Language", "Words a minute") == [
        [name, str(speeds[name])] for name in sorted(speeds)
    ]
    assert f"the mean, {MEAN_WORDS_PER_MINUTE} words a minute" in PAGE


@pytest.mark.parametrize(
    ("language", "text", "sentences"), examples("Page in", "Text", "Sentences")
)
def test_sentences(language: str, text: str, sentences: str) -> None:
    page = counted(text, language)
    assert page.language == language
    places = [*sentence_starts(page.text, language), len(page.text)]
    assert [page.text[start:end].rstrip() for start, end in pairwise(places)] == words_of(sentences)


def test_the_page_tells_how_many_languages_have_sentences_of_their_own() -> None:
    assert f"for {len(MODELS)} languages, by Punkt" in PAGE


def test_reading_ease() -> None:
    rows = [
        [
            str(language_name(code)),
            formula.name,
            f"{formula.authors}, {formula.year}: {formula.source}",
        ]
        for code, formula in ((code, FORMULAS[name]) for code, name in FORMULA_OF.items())
    ]
    assert table("Language", "Formula", "Published in") == sorted(rows)
    assert table("Formula", "Scores") == [
        [formula.name, scores_of(formula)] for formula in FORMULAS.values()
    ]
    assert f"for fewer than {FEWEST_WORDS} words" in PAGE


def scores_of(formula: Formula) -> str:
    *upper, (_, lowest) = formula.bands
    return "; ".join([*(f"from {score:g} {words}" for score, words in upper), f"below {lowest}"])


@pytest.mark.parametrize(
    ("language", "text", "syllables"), examples("Page in", "Text", "Syllables")
)
def test_syllables(language: str, text: str, syllables: str) -> None:
    assert syllables_of(words_of(text), language) == [int(syllables)]


@pytest.mark.parametrize(("text", "word", "lines"), examples("Text", "Word", "Sorted by the right"))
def test_words_in_context(text: str, word: str, lines: str) -> None:
    index = indexed(counted(text).text)
    found = concordance(index, {word}, sort="right").lines
    assert [line.before + line.hit + line.after for line in found] == words_of(lines)


def test_the_page_tells_how_words_in_context_are_cut_and_spread() -> None:
    assert f"up to {LONGEST_SIDE} characters are shown on either side" in PAGE
    assert f"cut into {PARTS} parts" in PAGE


@pytest.mark.parametrize(
    ("language", "text", "rows"), examples("Page in", "Text", "Phrases of two words")
)
def test_phrases(language: str, text: str, rows: str) -> None:
    page = counted(text, language)
    assert page.language == language
    stop_words = set(page.counts) - set(page.counts_without_stop_words)
    found = phrases(indexed(page.text), 2, language=language, stop_words=stop_words)
    assert [(row.phrase, row.times) for row in found.rows()] == rows_of(rows)


def test_the_page_tells_which_pairs_may_be_collocations() -> None:
    assert LEAST == 2
    assert "stand there at least twice" in PAGE
    assert f"Of more than {MOST_COMPARED:,} such pairs" in PAGE


@pytest.mark.parametrize(
    ("text", "other", "rows"),
    examples("One page", "The other", "In order, how much more often on the one"),
)
def test_comparing_two_counts(text: str, other: str, rows: str) -> None:
    pages = counted(text, "en"), counted(other, "en")
    left, right = (Counted(page.counts, "en", page.total_words) for page in pages)
    found = [(row.word.lower(), row.left - row.right) for row in Keyness(left, right).words()]
    assert found == [(word, int(times)) for word, times in re.findall(r"`([^`]+)` (-?\d+)", rows)]


@pytest.mark.parametrize(("path", "page", "doubts"), examples("Path", "Page", "Doubts"))
def test_doubts(path: str, page: str, doubts: str) -> None:
    body = f"<!doctype html><meta charset=utf-8>{page.strip('`')}".encode()
    counted = count_page(body)
    url = f"https://example.com{path}"
    found = doubts_of(body, counted.text, counted.title, counted.total_words, url)
    assert found == words_of(doubts)
    assert found or doubts == "none"


def test_the_page_names_every_doubt_and_its_numbers() -> None:
    assert [name for name, _ in table("Doubt", "Which pages")] == [
        f"`{doubt}`" for doubt in reversed(Doubt)
    ]
    section = PAGE.partition("## Doubts")[2].partition("\n## ")[0]
    numbers = {int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", section)}
    assert {FEW, HARDLY_ANY, ENOUGH, HEAVY} <= numbers
    assert (CONSENT_SHARE, LEAST_ABOUT_CONSENT) == (8, 4)
    assert "one in eight, and no fewer than four" in section


@pytest.mark.parametrize(("page", "lines"), examples("Page", "Main text"))
def test_main_text(page: str, lines: str) -> None:
    text = count_page(f"<!doctype html><meta charset=utf-8>{page.strip('`')}".encode()).text
    spans = main_spans(page.strip("`"), text)
    assert spans is not None
    main = [line for start, end in spans for line in text[start:end].split("\n")]
    assert main == words_of(lines)


def test_the_page_is_of_this_version() -> None:
    assert f"version **{RULE_VERSION}**" in PAGE
    history = PAGE.partition("## Versions")[2]
    assert re.findall(r"^\| (\d+) \|", history, re.MULTILINE) == [
        str(version + 1) for version in range(RULE_VERSION)
    ]


def test_the_page_tells_how_many_languages_have_stop_words() -> None:
    assert f"for {len(languages())} languages there is a list" in PAGE
