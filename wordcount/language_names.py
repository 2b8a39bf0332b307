"""What people call a language."""

from functools import cache
from types import MappingProxyType

from babel import Locale

# Names of languages that wordcount.language tells apart and Babel's data does not have. The
# registry of language tags has them: https://www.iana.org/assignments/language-subtag-registry
_MORE = {
    "bcl": "Central Bikol",
    "fuv": "Nigerian Fulfulde",
    "gcf": "Guadeloupean Creole French",
    "gcr": "Guianese Creole French",
    "gom": "Goan Konkani",
    "gug": "Paraguayan Guaraní",
    "guw": "Gun",
    "hbo": "Ancient Hebrew",
    "kik": "Kikuyu",
    "uzs": "Southern Uzbek",
}


def language_name(code: str | None) -> str | None:
    """The English name of a language: ``German`` for ``de``.

    :param code: an ISO 639 code; one that has no name is shown as itself.
    """
    return None if code is None else _names().get(code, code)


@cache
def _names() -> MappingProxyType[str, str]:
    """Loading them takes some hundredths of a second, so it is done when they are needed."""
    return MappingProxyType({**Locale("en").languages, **_MORE})
