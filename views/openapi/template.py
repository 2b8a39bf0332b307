"""The same in the words of a well-known template of Flask and RQ."""

from views.errors import UNKNOWN_COUNT
from views.openapi import examples, parameters
from views.openapi.answers import (
    KEPT,
    UNCHANGED,
    answer,
    broken,
    failed,
    nonsense,
    not_now,
    unknown,
)
from views.openapi.bricks import Json, body, operation, schema, sent
from views.openapi.counting import PAGED, RANKING, SUBMISSION, submitted, without_main_text
from views.template_api import NO_JOB_ID

TEMPLATE = "Clients of the RQ template"

_ERROR = f"404 Not Found: {UNKNOWN_COUNT}"
_JOB_ID = parameters.a_key("job_id", "What `POST /enqueue` has answered.", examples.FINISHED)


def paths() -> Json:
    """The operations, by path and method."""
    return {
        "/enqueue": {"post": _enqueue()},
        "/check_status": {"get": _check_status()},
        "/get_result": {"get": _get_result()},
    }


def _enqueue() -> Json:
    job = body("application/json", schema("Job"), {"job_id": examples.FINISHED})
    return operation(
        "enqueue",
        TEMPLATE,
        "Have a page counted, for clients of the template",
        description="As `POST /start`, with the key in JSON.",
        parameters=[parameters.IDEMPOTENCY_KEY],
        requestBody=sent(SUBMISSION),
        answers=submitted("The job key.", job),
    )


def _check_status() -> Json:
    status = {"job_id": examples.FINISHED, "job_status": "finished"}
    return operation(
        "checkStatus",
        TEMPLATE,
        "See where a count stands",
        description="In the words of RQ.",
        parameters=[_JOB_ID],
        answers={
            "200": answer(
                "Where it stands.", body("application/json", schema("JobStatus"), status)
            ),
            **nonsense(sentence=NO_JOB_ID),
            **unknown(members={"error": _ERROR}),
            **broken(),
            **not_now(),
        },
    )


def _get_result() -> Json:
    result = {
        "job_id": examples.FINISHED,
        "job_enqueued_at": examples.SUBMITTED,
        "job_started_at": examples.STARTED,
        "input": {"url": examples.SAMPLE},
        "result": examples.TOP_TEN,
    }
    return operation(
        "getResult",
        TEMPLATE,
        "Get the words of a count, for clients of the template",
        description=(
            "The choices are those of `/results`. While there is no result, it is answered 404"
            " with the code `result_not_ready` and a member `job_status`."
        ),
        parameters=[_JOB_ID, *RANKING, parameters.IF_NONE_MATCH],
        answers={
            "200": answer(
                "The words, most frequent first.",
                body("application/json", schema("JobResult"), result),
                {**KEPT, **PAGED},
            ),
            **UNCHANGED,
            **nonsense("too_many_words", sentence=NO_JOB_ID),
            **unknown(
                "result_not_ready",
                what="There is no count with this key, or no result yet.",
                members={"error": _ERROR},
            ),
            **without_main_text(),
            **failed(),
            **broken(),
            **not_now("busy", "too_many_downloads"),
        },
    )
