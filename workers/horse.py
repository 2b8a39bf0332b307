"""What the process does that belongs to a worker and reads one page."""

import signal
from collections.abc import Iterator

from structlog.contextvars import bind_contextvars

from workers.pipeline import Counted, Stage, Task, stages


def work_of_a_horse(task: Task) -> Iterator[Stage]:
    """Read a page, and count its words; then gather evidence.

    All that is logged on the way names its count. When the count is sent, no order to stop is
    heard: that is for the worker, which then waits a little for the evidence.
    """
    bind_contextvars(job_key=task.job_key)
    for stage in stages(task):
        yield stage
        if isinstance(stage, Counted):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
