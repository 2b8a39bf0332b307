"""A courier without a worker: it starts in a moment. Its database is quick to give up."""

import logging
import os
import signal
from types import FrameType

from base_app import create_base_app
from callbacks.courier import Courier
from workers.kept_alive import KeptAlive

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # as in `worker`
    courier = Courier(create_base_app(longest_statement=2))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        os._exit(0)  # threads that still send would be waited for

    signal.signal(signal.SIGTERM, stop)
    KeptAlive("courier", courier.work).look_after()
    signal.pause()
