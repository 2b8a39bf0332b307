"""`make screenshots`, as far as it goes without servers and a browser."""

from pathlib import Path

import pytest

from dev import screenshots
from tests.support import PROJECT


def test_without_a_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert screenshots.main(["--to", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.err == "Chromium is missing. Install it: apt install chromium-headless-shell\n"
    assert said.out == ""


def test_without_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert screenshots.main(["--to", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err == f"There is no folder {tmp_path / 'none'}.\n"


def test_each_picture_is_there() -> None:
    """Each is taken by hand, so one that was never taken would not be missed."""
    names = {shot.name for shot in screenshots.SHOTS}
    assert names == {file.name for file in (PROJECT / "docs").glob("*.png")}
    for shot in screenshots.SHOTS:
        picture = (PROJECT / "docs" / shot.name).read_bytes()
        size = (int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big"))
        assert size == (shot.width, shot.height)
