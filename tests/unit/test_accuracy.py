"""How `make accuracy` scores pages, and what it says of a folder that has none."""

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench import accuracy
from bench.accuracy import Outcome, Score, compared, main, report, summary, together
from bench.markdown import code
from bench.pages import PagesError, SavedPage, saved_pages
from wordcount.errors import PageError


def outcome(
    ours: Mapping[str, int], truth: Mapping[str, int], *, name: str = "page", language: str = "en"
) -> Outcome:
    page = SavedPage(name, "text/html", language, Path("none"))
    return Outcome(page, Counter(ours), Counter(truth))


def folder_of(
    folder: Path, pages: Mapping[str, str], truth: Mapping[str, Mapping[str, int]]
) -> Path:
    """A folder of saved pages: name -> markup, and name -> counts."""
    (folder / "html").mkdir(parents=True)
    entries = [{"name": name, "content_type": "text/html", "language": "en"} for name in pages]
    (folder / "list.jsonl").write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    for name, markup in pages.items():
        (folder / "html" / f"{name}.html").write_text(markup, "utf-8")
    with gzip.open(folder / "truth.jsonl.gz", "wt", encoding="utf-8") as file:
        for name, counts in truth.items():
            file.write(json.dumps({"name": name, "counts": counts}) + "\n")
    return folder


def test_precision_recall_and_f1() -> None:
    score = outcome({"rose": 3, "tulip": 1}, {"rose": 1, "oak": 1}).score
    assert score == Score(found=1, counted=4, shown=2)
    assert (score.precision, score.recall) == (0.25, 0.5)
    assert score.f1 == pytest.approx(1 / 3)
    assert not score.exact


@pytest.mark.parametrize(
    ("score", "figures"),
    [
        (Score(0, 0, 0), (1, 1, 1)),
        (Score(0, 5, 0), (0, 0, 0)),
        (Score(0, 0, 5), (0, 0, 0)),
        (Score(7, 7, 7), (1, 1, 1)),
    ],
)
def test_pages_without_words(score: Score, figures: tuple[float, float, float]) -> None:
    assert (score.precision, score.recall, score.f1) == figures


def test_words_are_compared_as_the_ranking_sees_them() -> None:
    counts = {"Don’t": 1, "don't": 2, "STRASSE": 1, "Straße": 1, "e\u0301te": 1, "\u00e9te": 1}
    assert compared(counts) == {"don't": 3, "strasse": 2, "\u00e9te": 2}


def test_what_has_no_letter_is_not_compared() -> None:
    assert compared({"2024": 5, "-": 1, "_": 1, "٣": 1, "3D": 1, "½": 1, "木": 1}) == {
        "3d": 1,
        "½": 1,
        "木": 1,
    }


def test_micro_figures_are_of_all_words_and_macro_f1_is_of_pages() -> None:
    right = outcome({"rose": 98}, {"rose": 98})
    wrong = outcome({"rose": 1}, {"oak": 1}, language="fr")
    assert together([right.score, wrong.score]) == Score(98, 99, 99)
    rows = [line.split(" | ") for line in summary([right, wrong]).splitlines()]
    micro = f"{98 / 99:.4f}"
    assert rows[2] == ["| **all**", "2", micro, micro, micro, "0.5000", "1", "1 |"]
    assert [row[0] for row in rows[3:]] == ["| en", "| fr"]


def test_the_words_that_differ_with_the_furthest_off_first() -> None:
    found = outcome({"a": 1, "b": 9, "c": 4}, {"a": 1, "c": 5, "d": 2}).differences()
    assert found == [("b", 9, 0), ("d", 0, 2), ("c", 4, 5)]


def test_the_report_names_the_worst_pages_and_their_words() -> None:
    outcomes = [
        outcome({"rose": 1}, {"rose": 1}, name="exact"),
        outcome({"rose": 1, "a|b": 1}, {"rose": 1}, name="nearly"),
        outcome({"x": 1, "y": 1, "z": 1}, {}, name="worst"),
    ]
    text = report(outcomes, worst=5, words=2, every_page=False)
    assert text.startswith("1 of 3 pages are exact.\n")
    assert "exact |" not in text.partition("### The worst pages")[2]
    assert text.index("| worst |") < text.index("| nearly |")
    assert "`x` 1/0, `y` 1/0, and 1 more |" in text
    assert "`a\\|b` 1/0 |" in text
    assert "| exact | 1.0000 |" in report(outcomes, worst=0, words=0, every_page=True)


def test_words_of_strangers_cannot_break_a_table() -> None:
    assert code("a`b|c\nd\x1b") == "`a'b\\|c\\u{a}d\\u{1b}`"
    assert code("x" * 1000) == f"`{'x' * 40}…`"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = {"one": "<p>Rose, rose<script>no", "two": "<p hidden>no</p>Tulip"}
    truth = {"two": {"Tulip": 1, "oak": 1}, "one": {"Rose": 1, "rose": 1}}
    main([str(folder_of(tmp_path / "pages", pages, truth)), "--per-page"])
    printed = capsys.readouterr().out
    assert printed.startswith("1 of 2 pages are exact.\n")
    assert "| one | 1.0000 | 1.0000 | 1.0000 | 2 | 2 |" in printed
    assert "| two | 0.6667 | 1.0000 | 0.5000 | 1 | 2 | `oak` 0/1 |" in printed


def test_a_page_that_is_refused_has_no_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_body: bytes, _content_type: str) -> None:
        raise PageError("too_complex")

    monkeypatch.setattr(accuracy, "count_page", refuse)
    main([str(folder_of(tmp_path / "pages", {"one": "<p>Rose"}, {"one": {"Rose": 1}}))])
    assert "| one (too_complex) | 0.0000 |" in capsys.readouterr().out


def test_a_folder_that_is_none_of_pages_is_told(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="there is no such folder"):
        main([str(tmp_path / "none")])
    with pytest.raises(SystemExit, match=r"it has no list\.jsonl"):
        main([str(tmp_path)])
    pages = folder_of(tmp_path / "pages", {"one": "<p>Rose"}, {})
    with pytest.raises(SystemExit, match="has no truth for one"):
        main([str(pages)])
    (pages / "truth.jsonl.gz").write_bytes(b"plain")
    with pytest.raises(SystemExit, match=r"its truth\.jsonl\.gz cannot be read"):
        main([str(pages)])
    (pages / "html" / "one.html").unlink()
    with pytest.raises(PagesError, match="it is not there"):
        saved_pages(pages)
    (pages / "list.jsonl").write_text("{}\n")
    with pytest.raises(PagesError, match=r"its list\.jsonl is not as docs/BENCH\.md says"):
        saved_pages(pages)
