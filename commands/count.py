"""``python manage.py count FILE_OR_URL ...``: count words without web, queue or database.

With ``--server`` they are counted by one that has all these.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

import click

from commands.apart import DEFAULT_TOP, Choice, Counted, count_apart
from commands.formats import FORMATS, printable
from commands.sources import Reader, SourceError, fetch_settings
from commands.terminal import BROKEN_PIPE, INTERRUPTED, TERMINATED, WIPE, is_watched, say


class Counting(Protocol):
    """Where sources are counted."""

    def progress(self, sources: Sequence[str]) -> AbstractContextManager[tuple[Iterable[str], str]]:
        """The sources one by one, with a bar; and what frees its line, until it is drawn anew."""

    def count(self, source: str) -> Counted:
        """Count one.

        :raises SourceError: if it cannot be counted.
        """


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
@click.option(
    "--top",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Print N words. [default: {DEFAULT_TOP}]",
)
@click.option("--case", type=click.Choice(["keep"]), help="Leave each word as the page has it.")
@click.option("--stopwords", type=click.Choice(["keep"]), help="Also print words such as 'the'.")
@click.option("--server", metavar="URL", help="Let the Wordcount at this address count.")
def count(  # noqa: PLR0913, PLR0917 -- one for each option
    sources: tuple[str, ...],
    format_name: str,
    every: bool,
    top: int | None,
    case: str | None,
    stopwords: str | None,
    server: str | None,
) -> None:
    """Print the words that readers of pages see, most frequent first.

    A source is a file, an address that begins with http:// or https://, or - for standard input.
    Files are HTML, unless their names end in .txt or .xhtml.

    Addresses are fetched, and sizes limited, as the FETCH_ settings say, no host more often than
    HOST_RATE_LIMIT. A page that takes more time or memory than the JOB_ settings give it is given
    up.

    With --server a source is an address, such as example.com. That server fetches and counts it,
    within limits of its own.

    The exit code is 1 if a source could not be counted; the others are printed nevertheless.
    """
    if every and top:
        raise click.UsageError("--all and --top exclude each other.")
    # As an exception, so that the process of the page at hand ends, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    choice = Choice(
        top=None if every else top or DEFAULT_TOP,
        keep_case=case == "keep",
        keep_stop_words=stopwords == "keep",
    )
    try:
        counting = _Here(choice) if server is None else _on_server(server, sources, choice)
        with _output() as out:
            form = FORMATS[format_name](out)
            form.begin()
            failed = _count_all(sources, counting, form.write)
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


class _Here:
    """Counts on this machine, by the settings of the environment."""

    def __init__(self, choice: Choice) -> None:
        self._settings = fetch_settings(os.environ)
        self._reader = Reader(self._settings)
        self._choice = choice

    @contextmanager
    def progress(self, sources: Sequence[str]) -> Iterator[tuple[Iterable[str], str]]:
        # No bar for a single source, or where nobody would see it move.
        shown = len(sources) > 1 and is_watched()
        with click.progressbar(sources, file=sys.stderr, show_pos=True, hidden=not shown) as bar:
            yield bar, WIPE if shown else ""

    def count(self, source: str) -> Counted:
        return count_apart(self._reader.page_of(source), self._choice, self._settings)


def _on_server(address: str, sources: Sequence[str], choice: Choice) -> Counting:
    """Counts by a server, which is there."""
    from commands.server import Server  # its libraries take their time, too

    server = Server(address, sources, choice)
    try:
        server.check()
    except SourceError as error:
        say(_failure(address, error))
        sys.exit(1)
    return server


def _count_all(
    sources: Sequence[str], counting: Counting, write: Callable[[str, Counted], None]
) -> int:
    """Count each source and write it; tell what went wrong with the others.

    :returns: how many could not be counted.
    """
    failed = 0
    with counting.progress(sources) as (one_by_one, wipe):
        for source in one_by_one:
            try:
                counted = counting.count(source)
            except SourceError as error:
                failed += 1
                say(wipe + _failure(source, error))
            else:
                say(wipe)
                write(source, counted)
    return failed


def _failure(source: str, error: SourceError) -> str:
    return printable(f"{source}: {error.detail} ({error.code})") + "\n"
