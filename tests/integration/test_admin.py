"""RQ's dashboard: for nobody without the password, and of use to nobody else's page."""

import pickle
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis

import jobs
import submissions
from app import create_app
from config import settings_from
from storage import rescues
from tests.counts import make_due, stored
from tests.support import free_port
from views.admin import MOST_ATTEMPTS, PREFIX
from workers.rescuer import Watch

PASSWORD = "0123456789abcdef"
OVERVIEW = f"{PREFIX}/"
EMPTY = f"{PREFIX}/queue/{jobs.QUEUE}/queued/empty"

Asked = Callable[..., Any]


def header(password: str, name: str = "admin") -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"}


RIGHT = header(PASSWORD)


@pytest.fixture
def admin(environ: dict[str, str], redis: Redis) -> FlaskClient:
    """Asks an application that has the dashboard."""
    return create_app(settings_from({**environ, "ADMIN_PASSWORD": PASSWORD})).test_client()


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json(force=True)["code"]


def test_without_a_password_there_is_nothing(client: FlaskClient) -> None:
    for path in (OVERVIEW, EMPTY, f"{PREFIX}/static/css/main.css"):
        assert client.get(path, headers=RIGHT).status_code == 404
        assert client.post(path, headers=RIGHT).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {},
        header("0123456789abcdeg"),
        header(""),
        header(PASSWORD, "root"),
        header(f"{PASSWORD} "),
        header("pässword"),
        {"Authorization": f"Bearer {PASSWORD}"},
        {"Authorization": "Basic !!"},
    ],
)
@pytest.mark.parametrize("path", [OVERVIEW, f"{PREFIX}/0/data/queues.json"])
def test_who_has_not_the_password_sees_nothing(
    admin: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    answer = admin.get(path, headers=headers)
    assert code_of(answer) == (401, "password_needed")
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert answer.headers["Cache-Control"] == "no-store"


def test_who_has_it_sees_the_queue(admin: FlaskClient) -> None:
    key = submissions.submit("http://example.com/")
    path = f"{PREFIX}/0/data/jobs/{jobs.QUEUE}/queued/8/asc/1.json"
    answer = admin.get(path, headers=RIGHT)
    assert [job["id"] for job in answer.get_json()["jobs"]] == [key]
    assert answer.headers["Cache-Control"] == "no-store"
    job = admin.get(f"{PREFIX}/0/data/job/{key}.json", headers=RIGHT).get_json()
    assert (job["description"], job["status"]) == (key, "queued")


def test_its_pages_run_their_own_scripts_only(admin: FlaskClient) -> None:
    answers = [admin.get(OVERVIEW, headers=RIGHT) for _ in range(2)]
    policies = [answer.headers["Content-Security-Policy"] for answer in answers]
    assert policies[0] != policies[1]
    for answer, policy in zip(answers, policies, strict=True):
        nonce = policy.partition("'nonce-")[2].partition("'")[0]
        assert answer.text.count(f'nonce="{nonce}"') == 1
        assert "'unsafe-inline'" not in policy
        assert "frame-ancestors 'none'" in policy
    elsewhere = admin.get("/").headers["Content-Security-Policy"]
    assert "nonce" not in elsewhere
    assert "unsafe" not in elsewhere


def test_wrong_passwords_are_counted(admin: FlaskClient) -> None:
    def ask(headers: dict[str, str], address: str = "203.0.113.7") -> int:
        origin = {"REMOTE_ADDR": address}
        return admin.get(OVERVIEW, headers=headers, environ_overrides=origin).status_code

    for _ in range(MOST_ATTEMPTS + 5):
        assert ask({}) == 401  # a browser that asks first
        assert ask(RIGHT) == 200
    assert [ask(header("wrong")) for _ in range(MOST_ATTEMPTS + 1)] == [401] * MOST_ATTEMPTS + [429]
    assert ask(RIGHT) == 429
    assert ask(RIGHT, "203.0.113.8") == 200


def test_pages_of_other_sites_change_nothing(admin: FlaskClient, redis: Redis) -> None:
    key = submissions.submit("http://example.com/")
    for strange in (
        {"Origin": "https://other.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = admin.post(EMPTY, headers={**RIGHT, **strange})
        assert code_of(answer) == (403, "cross_site")
        get = admin.get(f"{PREFIX}/requeue/{jobs.QUEUE}", headers={**RIGHT, **strange})
        assert code_of(get) == (405, "method_not_allowed")
        head = admin.head(f"{PREFIX}/requeue/{jobs.QUEUE}", headers={**RIGHT, **strange})
        assert head.status_code == 405
    assert jobs.queue().job_ids == [key]
    assert admin.post(EMPTY, headers={**RIGHT, "Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert jobs.queue().job_ids == []


@pytest.mark.parametrize("friends", ["*", "https://other.example"])
def test_nor_do_those_that_may_start_counts(
    environ: dict[str, str], redis: Redis, friends: str
) -> None:
    settings = {**environ, "ADMIN_PASSWORD": PASSWORD, "CORS_ORIGINS": friends}
    client = create_app(settings_from(settings)).test_client()
    submissions.submit("http://example.com/")
    sent = {**RIGHT, "Origin": "https://other.example", "Sec-Fetch-Site": "cross-site"}
    assert code_of(client.post(EMPTY, headers=sent)) == (403, "cross_site")
    assert redis.llen(f"rq:queue:{jobs.QUEUE}") == 1


@pytest.mark.parametrize(
    "path", ["1/view/queues", "9/data/queues.json", "queue/other/queued/empty"]
)
def test_there_is_one_queue_only(admin: FlaskClient, path: str) -> None:
    ask = admin.post if path.endswith("empty") else admin.get
    assert code_of(ask(f"{PREFIX}/{path}", headers=RIGHT)) == (404, "not_found")


def test_what_it_removes_is_rung_for_again(admin: FlaskClient) -> None:
    """Postgres has the count; what is in Redis is only the bell."""
    keys = [submissions.submit(f"http://{name}.example/") for name in "ab"]
    admin.post(f"{PREFIX}/job/{keys[0]}/delete", headers=RIGHT)
    assert jobs.queue().job_ids == [keys[1]]
    admin.post(EMPTY, headers=RIGHT)
    assert jobs.queue().job_ids == []
    assert [stored(key).status for key in keys] == ["queued", "queued"]
    watch = Watch()
    for key in keys:
        make_due(key)
    assert len(rescues.overdue(10)) == 2
    watch.look()
    watch.look()
    assert sorted(jobs.queue().job_ids) == sorted(keys)


@dataclass
class Bomb:
    """What does something when it is unpickled."""

    file: str

    def __reduce__(self) -> Any:
        return Path(self.file).touch, ()


def test_nothing_in_redis_is_unpickled(admin: FlaskClient, redis: Redis, tmp_path: Path) -> None:
    key = submissions.submit("http://example.com/")
    pickled = pickle.dumps(Bomb(str(tmp_path / "run")))
    pickle.loads(pickled)
    (tmp_path / "run").unlink()  # so it would have been
    for name in ("data", "meta", "result"):
        redis.hset(f"rq:job:{key}", name, pickled)
    admin.application.config["PROPAGATE_EXCEPTIONS"] = False
    for path in (f"0/view/job/{key}", f"0/data/job/{key}.json", "0/data/workers.json"):
        admin.get(f"{PREFIX}/{path}", headers=RIGHT)
    admin.post(f"{PREFIX}/job/{key}/requeue", headers=RIGHT)
    admin.post(f"{PREFIX}/job/{key}/delete", headers=RIGHT)
    assert not (tmp_path / "run").exists()


def test_in_production_it_is_there_over_https_only(environ: dict[str, str]) -> None:
    production = {
        **environ,
        "APP_SETTINGS": "config.ProductionConfig",
        "SECRET_KEY": "a long and random text",
        "ADMIN_PASSWORD": PASSWORD,
    }
    client = create_app(settings_from(production)).test_client()
    plain = client.get(OVERVIEW, headers=RIGHT)
    assert plain.status_code == 308
    assert "WWW-Authenticate" not in plain.headers
    assert client.get(OVERVIEW, headers=RIGHT, base_url="https://localhost").status_code == 200


def test_without_redis_it_says_so(environ: dict[str, str]) -> None:
    gone = {**environ, "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
    client = create_app(settings_from({**gone, "ADMIN_PASSWORD": PASSWORD})).test_client()
    answer = client.get(OVERVIEW, headers=RIGHT)
    assert code_of(answer) == (503, "redis_unavailable")
    assert "Retry-After" in answer.headers
