"""Pages of which one knows, by how they are made, which words they have, and how often."""

import html
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

#: The fewest words of a page, and how many times as many the largest has.
_FEWEST, _RANGE = 20, 800
#: So many pages are slow, so many are plain text, and so many groups of words are a list.
_SLOW_SHARE, _PLAIN_SHARE, _LIST_SHARE = 0.15, 0.15, 0.2
#: How long a slow one takes, in seconds.
_SLOW_SECONDS = (0.1, 2.0)
_SYLLABLES = "ka ro mi sel ton ver da lin pra ost ume bel cor fi gan hul ner wy".split()


@dataclass(frozen=True)
class Page:
    """A page as its site sends it, and what is to be found there."""

    path: str
    content_type: str
    body: bytes
    #: How long the site takes for the second half of the body, in seconds.
    delay: float
    #: Every word as it is written -> how often.
    words: Mapping[str, int]


@dataclass(frozen=True)
class _Script:
    """Words of one script, each of which stays whole in any company."""

    words: Sequence[str]
    #: What parts two words of a sentence.
    between: str = " "
    encodings: Sequence[str] = ("utf-8",)


_SCRIPTS = (
    _Script("The keeper of the lighthouse planted a garden Don't the Roses like roses".split()),
    _Script(
        "Der Wärter gießt den Garten an der Straße für schöne Rosen".split(),
        encodings=("utf-8", "windows-1252"),
    ),
    _Script(
        "Смотритель маяка посадил сад и поливал его ещё каждый Сад".split(),
        encodings=("utf-8", "windows-1251", "koi8-r"),
    ),
    _Script("Ο φύλακας του φάρου θάλασσα κήπος Ήλιος".split()),
    _Script("البحر الورد حديقة بيت مدينة".split()),
    _Script("הים גן בית של ורד".split(), encodings=("utf-8", "windows-1255")),
    _Script("हिन्दी समुद्र घर पानी".split()),
    _Script("도서관에 갔습니다 바다 정원".split(), encodings=("utf-8", "euc-kr")),
    _Script("Việt Nam biển vườn hoa hồng".split()),
    _Script("สวัสดี ชาว โลก ทะเล".split()),
    _Script("我们 公园 花园 城市 中国".split(), between="、", encodings=("utf-8", "gb18030")),
    _Script("東京 日本 公園 学校".split(), between="、", encodings=("utf-8", "shift_jis")),
)
#: Every page has some of these, too, so that many have many different words.
_MADE_UP = ["".join(syllables) for syllables in product(_SYLLABLES, repeat=3)]
_MADE_UP_SHARE = 0.2
# Not the title and not what is hidden: nobody sees these in the page.
_HEAD = (
    "<!DOCTYPE html><html><head><title>Unseen</title><style>p {{ color: #222 }}</style>"
    '<meta charset="{}"><script>document.title = "unseen"</script></head><body>\n'
)
_HIDDEN = "<!-- unseen --><p hidden>Unseen</p><p style='display: none'>unseen</p>\n"


def pages(seed: int, number: int) -> list[Page]:
    """So many pages of all sizes and scripts, each at a path of its own; the same for a seed."""
    chance = random.Random(f"pages {seed}")  # noqa: S311 -- nothing is kept secret by it
    return [_page(f"/{seed}/{index}", chance) for index in range(number)]


def _page(path: str, chance: random.Random) -> Page:
    script = chance.choice(_SCRIPTS)
    words = [
        chance.choice(_MADE_UP if chance.random() < _MADE_UP_SHARE else script.words)
        for _ in range(round(_FEWEST * _RANGE ** chance.random()))
    ]
    encoding = chance.choice(script.encodings)
    if plain := chance.random() < _PLAIN_SHARE:
        text = "\n".join(_sentences(words, script.between))
    else:
        text = _as_html(words, script.between, encoding, chance)
    return Page(
        path=path,
        content_type=f"text/{'plain' if plain else 'html'}; charset={encoding}",
        body=text.encode(encoding),
        delay=chance.uniform(*_SLOW_SECONDS) if chance.random() < _SLOW_SHARE else 0,
        words=Counter(words),
    )


def _groups(words: Sequence[str], size: int) -> list[Sequence[str]]:
    return [words[start : start + size] for start in range(0, len(words), size)]


def _sentences(words: Sequence[str], between: str) -> list[str]:
    return [between.join(some) + "." for some in _groups(words, 12)]


def _as_html(words: Sequence[str], between: str, encoding: str, chance: random.Random) -> str:
    """Paragraphs, and lists with nothing between their items."""
    pieces = [_HEAD.format(encoding), _HIDDEN]
    for some in _groups(words, 60):
        if chance.random() < _LIST_SHARE:
            items = (f"<li>{html.escape(word)}</li>" for word in some)
            pieces.append(f"<ul>{''.join(items)}</ul>\n")
        else:
            sentences = _sentences(some, between)
            pieces.append(f"<p>{html.escape(' '.join(sentences))}</p>\n")
    return "".join(pieces) + "</body></html>\n"
