"""Which migration the database has seen, and which this release needs.

Both are told without Alembic, of which web and workers load nothing.
"""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import text as sql

from models import db

_MIGRATIONS = Path(__file__).parent.parent / "migrations" / "versions"
_NAME = re.compile(r"(\d{4})_\w+\.py")
_SEEN = sql("SELECT version_num FROM alembic_version")


@cache
def needed() -> str:
    """The newest migration of this release: each file begins with its number, in their order."""
    return max(found[1] for file in _MIGRATIONS.iterdir() if (found := _NAME.fullmatch(file.name)))


def seen() -> str:
    """The newest migration that the database has seen; "" if none.

    :raises sqlalchemy.exc.SQLAlchemyError: if the database cannot be asked, or has no such table.
    """
    found: str | None = db.session.scalar(_SEEN)
    db.session.rollback()
    return found or ""
