"""What goes wrong with Postgres: which errors mean that it is away, and what they are called."""

import logging

from flask_sqlalchemy.session import Session
from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

logger = logging.getLogger(__name__)

#: What is raised when Postgres cannot be reached, breaks off, or has no connection left.
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError)


@event.listens_for(Engine, "handle_error")
def _name_it_by_its_cause(context: ExceptionContext) -> Exception | None:
    """Of some connections that break, psycopg2 says no more than that there was an error."""
    error = context.sqlalchemy_exception
    if not context.is_disconnect or isinstance(error, OperationalError | InterfaceError):
        return None
    return OperationalError(context.statement, context.parameters, context.original_exception)


def reason(error: Exception) -> str:
    """Why the database could not be reached, in one line; what it says after that are guesses."""
    return str(getattr(error, "orig", None) or error).partition("\n")[0]


class LastingSession(Session):
    """Ends also if its connection has broken meanwhile.

    What it had begun has ended with that. Raised at the end of a request, the error would take the
    place of an answer that is made already.
    """

    def close(self) -> None:
        """Give the connection back."""
        try:
            super().close()
        except DATABASE_AWAY as error:
            # The pool has noticed by itself.
            logger.debug("a connection broke before it was given back: %s", reason(error))
