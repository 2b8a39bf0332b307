"""What those who run the service ask: whether a process answers, whether all is there, figures.

They ask from inside, by plain HTTP and by the address of a host, and often: so none of this is
limited, redirected, kept by anybody, or bound to the name of the site.
"""

import hmac

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import SecurityError

from events import tallies
from views.errors import Problem
from views.readiness import Readiness

#: Named like the other parts of the API: they answer programs, whatever a browser would like.
operators = Blueprint("api_for_operators", __name__)

#: Endpoint -> the door that a submission has come through, if it was accepted.
_DOORS = {
    "pages.submit": tallies.FORM,
    "compare.start": tallies.FORM,
    "counts.paste": tallies.PASTED,
    "api.start": tallies.API,
    "api_of_template.enqueue": tallies.API,
}
_NOT_KEPT = {"Cache-Control": "no-store"}
_READINESS, _FIGURES = "readiness", "figures"


@operators.get("/healthz")
def healthz() -> ResponseReturnValue:
    """This process answers. Neither Postgres nor Redis is asked: to start it anew would mend
    neither."""
    return jsonify(status="running"), _NOT_KEPT


@operators.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Whether pages that are submitted now will be counted, and if not, why.

    :raises Problem: 503 if something is missing.
    """
    readiness: Readiness = current_app.extensions[_READINESS]
    checks = readiness.checks()
    told = {name: {"ok": check.ok, "detail": check.detail} for name, check in checks.items()}
    missing = [check.detail for check in checks.values() if not check.ok]
    if missing:
        headers = {"Retry-After": "5", **_NOT_KEPT}
        raise Problem(503, "not_ready", " ".join(missing), headers=headers, checks=told)
    return jsonify(status="ready", checks=told), _NOT_KEPT


@operators.get("/metrics")
def metrics() -> ResponseReturnValue:
    """The figures; for who knows the token, where there is one.

    :raises Problem: 401 for anybody else.
    """
    _let_in()
    from views.metrics import CONTENT_TYPE, Figures  # its library takes its time

    figures: Figures | None = current_app.extensions.get(_FIGURES)
    if figures is None:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        figures = current_app.extensions.setdefault(_FIGURES, Figures(app))
    return Response(figures.text(), headers=_NOT_KEPT, content_type=CONTENT_TYPE)


def _let_in() -> None:
    token: str = current_app.config["METRICS_TOKEN"]
    if not token:
        return
    authorization = request.authorization
    shown = authorization.token if authorization and authorization.type == "bearer" else None
    if not hmac.compare_digest((shown or "").encode(), token.encode()):
        headers = {"WWW-Authenticate": 'Bearer realm="metrics"', **_NOT_KEPT}
        raise Problem(
            401, "token_needed", "The figures are for who shows the token.", headers=headers
        )


_VIEWS = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
#: Where those ask who come from inside.
INSIDE = frozenset(_VIEWS)


def answer_operators(app: Flask) -> None:
    """Give an application these addresses, and let it add up what it answers."""
    app.register_blueprint(operators)
    app.extensions[_READINESS] = Readiness(app)
    events = app.extensions["events"]

    @app.before_request
    def answer_by_any_name() -> ResponseReturnValue | None:
        """In development a site goes by its own names only, and a view by another is not found."""
        if request.path in INSIDE and isinstance(request.routing_exception, SecurityError):
            return _VIEWS[request.path]()
        return None

    @app.after_request
    def add_up(response: Response) -> Response:
        if request.path not in INSIDE:
            events.tally(tallies.RESPONSES, f"{response.status_code // 100}xx")
            door = _DOORS.get(request.endpoint or "")
            if door and response.status_code < 400:
                events.tally(tallies.SUBMISSIONS, door)
        return response
