"""The least that any count with these libraries can cost.

The parser builds the tree, and the word breaker finds every word of the text that a reader sees.
Decoding, finding out what is seen, the language, stop words and counting are free here.
"""

from collections import deque

from icu4py.breakers import WordBreaker
from selectolax.lexbor import LexborHTMLParser


def parse_and_break(markup: str, visible_text: str) -> None:
    """Do that much and forget it.

    :param markup: the page, decoded.
    :param visible_text: ready-made.
    """
    LexborHTMLParser(markup, scripting=True)
    deque(WordBreaker(visible_text, "root"), maxlen=0)
