"""A view of the words to show elsewhere: its chart as a file, its table in a frame."""

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from views import charts
from views.citation import source_of
from views.drawings import FORMAT, chart_file, nothing_to_draw
from views.files import download, file_name
from views.finished import finished_count
from views.selection import Selection
from views.unchanging import unchanging
from views.verdict import Verdict
from views.words import Words

#: What the charts say of themselves, below.
_SAID = {
    "bars": "The most frequent words, each column as high as the word is frequent",
    "zipf": "How often a word occurs, by its rank; both axes logarithmic. Dashed: Zipf’s law",
}

take = Blueprint("take", __name__)

#: Any site may show this page in a frame. It has no form, no script and no cookie: whoever is led
#: to press something in it does no harm.
FRAME_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
)


@take.get(f"/counts/<job_key>/chart.{FORMAT}")
@unchanging
@download
def chart(job_key: str, ending: str) -> Response:
    """The chart of a view of the words."""
    result = finished_count(job_key)
    words = Words(result, Selection.asked())
    selection = words.selection
    with words.in_turn():
        drawn = charts.of_words(words)
        if drawn.is_empty:
            raise nothing_to_draw()
        return chart_file(
            f"charts/{selection.chart}.svg",
            ending,
            file_name(result, selection.chart),
            below=[_SAID[selection.chart], *source_of(result)],
            chart=drawn,
            selection=selection,
            words=words,
        )


@take.get("/counts/<job_key>/embed")
def embed(job_key: str) -> ResponseReturnValue:
    """The first words of a view, for a frame in a page of somebody else."""
    result = finished_count(job_key)
    words = Words(result, Selection.asked())
    with words.in_turn():
        return render_template(
            "embed.html",
            result=result,
            verdict=Verdict(result),
            words=words,
            whole=url_for("counts.show", job_key=job_key, **words.selection.address()),
        )
