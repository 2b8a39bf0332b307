"""The stable itself: a process without threads that forks horses, and keeps one ready.

What goes between it and the worker is said in :mod:`workers.stable`.
"""

import math
import multiprocessing
import os
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from workers.apart import serve
from workers.confine import confine
from workers.supervisor import Handlers, fork, show_name

#: How many horses of a stable may work at the same time. More than one, so that a page that takes
#: all the processor time it may have does not hold up all others.
HORSES = 2
#: How long to wait after a horse died in its stable, or could not be forked, in seconds.
_PAUSE = 1.0
#: How long after a page the processor is left to those who store what came of it, in seconds.
_QUIET = 0.015

#: What the worker sends for a horse, and what comes along with the sockets of one.
ASK, SENT = b"?", b"!"
#: How the end of a horse is told, as :func:`workers.apart.death_of` reads it.
EXIT_CODE = struct.Struct("!i")
HANDLERS: Handlers = {
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGINT: signal.SIG_IGN,  # of a terminal; the worker hears it, too
}

Work = Callable[[Any], Iterable[Any]]


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

    def bury(self) -> None:
        """See to it when it has ended, and say how."""
        self.process.join()
        with suppress(OSError):  # the worker does not want to know
            self.end.sendall(EXIT_CODE.pack(self.process.exitcode or 0))
        for one in (self.to_it, self.end, self.end_of_worker):
            one.close()


class _Keeper:
    """Keeps one horse ready, unless another is at work: its page wants the processor now."""

    def __init__(self, control: socket.socket, work: Work, limits: dict[str, int]) -> None:
        self._control = control
        self._work = work
        self._limits = limits
        self._ready: _Horse | None = None
        self._busy: list[_Horse] = []
        #: Of the busy ones, those whose answers somebody wants. (The others take their time to die;
        #: to be told again and again that nobody wants them would take the processor from them.)
        self._wanted: list[_Horse] = []
        self._is_asked = False
        self._next_try = self._quiet_until = -math.inf

    def keep(self) -> None:
        """Return when the worker is gone."""
        while not self._is_left():
            if self._wait_for_time() == 0:
                self._fork()
            if self._is_asked and self._ready and len(self._busy) < HORSES:
                self._hand_over(self._ready)
        for horse in self._all():
            horse.process.kill()

    def _all(self) -> list[_Horse]:
        return [*self._busy, *([self._ready] if self._ready else [])]

    def _wait_for_time(self) -> float | None:
        """How long until the next fork, in seconds; None if there is to be none."""
        if self._ready or (self._busy and not self._is_asked):
            return None
        at = self._next_try if self._is_asked else max(self._next_try, self._quiet_until)
        return max(0.0, at - time.monotonic())

    def _is_left(self) -> bool:
        """Wait until something happens, and see to it; whether it is that the worker is gone."""
        watched: list[Any] = [self._control, *(one.process.sentinel for one in self._all())]
        happened = wait([*watched, *(horse.end for horse in self._wanted)], self._wait_for_time())
        if self._control in happened:
            try:
                if not self._control.recv(1):
                    return True
            except ConnectionError:  # it left a horse that it was sent
                return True
            self._is_asked = True
        if self._ready and self._ready.process.sentinel in happened:
            self._ready.bury()
            self._ready, self._next_try = None, time.monotonic() + _PAUSE
        for horse in self._wanted[:]:
            if horse.end in happened:  # nobody wants its answer
                horse.process.kill()
                self._wanted.remove(horse)
        for horse in self._busy[:]:
            if horse.process.sentinel in happened:
                horse.bury()
                self._busy.remove(horse)
                self._wanted = [one for one in self._wanted if one in self._busy]
                self._quiet_until = time.monotonic() + _QUIET
        return False

    def _hand_over(self, horse: _Horse) -> None:
        sockets = [horse.to_it.fileno(), horse.end_of_worker.fileno()]
        with suppress(ConnectionError):  # the worker is gone, which is seen at the next look
            socket.send_fds(self._control, [SENT], sockets)
        horse.to_it.close()
        horse.end_of_worker.close()
        self._busy.append(horse)
        self._wanted.append(horse)
        self._ready, self._is_asked = None, False

    def _fork(self) -> None:
        here, there = multiprocessing.Pipe()
        end, end_of_worker = socket.socketpair()
        # What a horse would keep open, others could not see closed.
        others = [self._control, here, end, end_of_worker, *(horse.end for horse in self._busy)]
        try:
            process = fork(
                "horse", HANDLERS, _read, there, others, self._work, self._limits, daemon=True
            )
        except OSError:  # there is no room for another process just now
            self._next_try = time.monotonic() + _PAUSE
            for one in (here, end, end_of_worker):
                one.close()
        else:
            self._ready = _Horse(process, here, end, end_of_worker)
        finally:
            there.close()


def keep(
    control: socket.socket, of_worker: socket.socket, work: Work, limits: dict[str, int]
) -> None:
    """Be the stable."""
    of_worker.close()
    _Keeper(control, work, limits).keep()


def _read(
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
