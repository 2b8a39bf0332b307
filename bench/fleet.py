"""The whole on several hosts: one with Postgres and Redis, one with the web, one with the sites,
and some that work.
"""

import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from sqlalchemy import Connection, create_engine, make_url, text

from bench.client import Client, exact, submit_urls
from bench.network import NETWORK, PREFIX, SITES, Host, network
from bench.programs import Programs, programs, wait_for, wait_for_port
from bench.rates import Job
from bench.site import address
from bench.system import OURS
from chaos.records import Records
from dev.services import local_postgres, local_redis

WORKING = ("work1", "work2", "work3", "work4")
_POSTGRES_PORT, _REDIS_PORT, _WEB_PORT, _SITE_PORT = 5432, 6379, 8000, 8080
#: Nobody is let in over the network without the password, nor from elsewhere.
_WHO_MAY_COME_IN = "local all all trust\nhost postgres postgres {network} scram-sha-256\n"
#: Where RQ keeps what it knows of each worker.
_WORKERS = "rq:worker:*"
_LOOK_AGAIN = 0.2
#: Beyond this something is wrong, in seconds.
PATIENCE = 180
_PENDING = "SELECT count(*) FROM results WHERE status IN ('queued', 'running')"
_JOBS = """
SELECT extract(epoch FROM started_at)::float8, extract(epoch FROM finished_at)::float8, attempt
FROM results WHERE job_key = ANY(CAST(:keys AS uuid[])) AND status = 'finished'"""
_CLIENTS = "SELECT host(client_addr) FROM pg_stat_activity WHERE client_addr IS NOT NULL"


@dataclass(frozen=True)
class Fleet:
    """Hosts that run, but for those that work.

    :ivar environ: of all programs.
    :ivar database: ours, beside the network; so is `redis`.
    :ivar records: notes each outcome.
    """

    hosts: Mapping[str, Host]
    environ: Mapping[str, str]
    database: Connection
    redis: Redis
    records: Records

    def client(self) -> Client:
        """A client of the web."""
        return Client(_WEB_PORT, self.hosts["web"].address)

    def submit(self, numbers: Iterable[int]) -> dict[int, str]:
        """Submit pages whose servers take a second: the keys of the counts, by their numbers."""
        sites = [str(site) for site in SITES.hosts()]
        urls = {number: address(_SITE_PORT, "slow", number, sites) for number in numbers}
        return submit_urls(self.client, urls)

    def exact(self, keys: Mapping[int, str]) -> int:
        """How many of these counts have every word of their page as often as it is there."""
        return exact(self.client, keys)

    def jobs(self, keys: Mapping[int, str]) -> list[Job]:
        """When these counts were begun and finished; of those that are."""
        rows = self.database.execute(text(_JOBS), {"keys": list(keys.values())})
        return [Job(*row) for row in rows]

    def values(self, query: str, **parameters: object) -> list[Any]:
        """The one column of what a query finds."""
        return list(self.database.scalars(text(query), parameters))

    def now(self) -> float:
        """The time by the clock of the database, in seconds."""
        return float(self.values("SELECT extract(epoch FROM clock_timestamp())")[0])

    def pending(self) -> int:
        """How many counts have no outcome yet."""
        return int(self.values(_PENDING)[0])

    def wait_for_all(self, seconds: float = PATIENCE) -> None:
        """Wait until each count has an outcome."""
        wait_for("outcome of all counts", lambda: self.pending() == 0, seconds, _LOOK_AGAIN)

    def connections(self) -> dict[str, tuple[int, int]]:
        """How many connections each host has to Postgres, and to Redis."""
        names = {host.address: host.name for host in self.hosts.values()}
        postgres = Counter(self.values(_CLIENTS))
        redis = Counter(client["addr"].partition(":")[0] for client in self.redis.client_list())
        return {name: (postgres[address], redis[address]) for address, name in names.items()}

    def workers_of(self, host: Host) -> list[str]:
        """The names of the workers of a host, as RQ keeps them; also of those that have ended."""
        where = {key: self.redis.hget(key, "ip_address") for key in self.redis.scan_iter(_WORKERS)}
        return [
            key.decode().rpartition(":")[2]
            for key, address in where.items()
            if isinstance(address, bytes) and address.decode().partition(":")[0] == host.address
        ]

    @contextmanager
    def working(self, processes: Sequence[int], concurrency: int | None) -> Iterator[Programs]:
        """Run so many worker processes on each of the hosts that work; ready for counts.

        :param concurrency: how many pages each fetches at once; None: as many as by default.
        """
        environ = dict(self.environ)
        if concurrency is not None:
            environ["FETCH_CONCURRENCY"] = str(concurrency)
        there = {name: number for name, number in zip(WORKING, processes, strict=False) if number}
        with programs(environ, PREFIX) as started:
            for name, number in there.items():
                with self.hosts[name].entered():
                    started.start(name, ("worker.py", f"--workers={number}"))
            for name, number in there.items():
                started.wait_for_line(name, OURS.works, number)
            yield started


