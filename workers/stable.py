"""Processes that stand ready, each for the work on one stranger's page: the worker's side.

A worker has many threads, and a fork of a process with threads may find locks that nobody will ever
open. So a process without threads forks for it, ahead of time (:mod:`workers.keeper`): nobody waits
for the fork. Each such horse does one piece of work, within limits that the kernel keeps
(:mod:`workers.confine`), and ends.

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
from collections.abc import Callable, Generator
from multiprocessing.connection import Connection, wait
from typing import Any

from workers.apart import DiedError, death_of
from workers.confine import HORSE_PATIENCE
from workers.keeper import ASK, EXIT_CODE, HANDLERS, SENT, Work, keep
from workers.supervisor import fork

#: How often whoever waits for an answer looks up, in seconds.
_LOOK_UP_EVERY = 0.25
#: How long the stable may take to say how a horse ended, in seconds.
_STABLE_PATIENCE = 5.0

#: How long a message may stand still in the middle, as the kernel wants it: seconds, microseconds.
_IN_THE_MIDDLE = struct.pack("ll", 30, 0)


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
        self._process = fork(name, HANDLERS, keep, there, self._control, work, limits)
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
                self._control.sendall(ASK)
                self._has_asked = True
            if not wait([self._control], max(0.0, give_up - time.monotonic())):
                raise NoHorseError("all horses are at work")
            said, sockets, _, _ = socket.recv_fds(self._control, len(SENT), 2)
            self._has_asked = False
        except OSError as error:
            raise DiedError(f"the stable is gone: {error}") from error
        finally:
            self._one_at_a_time.release()
        if said != SENT:
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
        said = end.recv(EXIT_CODE.size)
    except OSError:
        return None
    return EXIT_CODE.unpack(said)[0] if len(said) == EXIT_CODE.size else None
