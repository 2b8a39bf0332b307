"""The inbox on the web: a form that puts items into it, and how it stands.

Its clients are programs such as curl and siege as well as people, so its form has no token.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from redis.exceptions import RedisError

from events.channel import CHANNEL
from inbox.items import Item, name_of, read_id, read_item, read_ref, written
from inbox.queue import INBOX, Inbox, Standing
from models import as_key, storable
from storage.once import count_of_name
from submissions import QueueFullError
from views.disclosure import shown
from views.errors import Problem, http_error, problem_of, wants_page
from views.visitor import recent
from wordcount.errors import InputError
from wordcount.url import read_url

prodcons = Blueprint("prodcons", __name__)
Found = TypeVar("Found")

UNAVAILABLE = "The inbox cannot be reached just now. Please try again in a moment."


@dataclass(frozen=True)
class Typed:
    """What was typed into the form."""

    url: str = ""
    ref: str = ""


@prodcons.get("/prodcons")
def show() -> ResponseReturnValue:
    """How many items wait, and what has become of the last ones: a page, or JSON for programs.

    With `item`, the id of one that was put in: what has become of it.
    """
    named = request.args.get("item")
    item = None if named is None else _item(named)
    if item and not wants_page():
        return _with_headers(jsonify(item))
    standing = _answer(_inbox().standing)
    if wants_page():
        return _page(standing, item=item)
    response = jsonify(
        length=standing.length,
        in_flight=standing.in_flight,
        rejected=standing.rejected,
        last=_last(standing),
    )
    return _with_headers(response)


@prodcons.post("/prodcons")
def push() -> ResponseReturnValue:
    """Put the field `url`, with a `ref` if there is one, into the inbox.

    Programs get 202, how many items wait, and the id of theirs; browsers are shown that.
    """
    typed = Typed(request.form.get("url", ""), request.form.get("ref", ""))
    try:
        length, item_id = _push(typed)
    except (InputError, QueueFullError, Problem) as error:
        if not wants_page():
            raise
        return _refused(typed, problem_of(error))
    if wants_page():
        return redirect(url_for("prodcons.show", item=item_id), 303)
    return jsonify(length=length, item=str(item_id)), 202


@prodcons.errorhandler(RateLimitExceeded)
def too_often(error: RateLimitExceeded) -> ResponseReturnValue:
    """429 for a client that submits too often."""
    if not wants_page():
        return http_error(error)
    typed = Typed(request.form.get("url", ""), request.form.get("ref", ""))
    return _refused(typed, problem_of(error))


def _push(typed: Typed) -> tuple[int, uuid.UUID]:
    """Put what was typed into the inbox; how many items there are now, and the id of this one.

    :raises wordcount.errors.InputError: if it cannot be counted.
    :raises submissions.QueueFullError: if the inbox is as long as the queue may be.
    """
    item_id = uuid.uuid4()
    item = written(Item(read_url(typed.url), read_ref(typed.ref or None), item_id))
    length = _answer(lambda: _inbox().push(item_id, item, current_app.config["MAX_QUEUED"]))
    if length is None:
        raise QueueFullError
    return length, item_id


def _item(named: str) -> dict[str, str]:
    """What has become of an item. Who knows its id has put it in, and may know its key.

    :raises Problem: if there is none with this id.
    """
    try:
        item_id = read_id(named)
    except InputError:
        item_id = None
    if item_id:
        # Asked first, for what is accepted in between is then found in Postgres.
        fate = _answer(lambda: _inbox().fate(item_id))
        if key := count_of_name(name_of(item_id)):
            return {"item": str(item_id), "state": "accepted", "job_key": str(key)}
        if fate is not None:
            why: dict[str, str] = {
                name: storable(fate[name])
                for name in ("code", "detail")
                if isinstance(fate.get(name), str)
            }
            return {"item": str(item_id), "state": "rejected" if why else "waiting", **why}
    raise Problem(404, "unknown_item", "There is no item with this id.")


def _inbox() -> Inbox:
    return Inbox(current_app.extensions["redis"])


def _answer(ask: Callable[[], Found]) -> Found:
    """What Redis says; a problem if it does not."""
    try:
        return ask()
    except RedisError as error:
        current_app.logger.error("the inbox cannot be reached: %s", error)
        raise Problem(
            503, "inbox_unavailable", UNAVAILABLE, headers={"Retry-After": "5"}
        ) from error


def _page(
    standing: Standing | None,
    typed: Typed | None = None,
    problem: Problem | None = None,
    item: Mapping[str, str] | None = None,
) -> Response:
    page = render_template(
        "prodcons.html",
        standing=standing,
        last=[_for_page(outcome) for outcome in _last(standing)] if standing else [],
        item=item,
        typed=typed or Typed(),
        error=problem.description if problem else None,
        is_ref=problem is not None and problem.document["code"] == "item_bad_ref",
        inbox=INBOX,
        channel=CHANNEL,
    )
    status, headers = (problem.status, problem.headers) if problem else (200, {})
    return _with_headers(Response(page, status, headers, mimetype="text/html"))


def _refused(typed: Typed, problem: Problem) -> Response:
    try:
        standing = _inbox().standing()
    except RedisError:  # which the problem is about
        standing = None
    return _page(standing, typed, problem)


def _with_headers(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def _last(standing: Standing) -> list[dict[str, Any]]:
    """The last items, those that wait first, as far as whoever asks may know."""
    held = {visit.key: "" for visit in recent() if visit.kind == "counts"}
    waiting = [{"state": "waiting", **_seen(_of_waiting(item), held)} for item in standing.waiting]
    handled = [
        {"state": "rejected" if "code" in outcome else "accepted", **_seen(outcome, held)}
        for outcome in standing.handled
    ]
    return waiting + handled


def _of_waiting(item: bytes) -> dict[str, Any]:
    """What an item is about; nothing if it will be rejected."""
    try:
        read = read_item(item)
        return {"host": urlsplit(read_url(read.url)).hostname, "ref": read.ref}
    except InputError:
        return {}


def _seen(outcome: Mapping[str, Any], held: Mapping[str, str]) -> dict[str, Any]:
    """An outcome as whoever asks may see it; never with the URL, which may be secret itself."""
    is_public = current_app.config["PUBLIC_KEYS"]
    members = shown({**outcome}, held, is_public)
    members.pop("url", None)
    detail = outcome.get("detail")
    # The sentence repeats a part of what was put in.
    return members | ({"detail": detail} if is_public and isinstance(detail, str) else {})


def _for_page(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """An outcome with the address of its count, and its time of day."""
    key = as_key(str(outcome.get("job_key", "")))
    try:
        at = datetime.fromisoformat(str(outcome.get("at", "")))
    except ValueError:
        at = None
    return {
        **outcome,
        "address": url_for("counts.show", job_key=key) if key else None,
        "time": at,
    }
