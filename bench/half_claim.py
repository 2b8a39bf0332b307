"""``python -m bench.half_claim KEY``: begin to claim a count, and never commit.

A worker whose host is cut off does that if it happens between two of its messages to Postgres,
which is a matter of a millisecond; so it is done on purpose.
"""

import signal
import sys

from sqlalchemy import update

from base_app import create_base_app
from models import Result, as_key, db

#: What is printed when Postgres holds the row.
HOLDS = "holds the row"


def main(key: str) -> None:
    """Hold the row until somebody ends this process, or Postgres the connection."""
    with create_base_app().app_context():
        db.session.execute(
            update(Result)
            .where(Result.job_key == as_key(key))
            .values(attempt=Result.attempt)
            .execution_options(synchronize_session=False)
        )
        print(HOLDS, flush=True)
        signal.pause()


if __name__ == "__main__":
    main(sys.argv[1])
