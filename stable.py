"""Processes that stand ready, each for the work on one stranger's page.

A worker has many threads, and a fork of a process with threads may find locks that nobody will ever
open. So a process without threads forks for it, ahead of time: nobody waits for the fork. Each such
horse does one piece of work, within limits that the kernel keeps (:mod:`confine`), and ends.

Between a worker and its stable goes one socket. The worker asks by a byte, and is sent two sockets:
one leads to a horse; on the other the stable says how that horse has ended, and the worker, by
closing it, that it has no more use for it.
"""

import multiprocessing
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from apart import DiedError, death_of, serve
from confine import HORSE_PATIENCE, confine
from supervisor import Handlers, fork, show_name

#: How many horses of a stable may work at the same time. More than one, so that a page that takes
#: all the processor time it may have does not hold up all others.
HORSES = 2
#: How often whoever waits for an answer looks up, in seconds.
_LOOK_UP_EVERY = 0.25
#: How long to wait after a horse died in its stable, or could not be forked, in seconds.
_PAUSE = 1.0
#: How long the stable may take to say how a horse ended, in seconds.
_STABLE_PATIENCE = 5.0

_ASK, _SENT = b"?", b"!"
_EXIT_CODE = struct.Struct("!i")
_HANDLERS: Handlers = {
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGINT: signal.SIG_IGN,  # of a terminal; the worker hears it, too
}

Work = Callable[[Any], Iterable[Any]]


class Stable:
    """The worker's side. It may be used by many threads.

    To be made before there are threads, or connections that a fork must not have.

    :param work: gives answers to a task, in a process of its own; all of it can be pickled.
    :param limits: those of each horse; see :func:`confine.confine`.
    """

    def __init__(self, work: Work, limits: dict[str, int]) -> None:
        self._control, there = socket.socketpair()
        self._one_at_a_time = threading.Lock()
        self._has_asked = False
        name = f"{multiprocessing.current_process().name}'s stable"
        self._process = fork(name, _HANDLERS, _keep, there, self._control, work, limits)
        there.close()

    @property
    def is_alive(self) -> bool:
        """Whether there will be further horses."""
        return self._process.is_alive()

    def end(self) -> None:
        """End it, with all its horses."""
        self._control.close()
        # A horse that outlived its stable would let `join` wait for it as well.
        if self._process.is_alive():
            self._process.join(_STABLE_PATIENCE)
        self._process.kill()

    def answers(
        self, task: Any, *, patience: float, look_up: Callable[[], None] = lambda: None
    ) -> Generator[Any]:
        """What the work on a task gives, each thing as soon as it is there.

        :param patience: how long all of it may take by the clock, in seconds.
        :param look_up: called now and then while there is no answer; what it raises ends the work.
        :raises apart.DiedError: if the horse ends before its work does, or there is none; what it
            gave until then has been given.
        """
        data, end = self._horse()
        give_up = time.monotonic() + patience
        try:
            data.send(task)
            while (answer := _next(data, give_up, look_up)) is not None:
                yield answer[0]
        except (EOFError, OSError):  # it died before its answer, or in the middle of it
            raise death_of(_exit_code(end)) from None
        finally:
            data.close()
            end.close()

    def _horse(self) -> tuple[Connection, socket.socket]:
        """A horse of one's own, and where its end will be told."""
        give_up = time.monotonic() + HORSE_PATIENCE
        if not self._one_at_a_time.acquire(timeout=HORSE_PATIENCE):
            raise DiedError("all horses are at work")
        try:
            if not self._has_asked:
                self._control.sendall(_ASK)
                self._has_asked = True
            if not wait([self._control], max(0.0, give_up - time.monotonic())):
                raise DiedError("all horses are at work")
            said, sockets, _, _ = socket.recv_fds(self._control, len(_SENT), 2)
            self._has_asked = False
        except OSError as error:
            raise DiedError(f"the stable is gone: {error}") from error
        finally:
            self._one_at_a_time.release()
        if said != _SENT:
            raise DiedError("the stable is gone")
        data, end = sockets
        return Connection(data), socket.socket(fileno=end)


