"""What the pages for people need: owners, pasted texts, doubts, sizes of rankings, lists."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _time(name: str) -> sa.Column[datetime]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def upgrade() -> None:
    # With defaults, so that a web process of the release before can still insert.
    op.add_column("results", _time("moved_at"))
    op.add_column("results", sa.Column("owner", sa.String()))
    op.add_column(
        "results",
        sa.Column("pasted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("results", sa.Column("doubts", sa.JSON()))
    op.add_column("results", sa.Column("sizes", sa.JSON()))
    op.create_table(
        "lists",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("list_key", sa.Uuid(), nullable=False),
        _time("submitted_at"),
        sa.UniqueConstraint("list_key", name="uq_lists_list_key"),
    )
    op.create_table(
        "list_lines",
        sa.Column(
            "list_id",
            sa.BigInteger(),
            sa.ForeignKey("lists.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("typed", sa.String(), nullable=False),
        sa.Column("result_id", sa.BigInteger(), sa.ForeignKey("results.id", ondelete="SET NULL")),
        sa.Column("error_code", sa.String()),
        sa.Column("error_detail", sa.String()),
    )
    op.create_index("ix_list_lines_result_id", "list_lines", ["result_id"])


def downgrade() -> None:
    op.drop_table("list_lines")
    op.drop_table("lists")
    for column in ("sizes", "doubts", "pasted", "owner", "moved_at"):
        op.drop_column("results", column)
