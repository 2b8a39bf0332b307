"""Pages of any size, made up, and the same on every machine.

Its make-up is that of real pages: 170 bytes and 1.5 attributes for an element, a third of its
bytes script. Of twelve saved pages of more than 300 kB ten have fewer elements for their size
(median: one in 360 bytes), and most have far less text than a third.
"""

import random
from collections.abc import Callable, Iterator
from itertools import accumulate, count

#: Glue of English, so that a language can be told; everything else is made of syllables.
_GLUE = "the of and to a in is it that was for on are with as his they at be this"
_SYLLABLES = "ka ro mi sel ton ver da lin pra ost ume bel cor fi gan hul ner wy"
_VOCABULARY = 5_000

_STYLE = """
body { margin: 0 auto; font: 16px/1.5 Georgia, serif; color: #222; }
.nav li { display: inline-block; padding: 0 .5em; }
.nav a:hover, .nav a:focus { text-decoration: underline; }
.teaser { display: flex; gap: 1em; } .teaser > p { flex: 1 1 20em; }
.print-only, .hidden { display: none; }
.sr { position: absolute; left: -9999px; }
@media print { .nav { display: none; } .print-only { display: block; } }
@media (max-width: 600px) { .teaser { display: block; } .wide { visibility: hidden; } }
article section h2 + p::first-letter { font-size: 200%; }
"""
_HEAD = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>A page that was made up</title>
<style>{_STYLE}</style>
<script>window.start = Date.now(); for (let i = 0; i < 9; i++) {{ document.title += "."; }}</script>
</head><body><ul class="nav"><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul>
<article>
"""
_TAIL = "</article></body></html>\n"


def page(size: int, seed: int = 1) -> Iterator[bytes]:
    """A page with style sheet, script, headings, paragraphs, lists, tables and hidden parts.

    :param size: in bytes; the page is little longer.
    :returns: the page in pieces.
    """
    words = _words(seed)
    yield _HEAD.encode()
    written = len(_HEAD) + len(_TAIL)
    for number in count(1):
        section = _section(number, words).encode()
        yield section
        written += len(section)
        if written >= size:
            break
    yield _TAIL.encode()


def _words(seed: int) -> Callable[[int], str]:
    """Gives so many words of running text, some of them far more often than others."""
    chance = random.Random(seed)  # noqa: S311 -- nothing is kept secret by it
    syllables = _SYLLABLES.split()
    made_up = ("".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(8000))
    vocabulary = list(dict.fromkeys([*_GLUE.split(), *made_up]))[:_VOCABULARY]
    # Zipf's law: the tenth word of a language is used a tenth as often as the first.
    weights = [*accumulate(1 / rank for rank in range(1, len(vocabulary) + 1))]

    def words(number: int) -> str:
        return " ".join(chance.choices(vocabulary, cum_weights=weights, k=number)).capitalize()

    return words


def _section(number: int, words: Callable[[int], str]) -> str:
    items = "".join(
        _item(f"/section-{number}/{words(3).replace(' ', '-')}", words) for _ in range(3)
    )
    cells = "".join(
        f'<tr class="figures__row"><td class="figures__name">{words(2)}</td>'
        f'<td class="figures__number" data-value="{n * number}">{n * number:,}</td></tr>\n'
        for n in range(2)
    )
    return f"""<section id="section-{number}" class="section section--standard">
<h2 class="section__title title title--small">{words(5)}</h2>
<p class="section__text">{words(70)}, <em>{words(3)}</em> &amp; <b>{words(1)}</b>s. {words(60)}.</p>
<div class="teaser teaser--left" data-position="{number}"><p>{words(30)}.</p>
<p class="wide">{words(45)}&nbsp;&ndash; {words(8)}.</p></div>
<ul class="list list--links">
{items}</ul>
<p class="hidden">{words(6)}</p><p style="display: none">{words(4)}</p><!-- {words(20)} -->
<table class="figures">{cells}</table>
<p class="section__picture"><img class="picture" src="/pictures/{number}/large.jpg"
 srcset="/pictures/{number}/small.jpg 480w, /pictures/{number}/large.jpg 1280w" loading="lazy"
 width="1280" height="720" alt="{words(6)}"><span class="sr">{words(3)}</span></p>
<script>window.sections.push({{"number": {number}, "title": "{words(5)}", "text": "{words(210)}",
 "links": ["/section-{number}/first", "/section-{number}/second"], "shown": false}});</script>
</section>
"""


def _item(path: str, words: Callable[[int], str]) -> str:
    return (
        f'<li class="list__item"><a class="link link--internal" href="https://www.example.com{path}"'
        f' data-track="click" title="{words(6)}">{words(4)}</a></li>\n'
    )


def prose(size: int, seed: int = 1) -> Iterator[bytes]:
    """A page of nothing but paragraphs, of which nearly every byte is read.

    :param size: in bytes; the page is little longer.
    :returns: the page in pieces.
    """
    words = _words(seed)
    yield b"<!DOCTYPE html><html lang=en><title>Prose that was made up</title>\n"
    written = 0
    while written < size:
        sentences = " ".join(f"{words(12)}, {words(6)}." for _ in range(5))
        paragraph = f"<p>{sentences}</p>\n".encode()
        yield paragraph
        written += len(paragraph)
