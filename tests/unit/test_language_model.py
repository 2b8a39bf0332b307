"""The file in which the model of the languages is kept."""

from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from wordcount.language_model import language_model

SENTENCE = "Der Wärter des Leuchtturms pflanzte hinter der Mauer einen Garten.".encode()


@pytest.fixture(scope="module")
def original() -> LanguageIdentifier:
    """The model as py3langid itself loads it."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    yield tmp_path / "wordcount"
    for file in tmp_path.glob("wordcount/*"):  # 70 MB each, and pytest keeps the folder
        file.unlink()


def check_same(model: LanguageIdentifier, original: LanguageIdentifier) -> None:
    assert numpy.array_equal(model.nb_ptc, original.nb_ptc)
    assert numpy.array_equal(model.nb_pc, original.nb_pc)
    assert bytes(model.tk_nextmove) == original.tk_nextmove.tobytes()
    assert list(model.tk_output) == list(original.tk_output)
    assert list(model.tk_row) == list(original.tk_row)
    assert list(model._rowbase) == original._rowbase
    assert model.rank(SENTENCE) == original.rank(SENTENCE)


def test_it_is_made_once(cache: Path, original: LanguageIdentifier) -> None:
    check_same(language_model(), original)
    (made,) = cache.iterdir()
    before = made.stat()
    check_same(language_model(), original)
    (kept,) = cache.iterdir()
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert (cache.stat().st_mode & 0o777, before.st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize("damage", ["a byte", "the end"])
def test_what_is_damaged_is_made_anew(
    cache: Path, original: LanguageIdentifier, damage: str
) -> None:
    language_model()
    (made,) = cache.iterdir()
    whole = made.read_bytes()
    with made.open("r+b") as file:
        if damage == "a byte":
            file.seek(len(whole) // 2)
            file.write(bytes([whole[len(whole) // 2] ^ 1]))
        else:
            file.truncate(len(whole) - 5000)
    check_same(language_model(), original)
    assert made.read_bytes() == whole


@pytest.mark.parametrize("place", ["others may write there", "it is a file"])
def test_where_nothing_can_be_kept_it_is_made_each_time(
    cache: Path, original: LanguageIdentifier, place: str
) -> None:
    if place == "it is a file":
        cache.write_bytes(b"")
    else:
        cache.mkdir()
        cache.chmod(0o777)
    check_same(language_model(), original)
    assert cache.is_file() or not list(cache.iterdir())
