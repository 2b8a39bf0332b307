"""The parts of NLTK that are used here, without all the others.

``import nltk`` loads 270 modules, chat robots and parsers among them, and takes a third of a second
and 16 MB in each worker and web process; for its packages load all of theirs. Here they load what
is asked for: a package's own code runs when somebody wants of it what is no module.
"""

import sys
from importlib import import_module, reload
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

#: The language data of NLTK that is part of this project, so that every machine counts alike and
#: nothing has to be downloaded.
NLTK_DATA = Path(__file__).parent.parent / "nltk_data"


class _Package(ModuleType):
    """A package whose own code has not been run."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if find_spec(f"{self.__name__}.{name}"):
            return import_module(f"{self.__name__}.{name}")
        self.__class__ = ModuleType  # type: ignore[assignment]  # from here on it is as any other
        return getattr(reload(self), name)


def _begin(package: str) -> None:
    """Make a package known; if somebody has loaded it already, it stays as it is."""
    if package in sys.modules:
        return
    spec = find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(package)
    module = module_from_spec(spec)
    module.__class__ = _Package
    sys.modules[package] = module


for _package in ("nltk", "nltk.metrics", "nltk.tokenize"):
    _begin(_package)

# ruff: noqa: E402 -- only now
from nltk.metrics.association import BigramAssocMeasures
from nltk.tabdata import PunktDecoder
from nltk.tokenize.punkt import PunktLanguageVars, PunktParameters, PunktSentenceTokenizer

__all__ = [
    "NLTK_DATA",
    "BigramAssocMeasures",
    "PunktDecoder",
    "PunktLanguageVars",
    "PunktParameters",
    "PunktSentenceTokenizer",
]
