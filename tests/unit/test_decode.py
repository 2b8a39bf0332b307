"""Encodings as browsers choose them, and text as browsers decode it."""

import pytest
import webencodings
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from webencodings.labels import LABELS

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


# As the Encoding standard says and, but for the first of Hong Kong, Chromium does. Most are
# cases in which Python's codecs do otherwise.
@pytest.mark.parametrize(
    ("charset", "as_hex", "text"),
    [
        ("utf-8", "eda08041", "\ufffd\ufffd\ufffdA"),
        ("utf-8", "f0908041c0af", "\ufffdA\ufffd\ufffd"),
        ("utf-16le", "3dd800de00d84100", "\U0001f600\ufffdA"),
        ("utf-16be", "d83dde000041", "\U0001f600A"),
        # Two bytes that Python takes for one bad byte and the first half of a character.
        ("gbk", "a3a0b0a1", "\u3000啊"),
        ("gbk", "80ff41", "€\ufffdA"),
        ("gbk", "8130813041", "\x80A"),
        ("gb18030", "9030813041", "\U00010000A"),
        ("gb18030", "8431a53941", "\ufffdA"),
        ("gb18030", "813081ff41", "\ufffd0\ufffdA"),
        ("gb18030", "a6d9fe59", "\ufe10\u9fb4"),
        # Characters of NEC and of IBM, and a byte that only half a character can begin with.
        ("shift_jis", "8740fa40", "①ⅰ"),
        ("shift_jis", "81ad41", "\ufffdA"),
        ("shift_jis", "813081", "\ufffd0\ufffd"),
        ("shift_jis", "80a0fdb1", "\x80\ufffd\ufffdｱ"),
        ("euc-jp", "8fb0a18eb1ada1", "丂ｱ①"),
        ("euc-jp", "a141", "\ufffdA"),
        ("iso-2022-jp", "1b2442467c1b284241", "日A"),
        ("iso-2022-jp", "1b28495c311b284a5c", "ﾜｱ¥"),
        ("iso-2022-jp", "1b284ab11b2849b1", "\ufffd\ufffd"),
        # The characters that windows-949 has more than EUC-KR.
        ("euc-kr", "8141c8fe41", "갂힝A"),
        ("euc-kr", "813141", "\ufffd1A"),
        # Those of Hong Kong, two of them in two code points.
        ("big5", "8740a140", "䏰\u3000"),
        ("big5", "88628866", "Ê\u0304Ê"),
        ("big5", "813041", "\ufffd0A"),
        ("windows-1250", "81", "\x81"),
        ("windows-1251", "98a8", "\x98Ё"),
        ("windows-1252", "80818d9f", "€\x81\x8dŸ"),
        ("windows-1253", "c1aaff", "Α\ufffd\ufffd"),
        ("windows-1254", "8ef0", "\x8eğ"),
        ("windows-1255", "e0d9ca", "א\ufffd\u05ba"),
        ("windows-1256", "c781", "اپ"),
        ("windows-1257", "e081", "ą\x81"),
        ("windows-1258", "c3d2", "Ă\u0309"),
        ("windows-874", "80a1db81", "€ก\ufffd\x81"),
        ("iso-8859-2", "b1", "ą"),
        ("iso-8859-6", "a1c7", "\ufffdا"),
        ("iso-8859-7", "a4e1", "€α"),
        ("iso-8859-8-i", "e0", "א"),
        ("iso-8859-15", "a4", "€"),
        ("iso-8859-16", "a4", "€"),
        ("ibm866", "80f0", "АЁ"),
        ("koi8-r", "c1ae", "а╝"),
        ("koi8-u", "aebe", "ўЎ"),
        ("macintosh", "8adb", "ä€"),
        ("x-mac-cyrillic", "80ff", "А€"),
        ("x-user-defined", "80ff41", "\uf780\uf7ffA"),
        ("replacement", "414243", "\ufffd"),
    ],
)
def test_decodes_as_browsers_do(charset: str, as_hex: str, text: str) -> None:
    body = bytes.fromhex(as_hex)
    assert decode(body, f"text/html; charset={charset}") == (text, charset)


@pytest.mark.parametrize(
    ("label", "charset"),
    [
        ("ISO-8859-1", "windows-1252"),
        ("us-ascii", "windows-1252"),
        ("iso-8859-9", "windows-1254"),
        ("tis-620", "windows-874"),
        ("gb2312", "gbk"),
        ("x-sjis", "shift_jis"),
        ("ks_c_5601-1987", "euc-kr"),
        ("big5-hkscs", "big5"),
        ("utf-16", "utf-16le"),
        ("iso-2022-kr", "replacement"),
    ],
)
def test_labels_mean_what_browsers_mean_by_them(label: str, charset: str) -> None:
    assert decode(b"", f"text/html; charset={label}") == ("", charset)


META = b"<meta charset=koi8-r>"
LONG = b"<!--" + b"x" * 100_000 + b"-->"


