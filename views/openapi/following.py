"""Following counts as they go: streams of events, and the inbox that other programs fill."""

from models import Status
from views import live
from views.disclosure import MOST_KEYS
from views.openapi import examples, parameters
from views.openapi.answers import (
    RETRY_AFTER,
    answer,
    broken,
    forbidden,
    misdirected,
    not_now,
    page,
    problem,
    refused,
    too_large,
    too_often,
    unknown,
)
from views.openapi.bricks import (
    TEXT,
    Json,
    an_object,
    body,
    list_of,
    one_of,
    operation,
    said,
    schema,
    sent,
)
from views.prodcons import UNAVAILABLE

EVENTS, INBOX = "Events", "The inbox"

_ENDED = [status for status in Status if not status.is_pending]
_KEYS = {**list_of(schema("Key")), "maxItems": MOST_KEYS}


def paths() -> Json:
    """The operations, by path and method."""
    return {
        "/counts/{job_key}/events": {"get": _count_events()},
        "/pubsub": {"get": _all_events()},
        "/prodcons": {"get": _inbox(), "post": _put()},
    }


def _event(name: Json | None, data: Json) -> Json:
    """One event of a stream."""
    members = {"event": name, "data": data} if name else {"data": data}
    return an_object(members, {"id": TEXT})


def _written(of: Json) -> Json:
    """A text that is JSON."""
    return {"type": "string", "contentMediaType": "application/json", "contentSchema": of}


def _stream(*events: Json) -> Json:
    """A stream. OpenAPI has words for it from 3.2 on only; so the schema is that of one event."""
    of = {"description": "One event of the stream.", "anyOf": [*events]}
    return {"text/event-stream": {"schema": of}}


def _count_events() -> Json:
    ended = an_object({"status": one_of(_ENDED)})
    stream = _stream(
        _event(one_of(["standing"]), _written(schema("Standing"))),
        _event(one_of(["done"]), _written(ended)),
    )
    return operation(
        "countEvents",
        EVENTS,
        "Follow a count",
        description=(
            "Server-sent events: `standing`, with the object that `/results` answers while the"
            " count is pending, now and whenever it changes; then `done`, with its status. A"
            f" stream ends after {live.LONGEST_SECONDS / 60:g} minutes; connect once more."
        ),
        parameters=[parameters.JOB_KEY],
        answers={
            "200": answer("The stream.", stream),
            **misdirected(),
            **unknown(),
            **broken(),
            **not_now("too_many_streams"),
        },
    )


def _all_events() -> Json:
    stream = _stream(
        _event(None, _written(schema("Event"))),
        _event(one_of(["resync"]), said("A sentence for people.", TEXT)),
    )
    return operation(
        "events",
        EVENTS,
        "Follow all counts",
        description=(
            "Server-sent events without a name, each an `Event`, of every step of every count."
            " What was missed is told after a reconnection, by `Last-Event-ID`; where that cannot"
            " be known, an event `resync` says so. The URL is told of no count but those whose"
            " keys are given."
        ),
        parameters=[
            {
                "name": "key",
                "in": "query",
                "description": "Of a count whose URL, key and `ref` are to be told.",
                "schema": _KEYS,
            },
            {
                "name": "last_event_id",
                "in": "query",
                "description": "As `Last-Event-ID`, for clients that cannot send headers.",
                "schema": TEXT,
            },
            parameters.header("Last-Event-ID", TEXT, "The id of the last event that you have."),
        ],
        answers={
            "200": answer(
                "The stream; for browsers a page that shows it.",
                {**stream, **page("The same for people.")},
            ),
            **problem(
                400,
                "A parameter makes no sense; the sentence names it.",
                "bad_parameter",
                "bad_request",
                sentence=f'There may be at most {MOST_KEYS} times "key".',
            ),
            **unknown(),
            **broken(),
            **not_now("too_many_streams"),
        },
    )


def _inbox() -> Json:
    told = {"anyOf": [schema("Inbox"), schema("ItemStanding")]}
    example = {"length": 0, "in_flight": 0, "rejected": 0, "last": []}
    return operation(
        "inbox",
        INBOX,
        "Look at the inbox",
        description=(
            "How many items wait, and the last ones. Of their URLs only the hosts are told. With"
            " `item`, what has become of one item, and the key of its count."
        ),
        parameters=[parameters.ITEM],
        answers={
            "200": answer(
                "How it stands.",
                {
                    **body("application/json", told, example),
                    **page("The same for people."),
                },
            ),
            **misdirected(),
            **problem(
                404,
                "There is no item with this id.",
                "unknown_item",
                "not_found",
                sentence="There is no item with this id.",
            ),
            **broken(),
            **_no_inbox("database_unavailable"),
        },
    )


def _put() -> Json:
    form = body(
        "application/x-www-form-urlencoded",
        schema("Item"),
        {"url": examples.SAMPLE, "ref": "order-7"},
    )
    return operation(
        "put",
        INBOX,
        "Put a page into the inbox",
        description=(
            "Each item becomes a count of its own. Its key is told by `GET /prodcons?item=`, and"
            " with the event `accepted` and the `ref`. Programs that reach Redis may do the same"
            " without the web: `LPUSH wordcount:inbox`, a URL or an `Item` as JSON, with an `id`"
            " of its own if it may be put in twice, a UUID."
        ),
        requestBody=sent(form),
        answers={
            "202": answer(
                "It waits.",
                body("application/json", schema("Taken"), {"length": 1, "item": examples.ITEM}),
            ),
            "303": answer(
                "It waits; this is for browsers.",
                None,
                {"Location": {"description": "The page of the item.", "schema": TEXT}},
            ),
            **refused("item_bad_ref"),
            **forbidden(),
            **too_large(),
            **too_often(),
            **broken(),
            **_no_inbox("queue_full"),
        },
    )


def _no_inbox(*codes: str) -> dict[str, Json]:
    return problem(
        503,
        "Not just now: ask again after `Retry-After` seconds.",
        "inbox_unavailable",
        *codes,
        sentence=UNAVAILABLE,
        headers=RETRY_AFTER,
    )
