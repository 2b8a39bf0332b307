"""How many requests a second ``GET /results/<key>`` answers, beside a bare route of Flask."""

import json
import statistics
from collections.abc import Mapping
from contextlib import ExitStack

from bench.bare import ROWS
from bench.bars import Figure, Report, at_least
from bench.client import Client
from bench.load import Load, load
from bench.programs import free_port, programs, wait_for_port
from bench.site import address
from bench.system import CLASSIC, OURS, Running, running

DISTINCT = 60_000
_SECONDS = 3.0
#: The classic shape is asked less often: nothing hangs on its second digit.
_CLASSIC_ROUNDS = 2
_EVERY = 0.05

#: Where something is: port and path.
Place = tuple[int, str]


def measure(rounds: int = 5) -> Report:
    """Rates of both shapes and of the bare route, in turn; of all rounds the median is told."""
    with ExitStack() as started:
        ours = started.enter_context(running(OURS))
        classic = started.enter_context(running(CLASSIC))
        small, large, rows = _counted(ours)
        classic_small, classic_large, _ = _counted(classic)
        bare = free_port()
        environ = {**ours.programs.environ, "PORT": str(bare), ROWS: json.dumps(rows)}
        started.enter_context(programs(environ)).start(
            "bare",
            ("-m", "gunicorn", "--config", "python:bench.bare_conf", "bench.bare:create_app()"),
        )
        wait_for_port("bare route", bare)
        client = started.enter_context(load())
        places = {"bare": (bare, small[1]), "small": small, "large": large}
        rates = _medians(client, places, rounds)
        classic_places = {"small": classic_small, "large": classic_large}
        classic_rates = _medians(client, classic_places, _CLASSIC_ROUNDS)
    figures = [
        Figure(what="bare route, requests/s", ours=rates["bare"]),
        *(
            Figure(
                what=f"results, {size} page, requests/s",
                ours=rates[size],
                classic=classic_rates[size],
                ratio=rates[size] / classic_rates[size],
            )
            for size in ("small", "large")
        ),
        Figure(
            what="results, small / bare", ours=rates["small"] / rates["bare"], bar=at_least(0.5)
        ),
        Figure(
            what="results, large / small",
            ours=rates["large"] / rates["small"],
            classic=classic_rates["large"] / classic_rates["small"],
            bar=at_least(0.9),
        ),
    ]
    text = (
        f"{rounds} rounds of {_SECONDS:.0f} s each, in turn, medians; {_CLASSIC_ROUNDS} for the"
        f" classic shape. Two gunicorn processes; the large page has {DISTINCT:,} distinct words."
    )
    return Report(text, figures)


def _counted(system: Running) -> tuple[Place, Place, list[tuple[str, int]]]:
    """Where the results of a small and of a large page are, and the rows of the small one."""
    with Client(system.port) as client:
        keys = [
            client.submit(address(system.site, *page))
            for page in (("small", 1), ("large", DISTINCT))
        ]
        rows, _ = [client.wait_for(key, _EVERY) for key in keys]
    small, large = ((system.port, f"/results/{key}") for key in keys)
    return small, large, rows


def _medians(client: Load, places: Mapping[str, Place], rounds: int) -> dict[str, float]:
    rates: dict[str, list[float]] = {name: [] for name in places}
    for port, path in places.values():
        client.rate(port, path, _SECONDS / 6)  # whatever is loaded at the first request
    for _ in range(rounds):
        for name, (port, path) in places.items():
            rates[name].append(client.rate(port, path, _SECONDS))
    return {name: statistics.median(all_of_it) for name, all_of_it in rates.items()}
