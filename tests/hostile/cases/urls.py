"""What is submitted: URLs that are none for us, and unusual ones that are."""

from tests.hostile.case import Case, finished

_LONG = 2_000

_REFUSED = {
    "url_missing": ["", " \t\r\n "],
    "url_too_long": [
        "http://127.0.0.1/".ljust(_LONG + 1, "a"),
        "http://127.0.0.1/" + "é" * (_LONG // 2),
    ],
    "url_has_control_characters": [
        "http://127.0.0.1\r\nX-Injected: yes/",
        "http://127.0.0.1/\nHost: 127.0.0.2",
        "http://127.0.0.1/\x00",
        "http://127.0.0.1\t:80/",
        "http://127.0.0.1/\x7f",
        "http://127.0.0.1/\x85x",
    ],
    "url_has_backslash": [
        "http:\\\\127.0.0.2\\",
        "http://127.0.0.1:{port}\\@127.0.0.2:{port}/",
    ],
    "url_scheme": [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "gopher://127.0.0.2:6379/_FLUSHALL",
        "dict://127.0.0.2:11211/stats",
        "ldap://127.0.0.2/",
        "ws://127.0.0.1/",
        "data:text/html,<p>Hello",
        "blob:http://127.0.0.1/x",
        "javascript:1",
        "javascript:alert(1)",
        "view-source:http://127.0.0.1/",
        "jar:http://127.0.0.1!/x",
        "tel:123",
        "sms:123",
        "mailto:someone@good.test",
        "about:blank",
    ],
    "url_has_credentials": [
        "http://user:secret@127.0.0.1/",
        "http://127.0.0.1:80@127.0.0.2/",
        "http://@127.0.0.1/",
        "http://127.0.0.1#@127.0.0.2:80@good.test/".replace("#", "%23"),
        "someone@good.test",
    ],
    "url_host": [
        "http://",
        "http:///etc/passwd",
        "http:127.0.0.1",
        "http://./",
        "http://good..test/",
        "http://good test/",
        "http://good%00.test/",
        "http://good%2ftest/",
        "http://good.test%ff/",
        "http://\ud800.test/",
        "http://good<.test/",
        "http://℀.test/",
        f"http://{'a' * 64}.test/",
        f"http://{'a.' * 127}test/",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "http://4294967296/",
        "http://0x100000000/",
        "http://08.0.0.1/",
        "http://1.2.3.999/",
        "http://[::1/",
        "http://[]/",
        "http://[127.0.0.1]/",
        "http://[::1]x/",
        "http://[v1.fe80]/",
        "http://[1:2:3:4:5:6:7:8:9]/",
    ],
    "url_port": [
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:-80/",
        "http://127.0.0.1:+80/",
        "http://127.0.0.1:8o/",
        "http://127.0.0.1:８０/",
        "http://127.0.0.1:80:80/",
        "http://127.0.0.1:4294967376/",
    ],
    "not_public": [  # a zone names a wire of the machine that asks
        "http://[fe80::1%25lo]/",
        "http://[fe80::1%lo]/",
        "http://[::1%25lo]/",
        "http://[::ffff:127.0.0.1%25lo]/",
    ],
}

_READ = [
    "  {origin}/ \n",
    "{origin}",
    "127.0.0.1:{port}",
    "//127.0.0.1:{port}/",
    "HTTP://127.0.0.1:{port}/",
    "{origin}/a b?c d#e f",
    "{origin}/é?q=Köln",
    "{origin}/a/../../%2e%2e/b",
    "{origin}/%00",
    "{origin}/%0d%0aX-Injected:%20yes",
    "{origin}/\ud800",
    "{origin}/<script>alert(1)</script>",
    "{origin}/#@127.0.0.2/",
    "{origin}/?url=http://127.0.0.2:{port}/",
    "http://localhost:{port}/",
    "http://good.test:{port}/",
    "http://GOOD.TEST:{port}/",
    "http://good.test.:{port}/",
    "http://foo_bar.test:{port}/",
    "http://bücher.test:{port}/",
    "http://BÜCHER.test:{port}/",
    "http://b%C3%BCcher.test:{port}/",
    "http://xn--bcher-kva.test:{port}/",
    "http://日本語。test:{port}/",
    "http://straße.test:{port}/",
    "http://ｇｏｏｄ．ｔｅｓｔ:{port}/",
]


def _name(url: str) -> str:
    return ascii(url if len(url) < 80 else f"{url[:40]}... ({len(url)} characters)")[1:-1]


CASES = [
    *(
        Case(f"{code}: {_name(url)}", code, url=url, refused=True, connections=0)
        for code, urls in _REFUSED.items()
        for url in urls
    ),
    *(finished(f"read: {_name(url)}", url=url, connections=1) for url in _READ),
    # As long as may be: the origin of a port of five digits has 22 characters.
    finished("read: 2,000 characters", url="{origin}/" + "a" * (_LONG - 23), connections=1),
]
