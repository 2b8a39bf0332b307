"""What programs send and get in JSON, but for tables."""

from callbacks.rows import SECRET_LENGTHS
from inbox.items import LONGEST_REF
from models import Status, Step
from views.openapi.bricks import (
    HOW_MANY,
    SHARE,
    TEXT,
    TEXT_OR_NOTHING,
    TIME,
    TIME_OR_NOTHING,
    Json,
    an_object,
    list_of,
    one_of,
    pair,
    said,
    schema,
)
from views.openapi.tables import SCHEMAS as OF_TABLES
from wordcount.url import MAX_CHARACTERS

_UUID: Json = {"type": "string", "format": "uuid"}
_PENDING = [status for status in Status if status.is_pending]
_URL = said("As it was submitted, normalised.", TEXT)
_PROBLEM = an_object(
    {
        "title": said("The status in words.", TEXT),
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": said("A sentence for people.", TEXT),
        "code": said("For programs; it never changes its meaning.", TEXT),
    }
)
_ABOUT = {
    "job_key": schema("Key"),
    "url": _URL,
    "attempt": said("How often it was begun.", HOW_MANY),
    "submitted_at": TIME,
}
_FAILURE = {
    "allOf": [
        schema("Problem"),
        an_object(
            _ABOUT,
            {"http_status": said("The status of the site, if that is why.", {"type": "integer"})},
        ),
    ]
}
_STANDING = an_object(
    {
        "status": one_of(_PENDING),
        "step": one_of([Status.QUEUED, *Step]),
        "fraction": said("How much of the way lies behind, for a bar; not of the time.", SHARE),
        "seconds": said("Since it was submitted.", HOW_MANY),
        "still": said("Seconds since anything last moved.", HOW_MANY),
        "message": said("Where it stands, for people.", TEXT),
        **_ABOUT,
    },
    {
        "position": said("In the queue, from 1.", {"type": "integer", "minimum": 1}),
        "bytes": said("Of the page, so far.", HOW_MANY),
        "advice": said("Why nothing moves, for people.", TEXT),
    },
)
_SUBMISSION = an_object(
    {
        "url": said(
            "Of the page; `http://` may be left out.",
            {"type": "string", "minLength": 1, "maxLength": MAX_CHARACTERS},
        )
    },
    {
        "fresh": said(
            "Count it again, also if it is being counted, or was a moment ago.",
            {"type": "boolean", "default": False},
        ),
        "callback_url": said(
            "Who is told of the outcome by POST; see the webhooks.", TEXT_OR_NOTHING
        ),
        "callback_secret": said(
            f"Signs what is sent there: {SECRET_LENGTHS[0]} to {SECRET_LENGTHS[-1]} printable"
            " characters. It can be left out where the operator has set one.",
            TEXT_OR_NOTHING,
        ),
    },
)
#: What every event may have; which of them are there depends on the step, and on who asks.
_EVENT = an_object(
    {"id": said("Grows from event to event.", TEXT), "step": TEXT, "at": TIME},
    {
        "host": said("Of the page. The URL is only for those who hold the key.", TEXT),
        "attempt": HOW_MANY,
        "words": said("With `finished`.", HOW_MANY),
        "bytes": said("Of the page, so far.", HOW_MANY),
        "code": said("With `failed` and `rejected`.", TEXT),
        "ref": said("By which the producer of an item knows it.", {"type": ["string", "number"]}),
        "count": said("Tells counts apart where their keys are not named.", TEXT),
        "job_key": schema("Key"),
        "url": TEXT,
    },
)
_ITEM_SHOWN = an_object(
    {"state": one_of(["waiting", "accepted", "rejected"])},
    {
        "host": TEXT,
        "at": TIME,
        "code": said("Why it was rejected.", TEXT),
        "detail": TEXT,
        "job_key": said("For those who may know it.", schema("Key")),
        "ref": said("For those who may know it.", {"type": ["string", "number"]}),
    },
)
_JOB_STATUS = ("queued", "started", "finished", "failed")
_OUTCOME = {
    "event": one_of([Status.FINISHED, Status.FAILED]),
    "delivery_id": said("The same at each attempt: so you can tell what you have heard.", _UUID),
    "job_key": schema("Key"),
    "url": _URL,
    "status": one_of([Status.FINISHED, Status.FAILED]),
    "submitted_at": TIME,
    "finished_at": TIME,
    "sent_at": TIME,
}