# As Chromium does; what is UTF-8 here, it guesses to be windows-1252.
@pytest.mark.parametrize(
    ("page", "charset"),
    [
        (META, "koi8-r"),
        (b"<META CHARSET=' KOI8-R '/>", "koi8-r"),
        (b"<meta charset=koi8-r><meta charset=gbk>", "koi8-r"),
        (b"<meta charset=nonsense><meta charset>" + META, "koi8-r"),
        (b"<p>" + META, "koi8-r"),
        (b"<noscript>" + META + b"</noscript>", "koi8-r"),
        # What else it may look like.
        (b"<meta content='a; charset=koi8-r' http-equiv=content-type>", "koi8-r"),
        (b"<meta http-equiv=Content-Type content='CHARSET = \"koi8-r\"; a'>", "koi8-r"),
        (b"<meta http-equiv=Content-Type content='charset=gbk' charset=koi8-r>", "koi8-r"),
        (b"<meta http-equiv=Content-Type content='charset=koi8-r,a'>", "utf-8"),
        (b"<meta http-equiv=Content-Type content='charset'>", "utf-8"),
        (b"<meta name=a content='text/html; charset=koi8-r'>", "utf-8"),
        (b"<meta http-equiv=refresh content='0; charset=koi8-r'>", "utf-8"),
        (b"<meta data-charset=koi8-r>", "utf-8"),
        # What only looks like it.
        (b"<!--" + META + b"-->", "utf-8"),
        (b"<script>'" + META + b"'</script>", "utf-8"),
        (b"<style>" + META + b"</style>", "utf-8"),
        (b"<title>" + META + b"</title>", "utf-8"),
        (b"<p title='" + META + b"'>", "utf-8"),
        (META.removesuffix(b">"), "utf-8"),
        # How far into the page.
        (b"<p>" + b"x" * (1023 - 3) + META, "koi8-r"),
        (b"<p>" + b"x" * (1024 - 3) + META, "utf-8"),
        (b"<p>" + LONG + META, "utf-8"),
        (b"<head>" + LONG + META, "koi8-r"),
        (LONG + b"<noscript><link></noscript>" + META + b"<p>" + LONG, "koi8-r"),
        (b"<script>'<p>'" + LONG + b"</script><title><p></title>" + META, "koi8-r"),
        (LONG + b"<body>" + META, "utf-8"),
        (LONG + b"<noscript><img></noscript>" + META, "utf-8"),
        (LONG + LONG + b"<frameset>" + META, "utf-8"),
        # Declarations of XML: only at the very start, and <meta> goes first.
        (b"<?xml version='1.0' encoding='koi8-r'?><p>", "koi8-r"),
        (b"<?xml version='1.0'\n encoding = \"koi8-r\" ?>", "koi8-r"),
        (b"<?xml version='1.0' encoding='gbk'?>" + META, "koi8-r"),
        (b"<?xml version='1.0' encoding='koi8-r'?><meta charset=nonsense>", "koi8-r"),
        (b"<?xml version='1.0' encoding='nonsense'?>", "utf-8"),
        (b"<?xml version='1.0'?><p encoding='koi8-r'>", "utf-8"),
        (b" <?xml version='1.0' encoding='koi8-r'?>", "utf-8"),
        (b"<?xml", "utf-8"),
        # What cannot be meant.
        (b"<meta charset=utf-16>", "utf-8"),
        (b"<meta charset=utf-16be>", "utf-8"),
        (b"<?xml version='1.0' encoding='utf-16'?>", "utf-8"),
        (b"<meta charset=x-user-defined>", "windows-1252"),
        (b"<?xml version='1.0' encoding='x-user-defined'?>", "x-user-defined"),
        ("<?xml version='1.0'?><p>".encode("utf-16-le"), "utf-16le"),
        ("<?xml version='1.0'?><p>".encode("utf-16-be"), "utf-16be"),
    ],
    ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else None,
)
def test_what_the_page_declares(page: bytes, charset: str) -> None:
    assert decode(page, "text/html")[1] == charset


@pytest.mark.parametrize(
    ("content_type", "page", "charset"),
    [
        (None, META, "koi8-r"),
        ("text/html; charset=nonsense", META, "koi8-r"),
        ("text/plain", META, "utf-8"),
        ("text/plain", b"<?xml version='1.0' encoding='koi8-r'?>", "utf-8"),
        ("application/xhtml+xml", META, "utf-8"),
        ("application/xhtml+xml", b"<?xml version='1.0' encoding='koi8-r'?>", "koi8-r"),
    ],
)
def test_where_a_declaration_counts(content_type: str | None, page: bytes, charset: str) -> None:
    assert decode(page, content_type)[1] == charset


def test_a_page_is_read_as_it_declares() -> None:
    page = f'<meta charset="windows-1251">{RUSSIAN}'
    assert decode(page.encode("cp1251")) == (page, "windows-1251")


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


def test_only_one_mark_is_taken_away() -> None:
    assert decode(b"\xef\xbb\xbf\xef\xbb\xbfA") == ("\ufeffA", "utf-8")


@pytest.mark.parametrize(
    ("page", "most"),
    [
        pytest.param(b"<link>" * 100_000, 5, id="a long head"),
        pytest.param(b"<p>One" * 100_000, 1, id="a long body"),
    ],
)
def test_a_page_is_not_parsed_over_and_over(
    page: bytes, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[bytes] = []

    def parser(body: bytes, *, scripting: bool) -> LexborHTMLParser:
        parsed.append(body)
        return LexborHTMLParser(body, scripting=scripting)

    monkeypatch.setattr("wordcount.decode.LexborHTMLParser", parser)
    assert decode(page) == (page.decode(), "utf-8")
    assert 1 <= len(parsed) <= most


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


@given(st.sampled_from(sorted(set(LABELS.values()))), st.binary(max_size=60))
def test_any_bytes_are_text_that_can_be_stored(charset: str, body: bytes) -> None:
    text, _ = decode(b"<p>" + body, f"text/html; charset={charset}")
    assert text.encode()
