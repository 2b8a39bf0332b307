"""Pages whose words are known by how they are made."""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import islice, product

_SYLLABLES = "ka ro mi sel ton ver da lin pra ost ume bel cor fi gan hul ner wy".split()
#: Glue of English, so that there is a language to be told, and stop words to be left out.
_GLUE = "the of and to a in is it that was for on are with as his they at be this".split()
_WORDS_OF_A_SMALL_PAGE = 200
#: What nobody sees is in no count. Classic counts, as they are made, take it for words.
_SMALL = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Unseen</title>
<style>p {{ color: #222 }} .unseen {{ display: none }}</style>
<script>document.title = "unseen";</script></head>
<body><h1>{}</h1>
{}
<ul>{}</ul>
<p class="unseen">Unseen</p><!-- unseen -->
</body></html>
"""


def small(number: int) -> tuple[bytes, Counter[str]]:
    """A page of about 2 kB, another one for each number, and how often each word is seen on it."""
    chance = random.Random(number)  # noqa: S311 -- nothing is kept secret by it
    made_up = ["".join(chance.choices(_SYLLABLES, k=3)) for _ in range(60)]
    words = chance.choices([*_GLUE, *made_up], k=_WORDS_OF_A_SMALL_PAGE)
    paragraphs = (f"<p>{' '.join(words[at : at + 40])}.</p>" for at in range(5, 165, 40))
    items = (f"<li>{word}</li>" for word in words[165:])
    body = _SMALL.format(" ".join(words[:5]), "\n".join(paragraphs), "".join(items))
    return body.encode(), Counter(words)


def large(distinct: int) -> bytes:
    """A page with so many distinct words, each of which is there once."""
    return b"".join(_large(distinct))


def _large(distinct: int) -> Iterator[bytes]:
    yield b'<!DOCTYPE html><html lang="en"><title>Many words</title>\n'
    made_up = map("".join, product(_SYLLABLES, repeat=4))
    while words := list(islice(made_up, min(50, distinct))):
        distinct -= len(words)
        yield f"<p>{' '.join(words)}.</p>\n".encode()
