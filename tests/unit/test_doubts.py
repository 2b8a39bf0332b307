"""Why the figures of a page may mislead. Further rules, by example: test_counting_rules.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordcount import count_page, doubt_signs
from wordcount.doubts import ENOUGH, FEW, HEAVY, Doubt, doubts_of, is_other_host

URL = "https://example.com/garden"
#: Of as many words as make a page that is not short, and of as many as an article has.
SHORT = "<p>" + "The keeper planted a garden behind the wall. " * 10
ARTICLE = SHORT * 5
SCRIPTS = "<script src=/jquery.js></script><script>var started = true;</script>"
BANNER = (
    "<div>We use cookies to improve your experience. By clicking Accept all you agree to the use of"
    " cookies. <button>Accept all</button> <button>Reject all</button> Privacy</div>"
)


def found(page: str, url: str = URL) -> list[Doubt]:
    """The doubts of a page."""
    body = f"<!doctype html><html><meta charset=utf-8>{page}".encode()
    counted = count_page(body)
    return doubts_of(body, counted.text, counted.title, counted.total_words, url)


APPLICATIONS = {
    "react": "<noscript>You need to enable JavaScript to run this app.</noscript>"
    '<div id="root"></div><script defer src="/static/js/main.5f2c.js"></script>',
    "vue": "<title>Garden</title><div id=app></div><script type=module src=/a.js></script>",
    "angular": "<app-root></app-root><script src=main.js type=module></script>",
    "next": '<div id="__next" class="a b"> </div><script src="/_next/a.js"></script>',
    "heavy": "<p>About Press Copyright Contact us Creators Advertise Developers Terms How it works"
    f"<script>var state = '{'x' * HEAVY}'</script>",
    "no words": "<canvas></canvas><SCRIPT>draw()</SCRIPT>",
    "asks in German": "<p>Bitte aktivieren Sie JavaScript, um den Garten zu sehen.",
    "asks in French": "<p>Veuillez activer JavaScript pour continuer.",
    "asks in Russian": "<p>Включите JavaScript в настройках браузера.",
    "asks in Japanese": "<p>JavaScriptを有効にしてください。",
    "asks in Chinese": "<p>请启用 JavaScript 后再继续访问。",
}


@pytest.mark.parametrize("page", APPLICATIONS.values(), ids=APPLICATIONS)
def test_a_page_that_scripts_build(page: str) -> None:
    assert found(page) == [Doubt.BUILT_BY_SCRIPT]
    assert found(page + SHORT) == []


CONSENT = {
    "en": BANNER,
    "de": "<p>Wir verwenden Cookies. Mit Ihrer Einwilligung messen wir Besuche. Alle akzeptieren"
    " Ablehnen Datenschutz",
    "es": "<p>Usamos cookies para mejorar su visita. Aceptar todo Rechazar Política de privacidad",
    "it": "<p>Questo sito usa i cookie. Accetta tutti Rifiuta Preferenze Privacy",
    "pl": "<p>Używamy plików cookie. Akceptuję Odrzuć Polityka prywatności",
    "nl": "<p>Wij gebruiken cookies. Alles accepteren Weigeren Privacy",
    "sv": "<p>Vi använder kakor. Godkänn alla Avvisa Om kakor och samtycke",
    "cs": "<p>Používáme soubory cookie. Přijmout vše Odmítnout Ochrana soukromí",
    "ru": "<p>Мы используем файлы cookie. Принять все Отклонить Политика конфиденциальности",
    "tr": "<p>Çerez kullanıyoruz. Kabul et Reddet Çerez ayarları Gizlilik",
    "el": "<p>Χρησιμοποιούμε cookies. Αποδοχή όλων Απόρριψη Πολιτική απορρήτου",
    "ja": "<p>クッキーを使用します。同意する 拒否 プライバシー",
    "zh": "<p>本网站使用 Cookie。同意 拒绝 隐私政策",
    "ko": "<p>쿠키를 사용합니다. 동의 거부 개인정보",
    "ar": "<p>نستخدم ملفات تعريف الارتباط. قبول الكل رفض سياسة الخصوصية",
}


@pytest.mark.parametrize("page", CONSENT.values(), ids=CONSENT)
def test_a_page_that_only_asks_for_consent(page: str) -> None:
    assert found(page) == [Doubt.CONSENT]
    assert found(page + SHORT * 2) == []


ROBOTS = {
    "Cloudflare": "<title>Just a moment...</title><noscript>Enable JavaScript</noscript>"
    "<script>window._cf_chl_opt = {}</script>",
    "Cloudflare in German": "<title>Nur einen Moment…</title><p>Die Sicherheit wird überprüft.",
    "Anubis": "<title>Making sure you&#39;re not a bot!</title>" + SHORT,
    "typographic": "<title>Making sure you’re not a bot!</title>" + SHORT,
    "DataDome": "<title>example.com</title><p>Please wait<script data-cfasync=false>var dd={}"
    "</script><script src=https://ct.captcha-delivery.com/c.js></script>"
    "<iframe src=https://geo.captcha-delivery.com/captcha/></iframe>",
    "Imperva": '<iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=9">Request</iframe>',
    "asks in French": "<p>Veuillez confirmer que vous n’êtes pas un robot.",
    "asks in Spanish": "<p>Confirma que no eres un robot",
    "asks in Russian": "<p>Подтвердите, что вы не робот",
    "asks in Japanese": "<p>私はロボットではありません",
    "asks in Chinese": "<p>请完成安全验证后继续访问",
}


@pytest.mark.parametrize("page", ROBOTS.values(), ids=ROBOTS)
def test_a_page_that_checks_for_robots(page: str) -> None:
    assert found(page) == [Doubt.ROBOT_CHECK]
    assert found(page + ARTICLE) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://accounts.example.com/v3/identifier",
        "https://LOGIN.example.com/",
        "https://example.com/login",
        "https://example.com/users/sign_in?next=/garden",
        "https://example.com/wp-login.php",
        "https://example.com/de/Anmelden/",
    ],
)
def test_an_address_at_which_people_log_in(url: str) -> None:
    assert found(SHORT, url) == [Doubt.LOG_IN]
    assert found(ARTICLE, url) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://consent.example.com/m?continue=x",
        "https://consent.example.com/v2/collectConsent?sessionId=1",
        "https://guce.example.com/",
        "https://example.com/cookiewall/?to=/garden",
        "https://example.com/CONSENT",
    ],
)
def test_an_address_that_asks_for_consent(url: str) -> None:
    assert found(SHORT, url) == [Doubt.CONSENT]
    assert found(ARTICLE, url) == []


ORDINARY = {
    "with a banner": (ARTICLE + BANNER + SCRIPTS, URL),
    "with a form": (SHORT + '<form><input type="password"></form>' + SCRIPTS, URL),
    "with a link": (SHORT + '<a href="/login">Log in</a>', URL),
    "short, with a banner": (SHORT + BANNER + SCRIPTS, URL),
    "a recipe": ("<h1>Cookies</h1><p>Cookies for ten. Bake the cookies, eat the cookies.", URL),
    "about cookies": ("<h1>Ten cookies that everybody likes</h1>" + SHORT, URL),
    "about JavaScript": ("<h1>Interactive JavaScript</h1><p>A course in ten parts.", URL),
    "about passwords": ('<p>Write <code>&lt;input type="password"></code> for it.', URL),
    "with pictures": ("<img src=a.jpg><img src=b.jpg>", URL),
    "with search data": ('<p>Two words<script type="application/ld+json">{}</script>', URL),
    "small": ("<h1>The garden by the sea</h1><p>Open every day, roses for all." + SCRIPTS, URL),
    "in a moment": ("<title>Un instant de bonheur</title>" + SHORT, URL),
    "protected": (SHORT + "<p>This site is protected by reCAPTCHA.", URL),
    "in a folder": (SHORT, "https://example.com/blog/logins-and-cookies"),
    "of a short name": (SHORT, "https://login.com/"),
    "empty": ("", URL),
}


@pytest.mark.parametrize(("page", "url"), ORDINARY.values(), ids=ORDINARY)
def test_an_ordinary_page_is_not_doubted(page: str, url: str) -> None:
    assert found(page, url) == []


def test_an_application_that_asks_to_log_in_is_both() -> None:
    page = '<div id="root"></div><script src=/a.js></script>'
    assert found(page, "https://example.com/login") == [Doubt.LOG_IN, Doubt.BUILT_BY_SCRIPT]
    form = f"{page}<form><INPUT name=a><INPUT name=b TYPE='password'></form>"
    assert found(form) == [Doubt.LOG_IN, Doubt.BUILT_BY_SCRIPT]


def test_how_many_words_are_few() -> None:
    field = b'<input type="password">'
    assert doubts_of(field, "", "", FEW - 1, URL) == [Doubt.LOG_IN]
    assert doubts_of(field, "", "", FEW, URL) == []
    assert doubts_of(b"", "", "Access denied", ENOUGH - 1, URL) == [Doubt.ROBOT_CHECK]
    assert doubts_of(b"", "", "Access denied", ENOUGH, URL) == []


@pytest.mark.parametrize(
    "piece",
    [
        b"<script", b"<script>", b"</script", b"<noscript", b"<input type ", b" id=root ",
        b' id="root"> ', b"<app-root ", b"type=    ", b"\0", b"<", b"\xff\xfe",
    ],
    ids=range(12),
)  # fmt: skip
def test_large_pages_of_nothing_but_beginnings(piece: bytes) -> None:
    # Half an hour, if one of the expressions went back and forth.
    body = piece * (10_000_000 // len(piece))
    found = doubts_of(body, "cookie" * 1_000_000, "x" * 1_000_000, 1, URL + "/a" * 1_000_000)
    assert set(found) <= {Doubt.BUILT_BY_SCRIPT}


@given(
    st.binary(max_size=200), st.text(max_size=50), st.text(max_size=50), st.integers(0, 400),
    st.one_of(st.text(max_size=50), st.text(max_size=50).map("http://[{}".format)),
)  # fmt: skip
def test_whatever_there_is_it_is_a_list_of_doubts(
    body: bytes, text: str, title: str, total_words: int, url: str
) -> None:
    found = doubts_of(body, text, title, total_words, url)
    assert found == sorted(set(found), key=[Doubt.LOG_IN, *Doubt].index)


def test_signs_are_written_as_they_are_looked_for() -> None:
    texts = [
        *doubt_signs.ROBOT_TITLES, *doubt_signs.ROBOT_PHRASES, *doubt_signs.CONSENT_WORDS,
        *doubt_signs.CHOICES, *doubt_signs.SWITCH_ON,
    ]  # fmt: skip
    assert [text for text in texts if text != text.casefold() or "’" in text] == []
    assert [title for title in doubt_signs.ROBOT_TITLES if title != title.rstrip(" .!?…")] == []
    assert [mark for mark in doubt_signs.ROBOT_MARKS if mark != mark.lower()] == []


@pytest.mark.parametrize("words", [doubt_signs.CONSENT_WORDS, doubt_signs.CHOICES], ids=["a", "b"])
def test_no_word_is_counted_twice(words: tuple[str, ...]) -> None:
    assert [
        (word, other) for word in words for other in words if word != other and word in other
    ] == []
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("url", "final_url", "is_other"),
    [
        ("https://example.com/", "https://example.com/garden", False),
        ("http://example.com/", "https://www.example.com/", False),
        ("http://www.example.com/", "http://EXAMPLE.com:8080/", False),
        ("https://example.com/", "https://m.example.com/", True),
        ("https://example.com/", "https://example.org/", True),
        ("https://www.example.com/", "https://www2.example.com/", True),
        ("https://[2001:db8::1]/", "https://[2001:DB8::1]:443/", False),
        ("https://example.com/", "http://[", True),
    ],
)
def test_another_host(url: str, final_url: str, is_other: bool) -> None:
    assert is_other_host(url, final_url) is is_other
    assert is_other_host(final_url, url) is is_other
