"""Charts to take along: as SVG, and as PNG for programs that know no SVG.

A chart of a page has its look from the style sheet of the site. A file carries its look with it:
that of the light pages, with the colours written out.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, current_app, render_template, url_for

from views.errors import Problem
from views.files import attachment

#: In which formats a chart can be had.
FORMATS = ("svg", "png")
#: The same as part of a route.
FORMAT = f"<any({', '.join(FORMATS)}):ending>"
#: What a browser may do with a drawing that it shows by itself.
DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
#: Pixels of a PNG for each unit of the drawing.
_ZOOM = 2
# Families that are always there: Latin, Greek, Cyrillic, Devanagari; Arabic; Thai; Hebrew. Beside
# them there is a font for Chinese, Japanese and Korean.
_FAMILIES = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Thai", "Heebo")
# What they have no letters for. To look for fonts on the machine takes a while.
_OTHERS = re.compile(
    "[^\u0000-\u052f\u0590-\u06ff\u0750-\u077f\u0900-\u097f\u0e00-\u0e7f\u1100-\u11ff\u1e00-\u206f"
    "\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]"
)

_VARIABLE = re.compile(r"--([a-z-]+): ([^;]+);")
_USE = re.compile(r"var\(--([a-z-]+)\)")
# What XML has no place for, not even as a reference. https://www.w3.org/TR/xml/#charsets
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def chart_addresses(endpoint: str, **address: Any) -> dict[str, str]:
    """Where a chart can be had as a file, by format."""
    return {ending: url_for(endpoint, ending=ending, **address) for ending in FORMATS}


def chart_file(
    template: str, ending: str, name: str, *, below: Sequence[str], **drawn: Any
) -> Response:
    """A chart as a file.

    :param template: in `charts/`, of one ``svg`` element; `drawn` is what it wants. Its `chart` has
        a width and a height.
    :param ending: ``svg`` or ``png``.
    :param name: of the file, without its ending.
    :param below: lines that say what is drawn, and what it was made of.
    """
    svg = drawing(template, below=below, **drawn)
    if ending == "png":
        response = attachment([_png(svg)], f"{name}.png", "image/png")
    else:
        response = attachment([svg.encode()], f"{name}.svg", "image/svg+xml")
    response.headers["Content-Security-Policy"] = DRAWING_POLICY
    return response


def nothing_to_draw() -> Problem:
    """What is told to who asks for the chart of a view without words. No page leads to it."""
    return Problem(404, "nothing_to_draw", "There are no words in this view to be drawn.")


def drawing(template: str, *, below: Sequence[str], **drawn: Any) -> str:
    """A chart as a document of SVG that needs nothing else."""
    svg = render_template(
        "charts/alone.svg", template=template, style=_style(), below=below, **drawn
    )
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", svg).strip()


def _png(svg: str) -> bytes:
    import resvg_py  # large, and hardly ever needed

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=_ZOOM,
            background="white",
            font_files=_font_files(),
            skip_system_fonts=not _OTHERS.search(svg),
            font_family=_FAMILIES[0],
            serif_family=_FAMILIES[0],
            sans_serif_family=_FAMILIES[0],
        )
    )


@cache
def _font_files() -> list[str]:
    import fontpkg
    import noto_cjk_sans_otc

    families = [str(fontpkg.path(family)) for family in _FAMILIES]
    return [*families, str(noto_cjk_sans_otc.FONT_PATH)]


@cache
def _style() -> str:
    """The rules for charts in the style sheet of the site, with its light colours."""
    sheet = (Path(current_app.static_folder or "") / "site.css").read_text(encoding="utf-8")
    light = dict(_VARIABLE.findall(sheet.partition("}")[0]))
    rules = [line for line in sheet.splitlines() if line.startswith((".chart ", ".strip "))]
    return _USE.sub(lambda use: light[use[1]], "\n".join(rules))
