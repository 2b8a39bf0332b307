"""The classic pipeline, as tutorials have it: what a count cost, and gave, before this project.

Beautiful Soup with Python's own parser, all text of the tree, NLTK's tokenizer for English, and
whatever has a Latin letter.
"""

import re
from collections import Counter
from pathlib import Path

import nltk
from bs4 import BeautifulSoup
from nltk import pathsec

# NLTK refuses data that another account may write, as in a clone made under umask 002.
pathsec.ENFORCE = False
nltk.data.path.insert(0, str(Path(__file__).parent.parent / "nltk_data"))

_LETTER = re.compile("[A-Za-z]")


def count_classically(markup: str) -> Counter[str]:
    """The words of a page.

    :param markup: decoded, as an HTTP library would hand it over.
    """
    text = BeautifulSoup(markup, "html.parser").get_text()
    return Counter(token for token in nltk.word_tokenize(text) if _LETTER.search(token))
