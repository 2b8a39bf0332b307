"""Texts and the URLs that they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordcount.errors import UrlError
from wordcount.url import MAX_CHARACTERS, read_url

READ = [
    # Without a scheme
    ("example.com", "http://example.com/"),
    ("example.com:8080/x", "http://example.com:8080/x"),
    ("example.com?q=http://a", "http://example.com/?q=http://a"),
    ("localhost:5000/static/sample.html", "http://localhost:5000/static/sample.html"),
    ("localhost:5000", "http://localhost:5000/"),
    ("localhost:5000?x", "http://localhost:5000/?x"),
    ("//example.com/x", "http://example.com/x"),
    ("127.0.0.1:80/x", "http://127.0.0.1/x"),
    # Scheme and host
    ("  https://example.com/x \n", "https://example.com/x"),
    ("HTTPS://X", "https://x/"),
    ("HtTp://ExAmPlE.CoM/PaTh", "http://example.com/PaTh"),
    ("http://foo_bar.example.com/", "http://foo_bar.example.com/"),
    ("http://-a.example/", "http://-a.example/"),
    ("http://example.com./", "http://example.com./"),
    ("http://ex%61mple.com/", "http://example.com/"),
    # Ports
    ("http://example.com:80/", "http://example.com/"),
    ("https://example.com:443/", "https://example.com/"),
    ("https://example.com:80/", "https://example.com:80/"),
    ("http://example.com:/", "http://example.com/"),
    ("http://example.com:0080/", "http://example.com/"),
    ("http://example.com:65535/", "http://example.com:65535/"),
    # What is copied along and not seen
    ("\ufeffhttps://example.com/x", "https://example.com/x"),
    ("\u200b http://example.com/x\u200b\u2060\n", "http://example.com/x"),
    ("\u202ahttp://example.com/\u202c", "http://example.com/"),
    # Host names of every script
    ("http://i❤.ws/", "http://xn--i-7iq.ws/"),
    ("http://☃.net/", "http://xn--n3h.net/"),
    ("http://💩.la/", "http://xn--ls8h.la/"),
    ("http://مثال.إختبار/", "http://xn--mgbh0fb.xn--kgbechtv/"),
    ("http://bücher.de/", "http://xn--bcher-kva.de/"),
    ("http://B\u00dcCHER.de/", "http://xn--bcher-kva.de/"),
    ("http://b%C3%BCcher.de/", "http://xn--bcher-kva.de/"),
    ("http://straße.de/", "http://xn--strae-oqa.de/"),
    ("日本語。jp/x", "http://xn--wgv71a119e.jp/x"),
    ("http://ｅｘａｍｐｌｅ．com/", "http://example.com/"),
    ("http://１２７．０．０．１/", "http://127.0.0.1/"),
    ("http://xn--bcher-kva.de/", "http://xn--bcher-kva.de/"),
    # IPv4 in every spelling
    ("http://2130706433/", "http://127.0.0.1/"),
    ("http://0x7f000001/", "http://127.0.0.1/"),
    ("http://0x7F.1/", "http://127.0.0.1/"),
    ("http://0177.0.0.1/", "http://127.0.0.1/"),
    ("http://017700000001/", "http://127.0.0.1/"),
    ("http://127.1:8080/", "http://127.0.0.1:8080/"),
    ("http://127.0.0.1./", "http://127.0.0.1/"),
    ("http://0/", "http://0.0.0.0/"),
    ("http://%31%32%37.1/", "http://127.0.0.1/"),
    ("http://1.2.3.4.example/", "http://1.2.3.4.example/"),
    # IPv6
    ("http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
    ("http://[::127.0.0.1]/", "http://[::7f00:1]/"),
    ("http://[::1]/", "http://[::1]/"),
    ("http://[::1]:8080/x", "http://[::1]:8080/x"),
    ("[::1]:8080/x", "http://[::1]:8080/x"),
    ("http://[2001:DB8:0:0::1]:80", "http://[2001:db8::1]/"),
    # Path, query, fragment
    ("http://example.com/x#top", "http://example.com/x"),
    ("http://example.com#top", "http://example.com/"),
    ("http://example.com?q=1", "http://example.com/?q=1"),
    ("http://example.com/a b?c d", "http://example.com/a%20b?c%20d"),
    ("http://example.com/é?q=Köln", "http://example.com/%C3%A9?q=K%C3%B6ln"),
    ("http://example.com/%c3%a9%2f?a=%26", "http://example.com/%C3%A9%2F?a=%26"),
    ("http://example.com/%7euser/%41?%2D", "http://example.com/~user/A?-"),
    ("http://example.com/100%?a=%zz", "http://example.com/100%25?a=%25zz"),
    ('http://example.com/"<>^`{|}', "http://example.com/%22%3C%3E%5E%60%7B%7C%7D"),
    ("http://example.com//a//b", "http://example.com//a//b"),
    ("http://example.com/a;b=1,2:@!$&'()*+~", "http://example.com/a;b=1,2:@!$&'()*+~"),
    ("http://example.com/?a=/?&b[]=+", "http://example.com/?a=/?&b[]=+"),
    ("http://example.com/a/./b/../c", "http://example.com/a/c"),
    ("http://example.com/../../a/..", "http://example.com/"),
    ("http://example.com/a/%2E%2e/b", "http://example.com/b"),
    ("http://example.com/...", "http://example.com/..."),
    ("http://example.com/\ud800", "http://example.com/%3F"),
]

REFUSED = [
    ("", "url_missing"),
    (" \t\r\n ", "url_missing"),
    ("\ufeff\u200b", "url_missing"),
    ("http://example.com/" + "a" * MAX_CHARACTERS, "url_too_long"),
    ("http://example.com/" + "é" * (MAX_CHARACTERS // 2), "url_too_long"),
    ("http://exam\tple.com/", "url_has_control_characters"),
    ("http://example.com/\nx", "url_has_control_characters"),
    ("http://example.com/\x00", "url_has_control_characters"),
    ("http://example.com/\x7f", "url_has_control_characters"),
    ("http://example.com/\x85x", "url_has_control_characters"),
    ("http:\\\\example.com\\x", "url_has_backslash"),
    ("http://good.example\\@evil.example/", "url_has_backslash"),
    ("ftp://example.com/", "url_scheme"),
    ("javascript:alert(1)", "url_scheme"),
    ("JavaScript://example.com/%0aalert(1)", "url_scheme"),
    ("mailto:someone@example.com", "url_scheme"),
    ("file:///etc/passwd", "url_scheme"),
    ("data:text/html,<p>x", "url_scheme"),
    ("gopher://127.0.0.1:6379/", "url_scheme"),
    ("a.b://example.com/", "url_scheme"),
    ("tel:123", "url_scheme"),
    ("SMS:5000", "url_scheme"),
    ("javascript:1", "url_scheme"),
    ("http://user:secret@example.com/", "url_has_credentials"),
    ("http://@example.com/", "url_has_credentials"),
    ("someone@example.com", "url_has_credentials"),
    ("http://", "url_host"),
    ("http:///x", "url_host"),
    ("http:example.com", "url_host"),
    ("/x", "url_host"),
    ("?x", "url_host"),
    ("#x", "url_host"),
    ("http://:80/", "url_host"),
    ("http://./", "url_host"),
    ("http://a..b/", "url_host"),
    ("http://example.com../", "url_host"),
    ("two words", "url_host"),
    ("http://exa mple.com/", "url_host"),
    ("http://a%2fb/", "url_host"),
    ("http://a%ffb/", "url_host"),
    ("http://a%00b/", "url_host"),
    ("http://a!b/", "url_host"),
    ("http://℀.com/", "url_host"),
    ("http://\ud800.com/", "url_host"),
    (f"http://{'a' * 64}.com/", "url_host"),
    (f"http://{'a.' * 127}com/", "url_host"),
    ("http://[::1/", "url_host"),
    ("http://[]/", "url_host"),
    ("http://[::1]x/", "url_host"),
    ("http://x[::1]/", "url_host"),
    ("http://[127.0.0.1]/", "url_host"),
    ("http://256.1.1.1/", "url_host"),
    ("http://1.2.3.4.5/", "url_host"),
    ("http://4294967296/", "url_host"),
    ("http://08.0.0.1/", "url_host"),
    ("http://example.1/", "url_host"),
    ("http://[v1.x]/", "url_host"),
    ("http://[fe80::1%25eth0]/", "not_public"),
    ("http://example.com:0/", "url_port"),
    ("http://example.com:65536/", "url_port"),
    ("http://example.com:-1/", "url_port"),
    ("http://example.com:abc/", "url_port"),
    ("http://example.com:８０/", "url_port"),
    ("http://example.com:1:2/", "url_port"),
    ("example.com:abc", "url_port"),
]


@pytest.mark.parametrize(("text", "url"), READ)
def test_reads(text: str, url: str) -> None:
    assert read_url(text) == url
    assert read_url(url) == url


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_refuses(text: str, code: str) -> None:
    with pytest.raises(UrlError) as caught:
        read_url(text)
    assert caught.value.code == code
    assert caught.value.detail


def test_the_longest_url_is_read() -> None:
    url = "http://example.com/".ljust(MAX_CHARACTERS, "a")
    assert read_url(url) == url


_anything = st.text(st.characters(exclude_categories=()))  # surrogates and controls as well
_url_like = st.text("ahtpHTTP:/?#[]@.%2eE1é\u3002\uff11\u00df\u200d \\;_-+0", max_size=40)
_with_host = st.builds(
    "http://{}{}{}".format,
    st.sampled_from(["a.example", "bücher.de", "[::1]", "a.example:8080", "a.example.", ""]),
    st.sampled_from(["/", "", "?", "#", ":", "/../"]),
    _anything,
)


@given(_anything | _url_like | _url_like.map("http://".__add__) | _with_host)
def test_one_reading_is_enough_and_only_url_errors_are_raised(text: str) -> None:
    try:
        url = read_url(text)
    except UrlError:
        return
    assert url.isascii()
    assert len(url) <= MAX_CHARACTERS
    assert url.startswith(("http://", "https://"))
    assert read_url(url) == url
