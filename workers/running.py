"""The jobs that a worker is at, each in a thread, and what becomes of them when it has to stop."""

import logging
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field

from rq.job import Job
from sqlalchemy.exc import SQLAlchemyError

from models import db
from storage.faults import reason
from workers.remedies import hand_back
from workers.rq_books import Entry

logger = logging.getLogger(__name__)

#: How long to wait before Postgres is asked once more, in seconds.
_PAUSE = 1.0
#: How often to look whether a count is claimed by now, in seconds.
_TICK = 0.05


@dataclass
class Running:
    """A job that has a thread.

    :ivar is_over: its work is done or given up; its count may come again, and have another thread.
    :ivar claiming: held while its count is being claimed: who wants to hand it back waits for that.
    :ivar is_claimed: set then, also if it could not be.
    """

    job: Job
    attempt: int | None = None
    is_over: bool = False
    claiming: threading.Lock = field(default_factory=threading.Lock)
    is_claimed: threading.Event = field(default_factory=threading.Event)
    entry: Entry | None = None
    are_books_open: threading.Event = field(default_factory=threading.Event)


def hand_back_all(running: Collection[Running], worker: str, *, give_up: float) -> list[Running]:
    """Hand back the counts of a worker that was told to stop, each as soon as that can be done.

    :param give_up: when to leave the others to the rescuers, by the monotonic clock, in seconds.
    :returns: those whose count was done already.
    """
    left = {one.job.id: one for one in list(running)}
    done: list[Running] = []
    while left and time.monotonic() < give_up:
        # Who still claims one waits for the database; it is handed back when that is over.
        keys = [key for key, one in left.items() if not one.claiming.locked()]
        try:
            for key in keys:
                if not hand_back([key], worker):
                    done.append(left[key])
                del left[key]
        except SQLAlchemyError as error:
            for key in left:
                facts = {"job_key": key}
                logger.warning("%s cannot be handed back: %s", key, reason(error), extra=facts)
            time.sleep(_PAUSE)
        finally:
            db.session.remove()
        time.sleep(_TICK if left else 0)
    return done
