"""What stands in the table of counts, and what has passed through it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import NullPool, create_engine, text

# Every time that a count gets an outcome leaves a line here, whatever happens to the row later. The
# database is ours alone, and thrown away afterwards.
_WATCH = """
CREATE TABLE chaos_outcomes (
  job_key uuid NOT NULL, status text NOT NULL, attempt integer NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO chaos_outcomes (job_key, status, attempt)
  VALUES (NEW.job_key, NEW.status, NEW.attempt);
  RETURN NULL;
END $$;
CREATE TRIGGER chaos_note AFTER INSERT OR UPDATE OF status ON results
FOR EACH ROW WHEN (NEW.status IN ('finished', 'failed')) EXECUTE FUNCTION chaos_note();
"""
_PENDING = "SELECT count(*) FROM results WHERE status NOT IN ('finished', 'failed')"
_ROWS = """
SELECT job_key::text AS key, url, status, attempt, error_code, result_all AS words
FROM results ORDER BY id
"""
_OUTCOMES = """
SELECT job_key::text AS key, status, attempt, extract(epoch FROM at)::float8 AS at
FROM chaos_outcomes ORDER BY at
"""


@dataclass(frozen=True)
class Row:
    """One row of the table of counts."""

    key: str
    url: str
    status: str
    attempt: int
    error_code: str | None
    words: Mapping[str, int] | None


@dataclass(frozen=True)
class Outcome:
    """A moment at which a count was finished or failed."""

    key: str
    status: str
    attempt: int
    at: float


class Records:
    """Looks into the database, beside the application."""

    def __init__(self, url: str) -> None:
        # The application's driver. No pool: a connection would not survive the faults.
        url = url.replace("postgresql:", "postgresql+psycopg2:", 1)
        self._engine = create_engine(url, poolclass=NullPool)

    def watch(self) -> None:
        """From now on, note every outcome."""
        with self._engine.begin() as connection:
            connection.execute(text(_WATCH))

    def pending(self) -> int:
        """How many counts have no outcome yet."""
        with self._engine.connect() as connection:
            return int(connection.scalar(text(_PENDING)) or 0)

    def rows(self) -> list[Row]:
        """All counts, as they are now."""
        with self._engine.connect() as connection:
            return [Row(*row) for row in connection.execute(text(_ROWS))]

    def outcomes(self) -> list[Outcome]:
        """All outcomes, in their order."""
        with self._engine.connect() as connection:
            return [Outcome(*row) for row in connection.execute(text(_OUTCOMES))]
