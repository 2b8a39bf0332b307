"""Indexes with which very many results are as quick as few."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_OF_URL = {
    "columns": [sa.text("(md5(url)::uuid)"), "id"],
    "postgresql_where": sa.text("NOT pasted"),
}
_HELD = {"columns": ["worker"], "postgresql_where": sa.text("status = 'running'")}
_URL = {"columns": ["url"], "postgresql_using": "hash"}
_RUNNING = {"columns": ["lease_until"], "postgresql_where": sa.text("status = 'running'")}


def upgrade() -> None:
    _replace(
        old=("ix_results_url", "ix_results_running"),
        new={"ix_results_of_url": _OF_URL, "ix_results_held": _HELD},
    )


def downgrade() -> None:
    _replace(
        old=("ix_results_of_url", "ix_results_held"),
        new={"ix_results_url": _URL, "ix_results_running": _RUNNING},
    )


def _replace(old: tuple[str, ...], new: dict[str, dict[str, Any]]) -> None:
    # Nobody waits while they are made, however large the table is. What was cut off leaves an index
    # that is not valid: so it is made anew, and the old ones go last.
    with op.get_context().autocommit_block():
        for name, parts in new.items():
            op.drop_index(name, "results", postgresql_concurrently=True, if_exists=True)
            op.create_index(name, "results", **parts, postgresql_concurrently=True)
        for name in old:
            op.drop_index(name, "results", postgresql_concurrently=True, if_exists=True)
