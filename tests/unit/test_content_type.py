"""The Content-Type header, as strangers send it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordcount.content_type import charset_of, media_type_of


@pytest.mark.parametrize(
    ("header", "media_type", "charset"),
    [
        (None, "", None),
        ("", "", None),
        ("Text/HTML", "text/html", None),
        ("text/html;charset=UTF-8", "text/html", "UTF-8"),
        ("text/html; x=1; Charset = 'utf-8'", "text/html", "utf-8"),
        ('text/html; charset="windows-1251"; y', "text/html", "windows-1251"),
        ("text/html; charset=", "text/html", None),
        ("text/html; charset*=y; charset*0=y", "text/html", None),
        ("text/plain, text/plain", "text/plain", None),
        ("text/plain; charset=utf-8, text/plain", "text/plain", "utf-8"),
    ],
)
def test_its_parts(header: str | None, media_type: str, charset: str | None) -> None:
    assert media_type_of(header) == media_type
    assert charset_of(header) == charset


@given(st.text())
def test_any_header_can_be_read(header: str) -> None:
    assert isinstance(media_type_of(header), str)
    assert isinstance(charset_of(header), str | None)