@contextmanager
def fleet() -> Iterator[Fleet]:
    """Hosts with an empty database, a Redis, a web and the sites; nobody works yet."""
    with ExitStack() as started:
        hosts = started.enter_context(network(("data", "web", "sites", *WORKING), sites="sites"))
        for left_behind in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            shutil.rmtree(left_behind)  # by a killed run: nobody else has hosts now
        folder = Path(started.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX)))
        password = secrets.token_hex(16)
        data = hosts["data"].address
        with hosts["data"].entered():
            local_url = started.enter_context(_postgres(folder, data, password))
            redis = started.enter_context(_redis(folder, data, password))
        environ = {
            "DATABASE_URL": f"postgresql+psycopg2://postgres:{password}@{data}:{_POSTGRES_PORT}"
            "/postgres",
            "REDIS_URL": f"redis://:{password}@{data}:{_REDIS_PORT}/0",
            "WEB_HOST": (web := hosts["web"].address),
            "PORT": str(_WEB_PORT),
            # As it is by default in production, but for these: the sites are on no public network,
            # nobody speaks HTTPS, and all submissions come from one client.
            "APP_SETTINGS": "config.ProductionConfig",
            "SECRET_KEY": "the secret of a bench",
            "SITE_URL": f"http://{web}:{_WEB_PORT}",
            "FETCH_ALLOWED_NETWORKS": str(SITES),
            "HTTPS_ONLY": "false",
            "RATELIMIT_ENABLED": "false",
        }
        all_of_it = started.enter_context(programs(environ, PREFIX))
        with hosts["web"].entered():
            all_of_it.run("tables", OURS.tables)
            all_of_it.start("web", OURS.web)
        with hosts["sites"].entered():
            all_of_it.start("sites", ("-m", "bench.site", str(_SITE_PORT), "0.0.0.0"))  # noqa: S104
        wait_for_port("web", _WEB_PORT, web)
        wait_for_port("sites", _SITE_PORT, hosts["sites"].address)
        records = Records(local_url)
        records.watch()
        engine = create_engine(
            make_url(local_url).set(drivername="postgresql+psycopg2"), isolation_level="AUTOCOMMIT"
        )
        started.callback(engine.dispose)
        database = started.enter_context(engine.connect())
        yield Fleet(hosts, environ, database, redis, records)


@contextmanager
def _postgres(folder: Path, host: str, password: str) -> Iterator[str]:
    """A Postgres that listens at an address as well; its URL is that of its socket."""
    doors = folder / "who-may-come-in"
    doors.write_text(_WHO_MAY_COME_IN.format(network=NETWORK))
    with local_postgres(
        folder / "postgres", {"listen_addresses": host, "hba_file": str(doors)}
    ) as url:
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"))
        with engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER ROLE postgres PASSWORD '{password}'")
        engine.dispose()
        yield url


@contextmanager
def _redis(folder: Path, host: str, password: str) -> Iterator[Redis]:
    """A Redis that listens at an address as well; and a client at its socket."""
    with local_redis(folder / "redis") as url:
        with Redis.from_url(url) as opening:
            opening.config_set("requirepass", password)
            opening.config_set("bind", host)
            opening.config_set("port", str(_REDIS_PORT))
        with Redis.from_url(f"{url}&password={password}") as client:
            yield client
