"""For programs: what is submitted twice and counted once, and whom to tell of an outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "submitted_once",
        sa.Column("name", sa.LargeBinary(), primary_key=True),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column(
            "result_id",
            sa.BigInteger(),
            sa.ForeignKey("results.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("forget_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_submitted_once_result_id", "submitted_once", ["result_id"])
    op.create_index(
        "ix_submitted_once_forget_at",
        "submitted_once",
        ["forget_at"],
        postgresql_where=sa.text("forget_at IS NOT NULL"),
    )
    op.create_table(
        "callbacks",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column(
            "result_id",
            sa.BigInteger(),
            sa.ForeignKey("results.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("secret", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.Column("last_status", sa.Integer()),
        sa.Column("last_error", sa.String()),
        sa.Column(
            "submitted_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'given_up')", name="ck_callbacks_state"
        ),
        sa.CheckConstraint("(secret IS NULL) = (state <> 'waiting')", name="ck_callbacks_secret"),
    )
    op.create_index("ix_callbacks_result_id", "callbacks", ["result_id"])
    op.create_index(
        "ix_callbacks_waiting",
        "callbacks",
        ["due_at"],
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_table("callbacks")
    op.drop_table("submitted_once")
