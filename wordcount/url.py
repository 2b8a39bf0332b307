"""What someone typed or a site redirected to -> the one spelling of that URL.

The form, the API and every redirect pass through :func:`read_url`, so that a page has the same
URL whichever way it came, and nothing can enter by one door that another would refuse.
"""

import ipaddress
import re
import socket
import unicodedata
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import idna

from wordcount.errors import UrlError

MAX_CHARACTERS = 2_000
DEFAULT_PORTS = {"http": 80, "https": 443}

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)")
#: `localhost:5000/x` looks like a scheme, but few schemes are followed by a number alone.
_PORT_AND_REST = re.compile(r"[0-9]+(?:[/?#].*)?")
#: Those that are: https://www.iana.org/assignments/uri-schemes
_BEFORE_NUMBERS = frozenset(
    "about blob callto cid data fax geo javascript mailto mid modem sip sips sms tel urn "
    "view-source".split()
)
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^\[\]:]*)(?::(.*))?")
#: As DNS has it (RFC 1035, section 2.3.4), plus the underscore that real hosts have.
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_MAX_HOST = 253
#: The last part of a host that can only be an IPv4 address: https://url.spec.whatwg.org/#ends-in-a-number-checker
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

_ENCODED = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile("[A-Za-z0-9._~-]")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
#: What may stand unencoded in a path (RFC 3986, section 3.3; brackets as browsers have them).
_PATH_SAFE = "%/:@!$&'()*+,;=[]"
_QUERY_SAFE = _PATH_SAFE + "?"
_DOTS = {".", ".."}


def read_url(text: str) -> str:
    """The normalised URL that a text means; reading the outcome again changes nothing.

    Follows RFC 3986, section 6.2 (syntax-based and scheme-based normalisation), and UTS #46 for
    host names in other scripts. A text without a scheme is taken as `http://`.

    :param text: as typed, pasted or received; white space around it does not matter.
    :returns: an ASCII URL `http(s)://host[:port]/path[?query]` of at most 2,000 characters.
    :raises UrlError: if it is not a URL that can be counted; the code says why.
    """
    text = _trimmed(text)
    _refuse_unreadable(text)
    scheme, authority, path, query, _fragment = _split(_with_scheme(text))
    if "@" in authority:
        raise UrlError("url_has_credentials")
    host, port = _host_and_port(authority)
    netloc = host if port in {None, DEFAULT_PORTS[scheme]} else f"{host}:{port}"
    path = _without_dot_segments(_encoded(path, _PATH_SAFE)) or "/"
    url = urlunsplit((scheme, netloc, path, _encoded(query, _QUERY_SAFE), ""))
    _refuse_long(url)  # encoding makes it longer
    return url


def _trimmed(text: str) -> str:
    """Without white space around it, and without the marks that nobody sees and copies along."""
    seen = [at for at, character in enumerate(text) if not _is_invisible(character)]
    return text[seen[0] : seen[-1] + 1] if seen else ""


def _is_invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cf"


def _refuse_unreadable(text: str) -> None:
    if not text:
        raise UrlError("url_missing")
    _refuse_long(text)
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise UrlError("url_has_control_characters")
    if "\\" in text:
        # Browsers read it as /, other programs as part of the host: two meanings are one too many.
        raise UrlError("url_has_backslash")


def _refuse_long(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise UrlError("url_too_long", limit=f"{MAX_CHARACTERS:,}")


def _with_scheme(text: str) -> str:
    if text.startswith("//"):
        return "http:" + text
    found = _SCHEME.fullmatch(text)
    if not found:
        return "http://" + text
    scheme = found[1].lower()
    if _PORT_AND_REST.fullmatch(found[2]) and scheme not in _BEFORE_NUMBERS:
        return "http://" + text
    if scheme in DEFAULT_PORTS:
        return text
    if "." in scheme and not found[2].startswith("//"):
        return "http://" + text  # a host with a bad port: no scheme in use has a dot
    raise UrlError("url_scheme", scheme=scheme)


def _split(text: str) -> tuple[str, str, str, str, str]:
    try:
        return tuple(urlsplit(text))  # type: ignore[return-value]  # it is a tuple of these five
    except ValueError:  # brackets that do not match, or a host that hides a delimiter
        raise UrlError("url_host") from None


def _host_and_port(authority: str) -> tuple[str, int | None]:
    found = _AUTHORITY.fullmatch(authority)
    if not found:
        raise UrlError("url_host")
    host = _ipv6(found[1]) if found[1].startswith("[") else _host_name(found[1])
    return host, _port(found[2] or "")


def _port(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise UrlError("url_port")
    return int(text)


def _ipv6(bracketed: str) -> str:
    try:
        address = ipaddress.IPv6Address(bracketed[1:-1])
    except ValueError:
        raise UrlError("url_host") from None
    if address.scope_id is not None:
        raise UrlError("not_public")  # a zone (RFC 4007) names a wire of the machine that asks
    if address.ipv4_mapped is not None:  # which Python 3.13 spells in another way than 3.12
        high, low = divmod(int(address.ipv4_mapped), 2**16)
        return f"[::ffff:{high:x}:{low:x}]"
    return f"[{address.compressed}]"


def _host_name(text: str) -> str:
    try:
        mapped = idna.uts46_remap(unquote(text, errors="strict"), std3_rules=False)
        labels = [
            label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
            for label in mapped.split(".")
        ]
    except UnicodeError:  # idna.IDNAError is one
        raise UrlError("url_host") from None
    named = labels[:-1] if labels[-1] == "" else labels  # one final dot: the root of DNS
    host = ".".join(labels)
    if len(host) > _MAX_HOST or not named or not all(map(_LABEL.fullmatch, named)):
        raise UrlError("url_host")
    return _ipv4(".".join(named)) if _NUMBER.fullmatch(named[-1]) else host


def _ipv4(text: str) -> str:
    """`2130706433`, `0x7f.1` and `0177.0.0.1` as 127.0.0.1, which is what browsers read there."""
    try:
        return socket.inet_ntoa(socket.inet_aton(text))
    except OSError:
        raise UrlError("url_host") from None


def _encoded(text: str, safe: str) -> str:
    """Percent-encoded as UTF-8 (RFC 3987, section 3.1), and what is encoded already in one way."""
    encoded = quote(_BARE_PERCENT.sub("%25", text), safe=safe, errors="replace")
    return _ENCODED.sub(_normal_escape, encoded)


def _normal_escape(found: re.Match[str]) -> str:
    """RFC 3986, section 6.2.2: capital digits, and none for what need not be encoded."""
    character = chr(int(found[1], 16))
    return character if _UNRESERVED.fullmatch(character) else found[0].upper()


def _without_dot_segments(path: str) -> str:
    """RFC 3986, section 5.2.4."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment not in _DOTS:
            kept.append(segment)
        elif segment == ".." and len(kept) > 1:  # the first is the nothing before the first slash
            kept.pop()
    if segments[-1] in _DOTS:
        kept.append("")
    return "/".join(kept)
