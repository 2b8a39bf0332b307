"""One row of the table: how a site behaves, and what must come of fetching it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from tests.hostile.scripts import PAGE
from tests.hostile.server import Script, answer, sends

FINISHED = "finished"
_GIVES_A_PAGE = sends(answer(PAGE))

#: What is found out only when a page that was fetched is read.
_FOUND_OUT_LATER = {"too_complex"}


@dataclass(frozen=True)
class Case:
    """A site, and the outcome of a count of it.

    :param name: unique; the id of its tests.
    :param code: of `wordcount.errors`, or :data:`FINISHED`.
    :param site: what the site does on each connection.
    :param url: what is submitted; `{origin}` and `{port}` are those of the site.
    :param host: the address on which the site listens. On 127.0.0.2 and 127.0.0.3, at the same
        port, nobody may ever be.
    :param door: whether the site lets anybody in: `full` never answers, `closed` refuses.
    :param certificate: makes the site speak TLS; one of those of :mod:`tests.hostile.world`.
    :param greet: whether the site waits for the request before it speaks.
    :param refused: the URL is refused when it is submitted.
    :param slow: takes all the time that a fetch may take.
    :param detail: the sentence of the error.
    :param body: of the page, as it is fetched.
    :param words: of the page, when it is counted.
    :param connections: how many the site must have seen.
    :param http_status: what an error is about.
    """

    name: str
    code: str
    site: Script = field(default=_GIVES_A_PAGE, repr=False)
    url: str = "{origin}/"
    host: str = "127.0.0.1"
    door: Literal["open", "full", "closed"] = "open"
    certificate: str = ""
    greet: bool = True
    refused: bool = False
    slow: bool = False
    detail: str | None = None
    body: bytes | None = field(default=None, repr=False)
    words: int | None = None
    connections: int | None = None
    http_status: int | None = None

    @property
    def fetched_code(self) -> str:
        """What comes of the fetch alone."""
        return FINISHED if self.code in _FOUND_OUT_LATER else self.code


def finished(name: str, site: Script = _GIVES_A_PAGE, **how: Any) -> Case:
    """A page that is counted in the end; unless it is said otherwise, :data:`PAGE`."""
    known = {} if "body" in how else {"body": PAGE, "words": 1}
    return Case(name, FINISHED, site, **{**known, **how})


def too_slow(name: str, site: Script = _GIVES_A_PAGE, **how: Any) -> Case:
    """A site that does not come to an end in time."""
    detail = "The site did not finish answering within 2 seconds."
    return Case(name, "timeout", site, slow=True, detail=detail, **how)
