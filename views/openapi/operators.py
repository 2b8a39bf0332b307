"""What those who run the service ask."""

from storage import schema as migrations
from views.openapi.answers import RETRY_AFTER, answer, broken, problem
from views.openapi.bricks import TEXT, YES_OR_NO, Json, an_object, body, one_of, operation, schema
from views.readiness import NO_WORKER

OPERATORS = "Operators"

_CHECK = an_object({"ok": YES_OR_NO, "detail": TEXT})
_PARTS = ("postgres", "migrations", "redis", "worker")
SCHEMAS: dict[str, Json] = {
    "Health": an_object({"status": one_of(["running"])}),
    "Readiness": an_object(
        {"status": one_of(["ready"]), "checks": an_object(dict.fromkeys(_PARTS, _CHECK))}
    ),
}


def paths() -> Json:
    """The operations, by path and method."""
    return {
        "/healthz": {"get": _health()},
        "/readyz": {"get": _readiness()},
        "/metrics": {"get": _metrics()},
    }


def _health() -> Json:
    return operation(
        "health",
        OPERATORS,
        "See that a process answers",
        description="It asks neither Postgres nor Redis.",
        answers={
            "200": answer(
                "It does.", body("application/json", schema("Health"), {"status": "running"})
            ),
            **broken(),
        },
    )


def _readiness() -> Json:
    return operation(
        "readiness",
        OPERATORS,
        "See whether pages that are submitted now will be counted",
        description=(
            "Postgres and Redis must answer, the migrations of this release must be done, and a"
            " worker be alive. Whatever hangs is not waited for longer than two seconds."
        ),
        answers={
            "200": answer(
                "They will.",
                body(
                    "application/json",
                    schema("Readiness"),
                    {"status": "ready", "checks": _checks(True)},
                ),
            ),
            **problem(
                503,
                "Something is missing; `checks` says what.",
                "not_ready",
                sentence=NO_WORKER,
                headers=RETRY_AFTER,
                members={"checks": _checks(False)},
            ),
            **broken(),
        },
    )


def _checks(is_ready: bool) -> Json:
    """How each of them may be."""
    worker = "1 worker is alive." if is_ready else NO_WORKER
    return {
        "postgres": {"ok": True, "detail": "Postgres answers."},
        "migrations": {
            "ok": True,
            "detail": f"The database has seen migration {migrations.needed()}.",
        },
        "redis": {"ok": True, "detail": "Redis answers."},
        "worker": {"ok": is_ready, "detail": worker},
    }


def _metrics() -> Json:
    return operation(
        "metrics",
        OPERATORS,
        "Get the figures",
        description=(
            "In the text format of Prometheus, those of all processes together, whichever is asked."
            " What cannot be asked just now is left out, and `wordcount_up` says so. Where the"
            " operator has set `METRICS_TOKEN`, `Authorization: Bearer` must show it."
        ),
        answers={
            "200": answer("The figures.", body("text/plain", TEXT)),
            **problem(
                401,
                "The token is missing, or is another one.",
                "token_needed",
                sentence="The figures are for who shows the token.",
                headers={"WWW-Authenticate": {"description": "`Bearer`.", "schema": TEXT}},
            ),
            **broken(),
        },
    )
