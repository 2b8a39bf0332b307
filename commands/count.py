"""``python manage.py count FILE_OR_URL ...``: count words without web, queue or database."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import TextIO

import click

from commands.apart import Choice, Counted, count_apart
from commands.formats import FORMATS, printable
from commands.sources import Reader, SourceError, fetch_settings
from config import Config

#: Exit codes by custom: 128 and the number of the signal that a program would have died of.
INTERRUPTED = 130
TERMINATED = 143
BROKEN_PIPE = 141

DEFAULT_TOP = 10

#: Frees the line that the bar stands on, until the bar moves and is drawn anew (ECMA-48, EL).
_WIPE = "\r\x1b[K"


@click.command()
@click.argument("sources", metavar="FILE_OR_URL...", nargs=-1, required=True)
@click.option(
    "--format",
    "format_name",
    type=click.Choice([*FORMATS]),
    default="table",
    show_default=True,
    help="How to print the words.",
)
@click.option("--all", "every", is_flag=True, help="Print all words.")
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Print N words. [default: 10]")
@click.option("--case", type=click.Choice(["keep"]), help="Leave each word as the page has it.")
@click.option("--stopwords", type=click.Choice(["keep"]), help="Also print words such as 'the'.")
def count(  # noqa: PLR0913, PLR0917 -- one for each option
    sources: tuple[str, ...],
    format_name: str,
    every: bool,
    top: int | None,
    case: str | None,
    stopwords: str | None,
) -> None:
    """Print the words that readers of pages see, most frequent first.

    A source is a file, an address that begins with http:// or https://, or - for standard input.
    Files are HTML, unless their names end in .txt or .xhtml.

    Addresses are fetched, and sizes limited, as the FETCH_ settings say, no host more often than
    HOST_RATE_LIMIT. A page that takes more time or memory than the JOB_ settings give it is given
    up.

    The exit code is 1 if a source could not be counted; the others are printed nevertheless.
    """
    if every and top:
        raise click.UsageError("--all and --top exclude each other.")
    # As an exception, so that the process of the page at hand ends, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    settings = fetch_settings(os.environ)
    choice = Choice(
        top=None if every else top or DEFAULT_TOP,
        keep_case=case == "keep",
        keep_stop_words=stopwords == "keep",
    )
    try:
        with _output() as out:
            form = FORMATS[format_name](out)
            form.begin()
            failed = _count_all(sources, settings, choice, form.write)
            form.end()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(BROKEN_PIPE)
    except OSError as error:
        sys.exit(f"The words cannot be written: {error.strerror}.")
    sys.exit(1 if failed else 0)


def _output() -> TextIO:
    """Standard output in UTF-8, whatever the locale says, each line at once.

    Bytes of a file's name that are no UTF-8 are shown escaped; in JSON the escape means the same.
    """
    return open(
        1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", newline="", closefd=False
    )


def _count_all(
    sources: Sequence[str],
    settings: Config,
    choice: Choice,
    write: Callable[[str, Counted], None],
) -> int:
    """Count each source and write it; tell what went wrong with the others.

    :returns: how many could not be counted.
    """
    failed = 0
    reader = Reader(settings)
    # No bar for a single source, or where nobody would see it move.
    shown = len(sources) > 1 and sys.stderr.isatty()
    with click.progressbar(sources, file=sys.stderr, show_pos=True, hidden=not shown) as bar:
        for source in bar:
            try:
                counted = count_apart(reader.page_of(source), choice, settings)
            except SourceError as error:
                failed += 1
                line = f"{source}: {error.detail} ({error.code})"
                _say((_WIPE if shown else "") + printable(line) + "\n")
            else:
                _say(_WIPE if shown else "")
                write(source, counted)
    return failed


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