def _next(data: Connection, give_up: float, look_up: Callable[[], None]) -> tuple[Any] | None:
    """The next answer; None after the last one."""
    while not data.poll(_LOOK_UP_EVERY):
        if time.monotonic() > give_up:
            raise DiedError("it took too long", is_overload=True)
        look_up()
    is_answer, answer = data.recv()
    return (answer,) if is_answer else None


def _exit_code(end: socket.socket) -> int | None:
    """How a horse has ended; None if the stable does not say so."""
    end.settimeout(_STABLE_PATIENCE)
    try:
        said = end.recv(_EXIT_CODE.size)
    except OSError:
        return None
    return _EXIT_CODE.unpack(said)[0] if len(said) == _EXIT_CODE.size else None


# --- In the stable


@dataclass(frozen=True)
class _Horse:
    """One that stands ready, or is at work.

    :ivar to_it: leads to it; it is sent to the worker.
    :ivar end: where its end is told, and the other end of that, which is sent along.
    """

    process: BaseProcess
    to_it: Connection
    end: socket.socket
    end_of_worker: socket.socket

    def close(self) -> None:
        for one in (self.to_it, self.end, self.end_of_worker):
            one.close()


def _keep(control: socket.socket, of_worker: socket.socket, work: Work, limits: Any) -> None:
    """Be the stable, until the worker is gone."""
    of_worker.close()
    ready: _Horse | None = None
    next_fork = 0.0
    busy: list[_Horse] = []
    is_asked = False
    while True:
        # One is forked ahead of time, but not while a page waits for the processor.
        is_wanted = ready is None and (is_asked or not busy)
        if is_wanted and time.monotonic() >= next_fork:
            try:
                ready = _bred(control, busy, work, limits)
            except OSError:  # there is no room for another process just now
                next_fork = time.monotonic() + _PAUSE
        if is_asked and ready is not None and len(busy) < HORSES:
            socket.send_fds(control, [_SENT], [ready.to_it.fileno(), ready.end_of_worker.fileno()])
            ready.to_it.close()
            ready.end_of_worker.close()
            busy.append(ready)
            ready, is_asked = None, False
            continue
        horses = [*busy, *([ready] if ready else [])]
        happened = wait(
            [control, *(horse.process.sentinel for horse in horses), *(h.end for h in busy)],
            max(0.0, next_fork - time.monotonic()) if is_wanted and not ready else None,
        )
        if control in happened:
            if not control.recv(1):  # the worker is gone
                break
            is_asked = True
        if ready and ready.process.sentinel in happened:
            _bury(ready)
            ready, next_fork = None, time.monotonic() + _PAUSE
        for horse in busy[:]:
            if horse.process.sentinel in happened:
                _bury(horse)
                busy.remove(horse)
            elif horse.end in happened:
                horse.process.kill()
    for horse in [*busy, *([ready] if ready else [])]:
        horse.process.kill()


def _bred(
    control: socket.socket, busy: Sequence[_Horse], work: Work, limits: dict[str, int]
) -> _Horse:
    """A new horse."""
    here, there = multiprocessing.Pipe()
    end, end_of_worker = socket.socketpair()
    # What a horse would keep open, others could not see closed.
    others = [control, here, end, end_of_worker, *(horse.end for horse in busy)]
    try:
        process = fork("horse", _HANDLERS, _work, there, others, work, limits, daemon=True)
    except OSError:
        for one in (here, end, end_of_worker):
            one.close()
        raise
    finally:
        there.close()
    return _Horse(process, here, end, end_of_worker)


def _bury(horse: _Horse) -> None:
    """See to a horse that has ended, and say how."""
    horse.process.join()
    with suppress(OSError):  # the worker does not want to know
        horse.end.sendall(_EXIT_CODE.pack(horse.process.exitcode or 0))
    horse.close()


def _work(
    data: Connection,
    others: Iterable[socket.socket | Connection],
    work: Work,
    limits: dict[str, int],
) -> None:
    """Be a horse."""
    for one in others:
        one.close()
    confine(**limits)
    try:
        task = data.recv()
    except (EOFError, OSError):  # nobody will ever come
        os._exit(0)
    show_name("horse at work")
    serve(data, lambda: work(task))
