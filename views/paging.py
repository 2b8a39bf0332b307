"""Rows of a ranking for programs: so many, page by page, or all at once.

Where there are more, the header `Link` leads on (RFC 8288), so that the rows themselves stay what
they always were: a list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from flask import Response, jsonify, request

from models import Result, Status, db
from storage.connections import only_read
from views.errors import Problem
from views.files import download
from views.parameters import choice, number
from views.rankings import Ranking
from views.ready_made import ReadyMade, ready_made
from views.selection import PARTS
from views.sizes import MOST_RANKED_WORDS
from views.texts import wait_until_prepared
from wordcount import Ranked
from wordcount.counts import LONGEST_SHOWN

#: Rows of a page unless `top` says otherwise.
DEFAULT_TOP = 10
#: An answer of more rows takes one of the places for downloads: its reader may be slow.
_LONG = 1000

#: The parameters that are the same on each page; `job_id` is that of ``GET /get_result``.
_CHOICES = {"job_id", "top", "of", "stopwords", "case", "forms", "min"}
#: What is asked for without any, which is mostly.
_USUAL = Ranking(top=DEFAULT_TOP)


@dataclass(frozen=True)
class PagedRanking:
    """A part of a ranking, as an address asks for it.

    :ivar ranking: which, and how many rows a page has.
    :ivar page: which page, from 1 on.
    """

    ranking: Ranking
    page: int

    @classmethod
    def asked(cls) -> Self:
        """What the request asks for.

        :raises views.errors.Problem: if a parameter makes no sense.
        """
        if not request.query_string:
            return cls(_USUAL, page=1)
        is_all = "top" in request.args and request.args["top"] == "all"
        page = number("page", otherwise=1)
        if is_all and page > 1:
            raise Problem(400, "bad_parameter", '"page" must be 1 where "top" is "all".')
        ranking = Ranking(
            # There are no rankings of more words; see views.rankings.refuse_many.
            top=MOST_RANKED_WORDS if is_all else number("top", otherwise=DEFAULT_TOP),
            main=choice("of", *PARTS) == "main",
            stop_words=choice("stopwords", "drop", "keep") == "keep",
            fold_case=choice("case", "fold", "keep") == "fold",
            together=choice("forms", "apart", "together") == "together",
            shortest=number("min", otherwise=1, high=LONGEST_SHOWN),
        )
        return cls(ranking, page)

    @property
    def first(self) -> int:
        """The first of its rows, from 0 on."""
        return (self.page - 1) * self.ranking.top

    def found(self, job_key: str) -> Result | ReadyMade | None:
        """The count that it is asked of; no more of it than the answer needs, unless it failed, or
        rows are needed that are not stored. None if there is no count with this key.
        """
        if self.ranking.is_ready_made(self.first):
            counted = ready_made(job_key, self.ranking.name)
            if counted is None or counted.status != Status.FAILED:
                return counted
        only_read(db.session())
        result = Result.by_key(job_key)
        if result and self.ranking.main:
            wait_until_prepared(result)
        return result


def paged(
    asked: PagedRanking, counted: Result | ReadyMade, document: Callable[[list[Ranked]], Any]
) -> Response:
    """The rows of one page.

    :param document: what is answered in JSON, given the rows.
    """
    make = download(_answer) if asked.ranking.top > _LONG else _answer
    return make(asked, counted, document)


def _answer(
    asked: PagedRanking, counted: Result | ReadyMade, document: Callable[[list[Ranked]], Any]
) -> Response:
    if isinstance(counted, ReadyMade):
        rows, total = asked.ranking.ready_part(counted.rows, counted.total, asked.first)
    else:
        rows, total = asked.ranking.part_of(counted, asked.first)
    response = jsonify(document(rows))
    if total is not None:  # counts of the first releases do not say
        response.headers.add("X-Total-Count", total)
        if links := _links(asked, total):
            response.headers.add("Link", ", ".join(links))
    return response


def _links(asked: PagedRanking, total: int) -> list[str]:
    last = max(1, -(-total // asked.ranking.top))
    if last == 1:
        return []
    pages = {"first": 1, "prev": asked.page - 1, "next": asked.page + 1, "last": last}
    begin = _address_without_page()
    return [
        f'<{begin}page={page}>; rel="{relation}"'
        for relation, page in pages.items()
        if 1 <= page <= last
    ]


def _address_without_page() -> str:
    # As it was asked for, which takes a tenth of `url_for`: it has led to a count, and so has
    # nothing in it that would have to be quoted.
    address = f"{request.script_root}{request.path}?"
    if not request.query_string:
        return address
    chosen = {name: value for name, value in request.args.items() if name in _CHOICES}
    return f"{address}{urlencode(chosen)}&" if chosen else address
