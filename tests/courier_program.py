"""A courier under its parent, without workers: it starts in a moment. It is quick to give up."""

import logging
import multiprocessing
import os
import signal

import courier
import supervisor
from base_app import create_base_app
from supervisor import STOP_SIGNALS, Place, Supervisor, fork

if __name__ == "__main__":
    courier.LONGEST_LOOK = 3
    supervisor.FIRST_PAUSE = supervisor.LONGEST_PAUSE = 0.1
    multiprocessing.current_process().name = "parent"
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(processName)s: %(message)s")
    app = create_base_app()
    handlers = dict.fromkeys(STOP_SIGNALS, signal.SIG_DFL)
    place = Place("courier", lambda name: fork(name, handlers, courier.run, app, os.getpid()))
    Supervisor([place]).run()
