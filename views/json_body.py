"""What programs send to have a page counted: a JSON object, read member by member, or refused."""

import json
import re
from dataclasses import dataclass
from typing import Any

from flask import request

import submissions
from callbacks import rows
from callbacks.rows import Wanted
from storage.once import Once, OtherRequestError
from views.errors import Problem
from views.limits import client_of
from views.logged import is_about

#: How a program names its request, to be sure that it counts once: visible characters, possibly in
#: quotation marks (draft-ietf-httpapi-idempotency-key-header, section 2.1).
NAME = re.compile(r'"?([!#-~]{1,255})"?')
NAME_REUSED = "This Idempotency-Key was sent with another request before: take a new one."


@dataclass(frozen=True)
class Asked:
    """What a program asks for.

    :ivar url: as it was sent.
    :ivar fresh: count again what was counted a moment ago.
    """

    url: str
    fresh: bool
    callback: Wanted | None
    name: Once | None

    def submit(self) -> str:
        """Have it counted.

        :returns: the job key.
        :raises views.errors.Problem: if the name was used for something else.
        :raises wordcount.errors.InputError: as :func:`submissions.submit`.
        """
        try:
            key = submissions.submit(
                self.url, fresh=self.fresh, name=self.name, callback=self.callback
            )
        except OtherRequestError:
            raise Problem(
                422,
                "idempotency_key_reused",
                NAME_REUSED,
            ) from None
        is_about(key)
        return key


def asked() -> Asked:
    """What the request at hand asks for.

    :raises views.errors.Problem: if it is not what is expected.
    :raises wordcount.errors.InputError: if the callback cannot be one.
    """
    body = _json_object()
    url, fresh = _text(body, "url") or "", body.get("fresh", False)
    if not isinstance(fresh, bool):
        raise Problem(400, "bad_parameter", '"fresh" must be true or false.')
    to, secret = _text(body, "callback_url"), _text(body, "callback_secret")
    if secret is not None and to is None:
        raise Problem(400, "bad_parameter", '"callback_secret" is of use with "callback_url" only.')
    return Asked(
        url=url,
        fresh=fresh,
        callback=None if to is None else rows.wanted_from(to, secret),
        name=_name_of(url, fresh, to, secret),
    )


def _name_of(*members: object) -> Once | None:
    """The name of the request; of one client, for two may think of the same."""
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    name = NAME.fullmatch(header.strip())
    if not name:
        raise Problem(
            400,
            "bad_idempotency_key",
            "An Idempotency-Key has 1 to 255 visible ASCII characters, such as a UUID.",
        )
    return Once(f"request {client_of(request.remote_addr)} {name[1]}", json.dumps(members))


def _text(body: dict[str, Any], member: str) -> str | None:
    value = body.get(member)
    if not isinstance(value, str | None):
        raise Problem(400, "bad_parameter", f'"{member}" must be a string.')
    return value


def _json_object() -> dict[str, Any]:
    """The body; whatever its Content-Type says, for many a client sends JSON without saying so."""
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):  # the latter for [[[[[...
        body = None
    if not isinstance(body, dict):
        raise Problem(
            400, "bad_json", 'Send a JSON object such as {"url": "https://example.com/"}.'
        )
    return body
