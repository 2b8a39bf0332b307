"""What all views of one finished count have in common."""

from typing import Any

from flask import render_template, url_for

from models import Result, Status
from views.citation import citation
from views.errors import Problem
from views.files import ENDINGS
from views.forms import PasteForm
from views.texts import PREPARED, is_being_prepared, wait_until_prepared
from views.verdict import Verdict

#: The pages of a count, each by its endpoint, as they are named in the line that leads to them.
SECTIONS = (
    ("counts.show", "Words"),
    ("phrases.show", "Phrases"),
    ("where.show", "Where"),
    ("evidence.text", "Text"),
)
#: Pages that have no place of their own in that line, and that to which they belong.
_BELONG_TO = {"evidence.word": "counts.show", "collocations.show": "phrases.show"}


def count_of(job_key: str) -> Result:
    """The count with this key, with all that will be known of it, if that is soon.

    :raises views.errors.Problem: if there is none.
    """
    result = Result.by_key(job_key)
    if result is None:
        raise Problem(404, "unknown_key", "There is no count at this address.")
    wait_until_prepared(result)
    return result


def finished_count(job_key: str) -> Result:
    """The same, of a count that has words.

    :raises views.errors.Problem: also if it is not finished.
    """
    result = count_of(job_key)
    if result.status != Status.FINISHED:
        raise Problem(
            409, "not_finished", f"This count has no words to show: it is {result.status}."
        )
    return result


def view_page(
    template: str,
    result: Result,
    endpoint: str,
    *,
    address: dict[str, Any],
    files: dict[str, Any] | None = None,
    **shown: Any,
) -> str:
    """A page of a finished count: its template goes into `count.html`.

    :param endpoint: of the view that is shown; a form of it may have been sent elsewhere.
    :param address: the parameters of this view, for a link to it.
    :param files: those of its files, if it has any. Their endpoint is that of the view and `_file`.
    """
    key = str(result.job_key)
    permalink = url_for(endpoint, job_key=key, **address, _external=True)
    return render_template(
        template,
        result=result,
        verdict=Verdict(result),
        preparing=PREPARED if is_being_prepared(result) else None,
        sections=SECTIONS,
        here=endpoint,
        section=_BELONG_TO.get(endpoint, endpoint),
        permalink=permalink,
        citation=citation(result, permalink),
        files={} if files is None else _files(endpoint, key, files),
        form=shown.pop("form", None) or PasteForm(),
        **shown,
    )


def _files(endpoint: str, key: str, address: dict[str, Any]) -> dict[str, str]:
    """The addresses of the files of a view, by their endings."""
    return {
        ending: url_for(f"{endpoint}_file", job_key=key, ending=ending, **address)
        for ending in ENDINGS
    }
