"""Processes that stand ready, each for the work on one stranger's page.

A worker has many threads, and a fork of a process with threads may find locks that nobody will ever
open. So a process without threads forks for it, ahead of time: nobody waits for the fork. Each such
horse does one piece of work, within limits that the kernel keeps (:mod:`workers.confine`), and
ends.

Between a worker and its stable goes one socket. The worker asks by a byte, and is sent two sockets:
one leads to a horse; on the other the stable says how that horse has ended, and the worker, by
closing it, that it has no more use for it.
"""

import math
import multiprocessing
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from workers.apart import DiedError, death_of, serve
from workers.confine import HORSE_PATIENCE, confine
from workers.supervisor import Handlers, fork, show_name

#: How many horses of a stable may work at the same time. More than one, so that a page that takes
#: all the processor time it may have does not hold up all others.
HORSES = 2
#: How often whoever waits for an answer looks up, in seconds.
_LOOK_UP_EVERY = 0.25
#: How long to wait after a horse died in its stable, or could not be forked, in seconds.
_PAUSE = 1.0
#: How long after a page the processor is left to those who store what came of it, in seconds.
_QUIET = 0.015
#: How long the stable may take to say how a horse ended, in seconds.
_STABLE_PATIENCE = 5.0

_ASK, _SENT = b"?", b"!"
_EXIT_CODE = struct.Struct("!i")
_HANDLERS: Handlers = {
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGINT: signal.SIG_IGN,  # of a terminal; the worker hears it, too
}

#: How long a message may stand still in the middle, as the kernel wants it: seconds, microseconds.
_IN_THE_MIDDLE = struct.pack("ll", 30, 0)

Work = Callable[[Any], Iterable[Any]]


class NoHorseError(DiedError):
    """All horses are at work, and have been for long."""


class Stable:
    """The worker's side. It may be used by many threads.

    To be made before there are threads, or connections that a fork must not have.

    :param work: gives answers to a task, in a process of its own; all of it can be pickled.
    :param limits: those of each horse; see :func:`workers.confine.confine`.
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
        self._control.shutdown(socket.SHUT_RDWR)  # heard at once, also if a thread waits on it
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
        except BlockingIOError:  # it was stopped, or hangs
            raise _given_up() from None
        except (EOFError, OSError):  # it died before its answer, or in the middle of it
            raise death_of(_exit_code(end)) from None
        finally:
            data.close()
            end.close()

    def _horse(self) -> tuple[Connection, socket.socket]:
        """A horse of one's own, and where its end will be told."""
        give_up = time.monotonic() + HORSE_PATIENCE
        if not self._one_at_a_time.acquire(timeout=HORSE_PATIENCE):
            raise NoHorseError("all horses are at work")
        try:
            if not self._has_asked:
                self._control.sendall(_ASK)
                self._has_asked = True
            if not wait([self._control], max(0.0, give_up - time.monotonic())):
                raise NoHorseError("all horses are at work")
            said, sockets, _, _ = socket.recv_fds(self._control, len(_SENT), 2)
            self._has_asked = False
        except OSError as error:
            raise DiedError(f"the stable is gone: {error}") from error
        finally:
            self._one_at_a_time.release()
        if said != _SENT:
            raise DiedError("the stable is gone")
        if len(sockets) != 2:
            for one in sockets:
                os.close(one)
            raise DiedError("there is no room for another socket")
        data, end = (socket.socket(fileno=one) for one in sockets)
        for what in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            data.setsockopt(socket.SOL_SOCKET, what, _IN_THE_MIDDLE)
        return Connection(data.detach()), end


def _next(data: Connection, give_up: float, look_up: Callable[[], None]) -> tuple[Any] | None:
    """The next answer; None after the last one."""
    while not data.poll(_LOOK_UP_EVERY):
        if time.monotonic() > give_up:
            raise _given_up()
        look_up()
    is_answer, answer = data.recv()
    return (answer,) if is_answer else None


def _given_up() -> DiedError:
    """It took too long by the clock: that may be the machine's fault, and so another try is made.
    Too much processor time is what the kernel ends it for."""
    return DiedError("it took too long", exit_code=-signal.SIGKILL)


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

    def bury(self) -> None:
        """See to it when it has ended, and say how."""
        self.process.join()
        with suppress(OSError):  # the worker does not want to know
            self.end.sendall(_EXIT_CODE.pack(self.process.exitcode or 0))
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
            socket.send_fds(self._control, [_SENT], sockets)
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
                "horse", _HANDLERS, _read, there, others, self._work, self._limits, daemon=True
            )
        except OSError:  # there is no room for another process just now
            self._next_try = time.monotonic() + _PAUSE
            for one in (here, end, end_of_worker):
                one.close()
        else:
            self._ready = _Horse(process, here, end, end_of_worker)
        finally:
            there.close()


def _keep(
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
