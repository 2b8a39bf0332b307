"""What is done before there is a job, so that whatever is loaded, made or read at its first use is
there for all forks."""

import gc
from collections.abc import Callable

from sqlalchemy.orm import configure_mappers

from transport.session import tls
from wordcount import count_text, read_page
from wordcount.doubts import doubts_of
from wordcount.evidence import evidence_of
from workers.pipeline import columns_of
from workers.resident import give_back_memory, let_go_of_files

# What has all that most pages have: styles, a menu, abbreviations, numbers and initials; and
# classes that mean nothing, for trafilatura looks for some in one expression after the other.
_WARMING_UP = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Ready</title>
<style>nav li { display: inline } .a, #b > i { display: none } @media print { p { color: red } }
</style><nav><ul class="c" id="d"><li><a href="/a">Home</a><li><a href="/b">Contact</a></ul></nav>
<h1 class="a">Ready</h1>%b<footer><p class="c" id="f">Imprint</footer>"""
_SECTION = b"""<%b class="c" id="e" role="g" data-h="i"><h2 class="c">To count</h2>
<div class="c" id="h"><p class="c" id="j">%b</p></div></%b>"""
_PROSE = """Mr. J. Smith looked at 3.5 boats, e.g. at Brown's; “who knows?” he asked. Dr. King’s
answer came later: prices had risen by 12% in the U.S., and sails were dear. No! (He would wait.)
The quick-witted café owner wrote 2 letters to www.example.org. It was 5 p.m. Blorft snarked.
""".encode()
# Of fewer than a hundred words nobody says how easy they are; of a short page, as of many with a
# menu, trafilatura asks jusText as well.
_PAGES = ((b"div", 10), (b"main", 10), (b"div", 1))


def count_warm_pages() -> None:
    """Do with them what a job does with a page."""
    for element, times in _PAGES:
        body = _WARMING_UP % (_SECTION % (element, _PROSE * times, element))
        page = read_page(body, "text/html; charset=utf-8")
        counted = count_text(page)
        doubts_of(body, page.text, page.title, counted.total_words, "https://example.org/")
        columns_of(counted)
        for evidence in evidence_of(body, None, page, counted):
            evidence.index.to_bytes()


def warm_up(rehearse: Callable[[], None] = lambda: None) -> None:
    """Load all that a job needs, models and dictionaries too, so that a fork has it at once.

    :param rehearse: what else a fork is to have. It is called when all is loaded: what Python
        remembers of which class is whose is forgotten when further classes come.
    """
    tls()
    count_warm_pages()
    configure_mappers()
    rehearse()
    gc.collect()
    # A fork that looks for garbage in what it shares with its parent gets a copy of all of that.
    gc.freeze()
    let_go_of_files()
    give_back_memory()  # in the end, for to see what can be let go of takes some as well
