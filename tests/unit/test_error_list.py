"""docs/ERRORS.md, the sentences and the code name the same errors."""

import ast
import re
from collections.abc import Mapping

from werkzeug.exceptions import default_exceptions

from tests.support import PROJECT
from views import errors as http_errors
from wordcount.errors import SENTENCES

ROW = re.compile(r"\| `([a-z_]+)` \| (.*?) \|")
#: The functions that take a code, and at which place.
RAISERS = {
    "FetchError": 0,
    "UrlError": 0,
    "TextError": 0,
    "ListError": 0,
    "ItemError": 0,
    "CallbackError": 0,
    "PageError": 0,
    "SourceError": 0,
    "Problem": 1,
}


def listed(*headings: str) -> dict[str, str]:
    """Code -> the second column, of some sections of the page."""
    sections = re.split(r"^## ", (PROJECT / "docs/ERRORS.md").read_text(), flags=re.MULTILINE)
    chosen = [section for section in sections if section.partition("\n")[0] in headings]
    assert len(chosen) == len(headings)
    return dict(row for section in chosen for row in ROW.findall(section))


def raised(*sources: str, raisers: Mapping[str, int] = RAISERS) -> set[str]:
    """The codes that stand in the source where an error is made."""
    codes: set[str] = set()
    for pattern in sources:
        for file in PROJECT.glob(pattern):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    place = raisers.get(node.func.id, len(node.args))
                    codes |= {
                        code.value
                        for code in node.args[place : place + 1]
                        if isinstance(code, ast.Constant) and isinstance(code.value, str)
                    }
    return codes


def test_every_sentence_is_listed_word_for_word() -> None:
    pages = ("The URL", "The way to the page", "The site's answer", "The page and its count")
    others = ("A pasted text, a list of pages", "A callback", "An item of the inbox")
    assert listed(*pages, *others) == SENTENCES


def test_every_sentence_is_for_an_error_that_is_raised() -> None:
    packages = ("wordcount", "transport", "storage", "inbox", "callbacks", "workers")
    found = raised("*.py", *(f"{package}/*.py" for package in packages))
    assert found | {"crashed", "cancelled"} == set(SENTENCES)
    assert 'code="crashed"' in (PROJECT / "workers/remedies.py").read_text()
    assert 'code="cancelled"' in (PROJECT / "submissions.py").read_text()


def test_every_code_of_the_web_is_listed() -> None:
    own = raised("views/*.py")
    of_http = {
        default_exceptions[status]().name.lower().replace(" ", "_")
        for status in {400, *http_errors.SENTENCES} - {503}  # which has a code of its own
    }
    assert set(listed("The request")) == own | of_http


def test_every_code_of_the_shell_is_listed() -> None:
    of_the_client = raised("client.py", raisers={"WordcountError": 0})
    own = raised("commands/*.py") - set(SENTENCES)
    assert set(listed("The shell")) == own | of_the_client
