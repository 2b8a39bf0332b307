"""What the Content-Type header of a page says; it comes from a stranger, so nothing is refused."""

import re

# A quoted or a plain value (RFC 9110, section 5.6.6), wherever it stands, as browsers find it.
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"';,]+)""", re.IGNORECASE)


def media_type_of(content_type: str | None) -> str:
    """``text/html`` of ``Text/HTML; charset=utf-8``; empty without a header.

    Of a header that was sent twice, which arrives joined by a comma (RFC 9110, section 5.3), the
    first counts.
    """
    return re.split("[;,]", content_type or "", maxsplit=1)[0].strip().lower()


def charset_of(content_type: str | None) -> str | None:
    """The charset that the header names, as it is spelled there; None if it names none."""
    found = _CHARSET.search(content_type or "")
    return found[1] if found else None
