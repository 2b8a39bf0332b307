"""``manage.py count --server URL``: let a server count, and rank here what it has counted."""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from client import Wordcount, WordcountError
from commands.apart import Choice, Counted
from commands.formats import printable
from commands.sources import HAS_SCHEME, STANDARD_INPUT, SourceError
from commands.terminal import WIPE, is_watched
from wordcount import rank
from wordcount.counts import LONGEST_SHOWN

#: Steps of the bar.
_STEPS = 1000
_BAR_WIDTH = 24
#: What click puts around the bar: brackets, blanks, the per cent, and one more.
_AROUND = 11
#: The shortest pause before another try, in seconds, that is worth a word.
_LONG_PAUSE = 5
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def _refuse_files(sources: Sequence[str]) -> None:
    """Files cannot be sent: the server fetches what it counts.

    :raises click.UsageError: if a source is one.
    """
    for source in sources:
        if source == STANDARD_INPUT:
            raise click.UsageError("A server counts addresses; it cannot have standard input.")
        if not HAS_SCHEME.match(source) and os.path.isfile(source):
            raise click.UsageError(
                f"A server counts addresses, and {printable(source)} is a file."
                " If it is an address as well, write http:// before it."
            )


class Server:
    """Counts by a server.

    :param address: with its scheme.
    :raises click.UsageError: if that is no address, or a source is none.
    """

    def __init__(self, address: str, sources: Sequence[str], choice: Choice) -> None:
        _refuse_files(sources)
        try:
            self._client = Wordcount(address, on_pause=_say_pause)
        except ValueError as error:
            raise click.UsageError(f"--server: {error}") from None
        self._choice = choice
        # One for all counts, for it leaves a line when it ends.
        self._bar = click.progressbar(
            length=_STEPS,
            file=sys.stderr,
            width=_BAR_WIDTH,
            show_eta=False,
            hidden=not is_watched(),
        )

    @contextmanager
    def progress(self, sources: Sequence[str]) -> Iterator[tuple[Iterable[str], str]]:
        """The sources, while a bar shows how far the count at hand is; what clears its line."""
        with self._bar:
            yield sources, "" if self._bar.hidden else WIPE

    def check(self) -> None:
        """Ask it what it is, before anything is submitted.

        :raises SourceError: if it is no Wordcount that can be asked.
        """
        try:
            self._client.version()
        except WordcountError as error:
            raise SourceError(error.code, error.detail) from error

    def count(self, source: str) -> Counted:
        """Submit an address, and wait for its words.

        :raises SourceError: if there are none to be had.
        """
        try:
            key = self._client.start(source)
            self._client.wait(key, self._show)
            facts = self._client.facts(key)
        except WordcountError as error:
            raise SourceError(error.code, error.detail) from error
        try:
            return _counted(facts, self._choice)
        except (KeyError, TypeError, ValueError, AttributeError):
            sentence = "The server has not answered with counted words."
            raise SourceError("server_unexpected", sentence) from None

    def _show(self, standing: Mapping[str, object]) -> None:
        room = shutil.get_terminal_size().columns - _BAR_WIDTH - _AROUND
        self._bar.label = printable(str(standing.get("message", "")))[: max(0, room)]
        self._bar.pos = _step(standing.get("fraction"))
        self._bar.render_progress()


def _say_pause(seconds: float) -> None:
    """Why nothing moves, if that is for long: the server has asked for it, or is away."""
    if seconds >= _LONG_PAUSE:
        wiped = WIPE if is_watched() else ""
        click.echo(f"{wiped}Trying again in {seconds:g} seconds.", err=True)


def _step(fraction: object) -> int:
    """How far the bar is; a server may say anything."""
    is_number = isinstance(fraction, int | float) and 0 <= fraction <= 1
    return round(fraction * _STEPS) if is_number else 0  # type: ignore[operator]


def _counted(facts: Mapping[str, Any], choice: Choice) -> Counted:
    """What is told of a page here, by all its words as they are written.

    They are ranked here, so that a choice means the same with and without a server, however many
    words there are.
    """
    language = facts["language"]
    counts = {
        row["word"]: int(row["count"])
        for row in facts["words"]
        if choice.keep_stop_words or not row["stop_word"]
    }
    if any(_CONTROL.search(word) for word in counts):  # no word of ours, and a terminal obeys them
        raise ValueError("control characters")
    return Counted(
        title=str(facts["title"] or ""),
        language=None if language is None else str(language),
        charset=printable(str(facts.get("charset") or "unknown")),
        total_words=int(facts["total_words"]),
        distinct_words=int(facts["distinct_words"]),
        ranking=rank(
            counts,
            language=language,
            fold_case=not choice.keep_case,
            top=choice.top,
            longest=None if choice.keep_case else LONGEST_SHOWN,
        ),
    )
