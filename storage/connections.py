"""Connections to Postgres: lent alive by the pool; and short reads without transactions.

To ask each connection before each use whether it lives (`pool_pre_ping`) takes as long as a whole
short read, and so does each of the BEGIN and the ROLLBACK around it. Short reads have connections
of their own (`SHORT_READS`), with which nothing is done before and after: each call to the driver,
also one that sends nothing, lets other threads run, and waits until they let go.
"""

import select
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakSet
from zlib import crc32

from flask_sqlalchemy import SQLAlchemy
from psycopg2.errors import DuplicatePreparedStatement, InvalidSqlStatementName
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session

#: A connection that was idle for longer, in seconds, is asked. What breaks without a word, as
#: behind a firewall that has forgotten a connection, takes many times as long.
LONG_IDLE = 5
#: The name of the engine with the connections for short reads.
SHORT_READS = "short_reads"
#: How many of those a process keeps, at most. Each is taken for less than a millisecond.
MOST_FOR_SHORT_READS = 4
_SINCE = "idle since"
_PREPARED = "prepared"
#: Engines behind a pooler, which does not keep what a server was told to make ready.
_POOLED: WeakSet[Engine] = WeakSet()


def for_short_reads(url: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of the engine `SHORT_READS`: its connections have no transactions, are never asked
    whether they live, and the one that was used last is lent first.

    :param options: those of the engine for everything else.
    """
    return {
        **options,
        "url": url,
        "isolation_level": "AUTOCOMMIT",
        "pool_reset_on_return": None,
        "pool_use_lifo": True,
        "pool_size": MOST_FOR_SHORT_READS,
        "max_overflow": 0,
    }


def lend_alive(engine: Engine) -> None:
    """Let the pool of an engine lend no connection that broke while it was idle.

    A server that ends, or is ended, closes its connections, and that can be seen without a word
    to it; so can what the kernel has found out (`config.POSTGRES_PATIENCE`). The server is asked
    only if there is something to be seen, whatever it is, or if the connection was idle for long.
    """

    def note(connection: Any, record: Any) -> None:
        if connection is not None and not connection.closed:  # it has not broken
            connection.autocommit = False
            record.info[_SINCE] = time.monotonic()

    def look(connection: Any, record: Any, _lent: object) -> None:
        since = record.info.get(_SINCE)
        if since is None:  # it is new
            return
        if time.monotonic() - since <= LONG_IDLE and _is_quiet(connection):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # Others broke at the same moment: the pool makes new ones in place of all of them.
            raise InvalidatePoolError() from error

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", look)


def _is_quiet(connection: Any) -> bool:
    """Whether a connection says nothing; one that is closed says so."""
    if connection.closed or (socket := connection.fileno()) < 0:  # libpq has given it up
        return False
    looking = select.poll()
    looking.register(socket, select.POLLIN)
    return not looking.poll(0)


@dataclass(frozen=True)
class ShortRead:
    """What is asked again and again, and read by one short statement.

    :ivar name: what it reads.
    :ivar sql: in the words of the driver, with ``%(name)s``.
    :ivar types: those of its parameters, in their order, in the words of Postgres.
    """

    name: str
    sql: str
    types: Mapping[str, str]

    def prepare(self) -> str:
        """Has the server make ready what otherwise it does each time, for twice as long as the
        reading itself takes."""
        numbered = {name: f"${number}" for number, name in enumerate(self.types, start=1)}
        return (
            f"PREPARE {self.known_as} ({', '.join(self.types.values())}) AS {self.sql % numbered}"
        )

    @cached_property
    def known_as(self) -> str:
        """Its name on the server: another release may ask otherwise, behind the same pooler."""
        return f"{self.name}_{crc32(self.sql.encode()):08x}"

    @cached_property
    def execute(self) -> str:
        """Asks what was made ready."""
        return f"EXECUTE {self.known_as} ({', '.join(f'%({name})s' for name in self.types)})"


def read_one(
    db: SQLAlchemy, read: ShortRead, parameters: Mapping[str, object]
) -> tuple[Any, ...] | None:
    """The one row that a statement reads, or None; with nothing around it.

    The driver is asked directly: for a short read SQLAlchemy does more than the driver, the network
    and Postgres together. Should that fail, it is read again, which changes nothing: a server that
    has ended since the last reading has closed its connections. That is left to SQLAlchemy, which
    calls errors by the names that are known here.
    """
    # No session is made for it only to find that it has no transaction.
    if db.session.registry.has() and db.session().in_transaction():
        # It has a connection already, and one is enough.
        return _row(db.session().connection(), read, parameters)
    engine = db.engines[SHORT_READS]
    try:
        return _read_one(engine, read, parameters)
    except engine.dialect.loaded_dbapi.Error:
        with db.engine.connect() as connection:
            return _row(_alone(connection), read, parameters)


def _row(
    connection: Connection, read: ShortRead, parameters: Mapping[str, object]
) -> tuple[Any, ...] | None:
    row = connection.exec_driver_sql(read.sql, dict(parameters)).one_or_none()
    return tuple(row) if row else None


def _read_one(
    engine: Engine, read: ShortRead, parameters: Mapping[str, object]
) -> tuple[Any, ...] | None:
    pool = engine.pool
    lent = engine.raw_connection()
    try:
        with closing(lent.cursor()) as cursor:
            if engine in _POOLED:
                cursor.execute(read.sql, parameters)
            else:
                _execute_prepared(cursor, lent.info.setdefault(_PREPARED, set()), read, parameters)
            found: tuple[Any, ...] | None = cursor.fetchone()
            return found
    except (InvalidSqlStatementName, DuplicatePreparedStatement):
        _POOLED.add(engine)  # somebody else's connection: a pooler lends others each time
        raise
    except engine.dialect.loaded_dbapi.Error:
        has_broken = lent.dbapi_connection is None or bool(lent.dbapi_connection.closed)
        lent.invalidate()
        if has_broken and engine.pool is pool:
            engine.dispose()  # others broke at the same moment: new ones are made in place of all
        raise
    finally:
        lent.close()


def _execute_prepared(
    cursor: Any, prepared: set[str], read: ShortRead, parameters: Mapping[str, object]
) -> None:
    if read.known_as not in prepared:
        cursor.execute(read.prepare())
        prepared.add(read.known_as)
    cursor.execute(read.execute, parameters)


def only_read(session: Session) -> None:
    """Let each statement of a session stand alone, for those who change nothing; unless it is in
    the middle of a transaction.

    What they read may be of different moments, as it may be in a transaction of Postgres' default
    isolation.
    """
    if not session.in_transaction():
        _alone(session.connection())


def _alone(connection: Connection) -> Connection:
    """A connection on which each statement stands alone, until it is given back to the pool."""
    # Not by SQLAlchemy's isolation levels: to set and to unset those, it talks to the server.
    connection.connection.dbapi_connection.autocommit = True  # type: ignore[union-attr]
    return connection
