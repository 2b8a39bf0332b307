"""Many clients at once put items in; each becomes one count, and all who listen hear of it."""

import json
import os
import subprocess
from collections import defaultdict
from contextlib import ExitStack, closing
from itertools import takewhile
from pathlib import Path
from threading import Thread

from flask import Flask
from redis import Redis
from sqlalchemy import func, select

from events.channel import CHANNEL
from events.event_log import Event
from inbox.queue import INBOX, TAKEN
from models import Result, db
from tests.programs import Program, running
from tests.site import Site
from tests.streams import fresh
from tests.support import wait_for

CLIENTS, ROUNDS = 10, 5
#: What is told of each count, beside that it was accepted.
STEPS = ["queued", "fetching", "reading", "counting", "saving", "finished"]


class Subscriber:
    """A program that listens to the channel."""

    def __init__(self, redis: Redis) -> None:
        self._channel = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._channel.subscribe(CHANNEL)
        self._channel.get_message(timeout=1)
        self._heard: list[Event] = []

    def heard(self) -> list[Event]:
        """All that it has heard so far."""
        while message := self._channel.get_message(timeout=0.01):
            self._heard.append(json.loads(message["data"]))
        return self._heard

    def close(self) -> None:
        self._channel.close()


class Follower:
    """A program that follows `GET /pubsub`, in a thread."""

    def __init__(self, web: str) -> None:
        self._listener = fresh(web)
        self._is_over = False
        self._heard: list[Event] = []
        self.others: list[str] = []
        self._thread = Thread(target=self._follow, daemon=True)
        self._thread.start()

    def heard(self) -> list[Event]:
        return [*self._heard]

    def close(self) -> None:
        """Give the place back, when the next sign of life has come."""
        self._is_over = True
        self._thread.join(10)

    def _follow(self) -> None:
        with self._listener as listener:
            listener.lines = takewhile(lambda _: not self._is_over, listener.lines)
            for name, data, _ in listener.messages():
                if name:
                    self.others.append(name)
                else:
                    self._heard.append(json.loads(data))


class InTerminal:
    """`manage.py listen pubsub --json`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        program.wait_for_line("Listening to all events")

    def heard(self) -> list[Event]:
        lines = self._program.log.splitlines(keepends=True)
        return [json.loads(line) for line in lines if line[0] == "{" and line[-1] == "\n"]

    @property
    def others(self) -> list[str]:
        """What it has said beside events, but that it listens."""
        return [line for line in self._program.log.splitlines() if line[0] != "{"][1:]


def steps_of(events: list[Event]) -> dict[str, list[str]]:
    """The steps of each count, in the order in which they were heard."""
    steps = defaultdict(list)
    for event in events:
        steps[event["job_key"]].append(event["step"])
    return dict(steps)


def outcomes() -> dict[str, int]:
    db.session.rollback()
    return dict(
        db.session.execute(select(Result.status, func.count()).group_by(Result.status)).all()
    )


def test_under_siege_every_item_is_one_count_and_every_listener_hears_all(
    app: Flask,
    worker: Program,
    web: str,
    site: Site,
    siege: str,
    environ: dict[str, str],
    tmp_path: Path,
) -> None:
    command = ["manage", "listen", "pubsub", "--json"]
    with ExitStack() as ending:
        # Not that of the application, which has few connections, for short questions.
        redis: Redis = ending.enter_context(Redis.from_url(app.config["REDIS_URL"]))
        program = ending.enter_context(running(command, environ, tmp_path / "listen.log"))
        listening = InTerminal(program)
        followers = [ending.enter_context(closing(Follower(web))) for _ in range(2)]
        subscribers = [ending.enter_context(closing(Subscriber(redis))) for _ in range(2)]
        page = site.serve("/besieged", "<title>Besieged</title><p>One two three")
        besieged = subprocess.run(
            [siege, f"-c{CLIENTS}", f"-r{ROUNDS}", f"{web}/prodcons POST url={page}"],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},  # where it keeps its settings
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        items = CLIENTS * ROUNDS
        told = besieged.stdout + besieged.stderr
        assert besieged.returncode == 0, told
        wait_for(
            "outcomes", lambda: outcomes() == {"finished": items}, seconds=300
        )  # two cores may be busy
        assert (redis.llen(INBOX), redis.keys(f"{TAKEN}*")) == (0, [])
        keys = {str(key) for key in db.session.scalars(select(Result.job_key))}
        assert len(keys) == items
        how_many = len(["accepted", *STEPS]) * items
        streams: list[Follower | InTerminal] = [*followers, listening]
        everybody = [*subscribers, *streams]
        for listener in everybody:
            wait_for("events", lambda listener=listener: len(listener.heard()) >= how_many)  # type: ignore[misc]
        first, *others = [listener.heard() for listener in everybody]
        assert steps_of(first).keys() == keys
        for steps in steps_of(first).values():
            # Who accepts an item may be overtaken by who counts it.
            assert sorted(steps) == sorted(["accepted", *STEPS])
            assert [step for step in steps if step != "accepted"] == STEPS
        ids = [event["id"] for event in first]
        assert len({*ids}) == how_many
        for heard in others:
            assert [event["id"] for event in heard] == ids
            assert steps_of(heard) == steps_of(first)
        assert [one.others for one in streams] == [[], [], []]
    assert "Traceback" not in worker.log
