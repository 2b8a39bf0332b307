"""Many clients at once put items in; each becomes one count, and all who listen hear of it."""

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import func, select

from events import CHANNEL
from inbox import INBOX, TAKEN
from models import Result, db
from tests.programs import Program
from tests.site import Site
from tests.support import wait_for

CLIENTS, ROUNDS = 10, 5


@pytest.fixture
def siege() -> str:
    """The program; where there is none the test is skipped, but in CI it fails."""
    program = shutil.which("siege")
    if program:
        return program
    missing = "siege is missing. Install it: apt install siege"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


class Subscriber:
    """A program that listens to the channel."""

    def __init__(self, redis: Redis) -> None:
        self._channel = redis.pubsub(ignore_subscribe_messages=True)
        self._channel.subscribe(CHANNEL)
        self._channel.get_message(timeout=1)
        self.heard: Counter[tuple[str, str]] = Counter()

    def keys(self, step: str) -> set[str]:
        """The keys of the counts of which it has heard that step."""
        while message := self._channel.get_message(timeout=0.01):
            event = json.loads(message["data"])
            self.heard[event["step"], event.get("job_key", "")] += 1
        return {key for told, key in self.heard if told == step}

    def close(self) -> None:
        self._channel.close()


def outcomes() -> dict[str, int]:
    db.session.rollback()
    return dict(
        db.session.execute(select(Result.status, func.count()).group_by(Result.status)).all()
    )


def test_under_siege_every_item_is_one_count_and_every_listener_hears_all(
    app: Flask, worker: Program, web: str, site: Site, siege: str, tmp_path: Path
) -> None:
    redis: Redis = app.extensions["redis"]
    listeners = [Subscriber(redis), Subscriber(redis)]
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
    for listener in listeners:
        wait_for("finished", lambda listener=listener: listener.keys("finished") == keys)
        assert listener.keys("accepted") == keys
        assert max(listener.heard.values()) == 1
        listener.close()
    assert "Traceback" not in worker.log
