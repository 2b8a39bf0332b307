"""Encodings as browsers choose them."""

import pytest
import webencodings
from hypothesis import given
from hypothesis import strategies as st

from wordcount.decode import decode

GERMAN = "Die Straße führt über die Brücke nach Köln, wo schöne Bäume blühen."
RUSSIAN = "Съешь ещё этих мягких французских булок, да выпей же чаю. " * 3
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 3
CHINESE = "今天公司一同合作共同文化。" * 4
FRENCH = "Déjà à Genève, les décès baissent. "
POLISH = "Zażółć gęślą jaźń, Łódź i łąka. "
THAI = "สวัสดีชาวโลก ยินดีต้อนรับสู่ประเทศไทย " * 3
KOREAN = "우리는 오늘 공원에 갔다. 날씨가 좋았다. " * 3


@pytest.mark.parametrize(
    ("body", "content_type", "charset"),
    [
        pytest.param(b"\xef\xbb\xbf" + GERMAN.encode(), "text/html", "utf-8", id="utf-8 mark"),
        pytest.param(
            b"\xff\xfe" + GERMAN.encode("utf-16-le"), None, "utf-16le", id="utf-16le mark"
        ),
        pytest.param(
            b"\xfe\xff" + GERMAN.encode("utf-16-be"), None, "utf-16be", id="utf-16be mark"
        ),
        pytest.param(
            b"\xef\xbb\xbf" + GERMAN.encode(),
            "text/html; charset=windows-1251",
            "utf-8",
            id="a mark beats the header",
        ),
        pytest.param(GERMAN.encode(), "text/html; charset=utf-8", "utf-8", id="header"),
        pytest.param(
            GERMAN.encode("cp1252"), 'text/html; charset="ISO-8859-1"', "windows-1252", id="label"
        ),
        pytest.param(GERMAN.encode(), "text/html; charset=nonsense", "utf-8", id="unknown label"),
        pytest.param(GERMAN.encode(), None, "utf-8", id="valid utf-8"),
    ],
)
def test_encodings(body: bytes, content_type: str | None, charset: str) -> None:
    assert decode(body, content_type) == (GERMAN, charset)


def test_the_header_beats_what_the_page_declares() -> None:
    page = f'<meta charset="windows-1252">{RUSSIAN}'
    assert decode(page.encode("koi8-r"), "text/html; charset=koi8-r") == (page, "koi8-r")


@pytest.mark.parametrize(
    ("meta", "python_codec", "charset"),
    [
        ('<meta charset="windows-1251">', "cp1251", "windows-1251"),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">',
            "koi8-r",
            "koi8-r",
        ),
        ('<meta charset="utf-16">', "utf-8", "utf-8"),
    ],
)
def test_what_the_page_declares(meta: str, python_codec: str, charset: str) -> None:
    page = meta + RUSSIAN
    assert decode(page.encode(python_codec)) == (page, charset)


@pytest.mark.parametrize(
    ("text", "python_codec", "charset"),
    [
        (RUSSIAN, "cp1251", "windows-1251"),
        (JAPANESE, "shift_jis", "shift_jis"),
        (JAPANESE, "euc_jp", "euc-jp"),
        (KOREAN, "euc_kr", "euc-kr"),
        (CHINESE, "gbk", "gb18030"),
        (CHINESE, "big5", "big5"),
        (GERMAN, "cp1252", "windows-1252"),
        (FRENCH, "cp1252", "windows-1252"),
        (POLISH, "iso8859-2", "iso-8859-2"),
    ],
)
def test_undeclared_pages_are_guessed(text: str, python_codec: str, charset: str) -> None:
    assert decode(text.encode(python_codec)) == (text, charset)


def test_invalid_bytes_become_replacement_characters() -> None:
    assert decode(b"caf\xe9!", "text/html; charset=utf-8") == ("caf\ufffd!", "utf-8")


def test_no_bytes_at_all() -> None:
    assert decode(b"") == ("", "utf-8")


def test_thai_in_the_encoding_that_only_python_calls_cp874() -> None:
    assert decode(THAI.encode("cp874")) == (THAI, "windows-874")


@given(st.binary(max_size=400))
def test_any_bytes_have_an_encoding(body: bytes) -> None:
    text, charset = decode(body)
    assert isinstance(text, str)
    assert webencodings.lookup(charset)