SCHEMAS: dict[str, Json] = {
    "Key": said(
        "Of a count or a list. Who knows it can see what was counted.",
        _UUID,
    ),
    "Problem": said("Why not (RFC 9457).", _PROBLEM),
    "Failure": said("Why a page could not be counted.", _FAILURE),
    "Service": an_object(
        {
            "name": TEXT,
            "status": one_of(["running"]),
            "version": TEXT,
            "docs": said("The address of this description, for people.", TEXT),
            "openapi": said("The same, for programs.", TEXT),
        }
    ),
    "Submission": _SUBMISSION,
    "Ranking": said("Words with their counts, most frequent first.", list_of(pair(TEXT, HOW_MANY))),
    "Standing": said("Where a count stands that has no outcome yet.", _STANDING),
    "Job": an_object({"job_id": schema("Key")}),
    "JobStatus": an_object({"job_id": schema("Key"), "job_status": one_of(_JOB_STATUS)}),
    "JobResult": an_object(
        {
            "job_id": schema("Key"),
            "job_enqueued_at": TIME,
            "job_started_at": TIME_OR_NOTHING,
            "input": an_object({"url": _URL}),
            "result": schema("Ranking"),
        }
    ),
    "Callbacks": list_of(
        an_object(
            {
                "delivery_id": _UUID,
                "state": one_of(["waiting", "delivered", "given_up"]),
                "attempts": HOW_MANY,
                "last_status": said(
                    "What the receiver has answered.", {"type": ["integer", "null"]}
                ),
                "last_error": said("The code of what went wrong.", TEXT_OR_NOTHING),
                "next_at": said("When it is sent again.", TIME_OR_NOTHING),
            }
        )
    ),
    "Event": said("One step of one count, as it is told.", _EVENT),
    "Item": an_object(
        {"url": said("Of the page; `http://` may be left out.", TEXT)},
        {
            "ref": said(
                "By which you know it; it comes back with the key.",
                {"type": "string", "maxLength": LONGEST_REF},
            )
        },
    ),
    "Taken": an_object(
        {
            "length": said("How many items wait.", HOW_MANY),
            "item": said("The id of this one.", _UUID),
        }
    ),
    "ItemStanding": an_object(
        {"item": said("Its id.", _UUID), "state": one_of(["waiting", "accepted", "rejected"])},
        {
            "job_key": said("Of its count, when it is accepted.", schema("Key")),
            "code": said("Why it was rejected.", TEXT),
            "detail": TEXT,
        },
    ),
    "Inbox": an_object(
        {
            "length": said("How many items wait.", HOW_MANY),
            "in_flight": said("How many were taken, and are not submitted yet.", HOW_MANY),
            "rejected": said("How many bad items are kept.", HOW_MANY),
            "last": said("The last ones, first those that wait.", list_of(_ITEM_SHOWN)),
        }
    ),
    "Finished": an_object(
        {
            **_OUTCOME,
            "total_words": HOW_MANY,
            "distinct_words": HOW_MANY,
            "language": TEXT_OR_NOTHING,
            "title": TEXT_OR_NOTHING,
            "result": said("The top 10.", schema("Ranking")),
        },
        {"results_url": TEXT},
    ),
    "Failed": an_object(
        {**_OUTCOME, "code": TEXT, "detail": TEXT}, {"http_status": {"type": "integer"}}
    ),
    "Description": {"type": "object"},
    **OF_TABLES,
}
