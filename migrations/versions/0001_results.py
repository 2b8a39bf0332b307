"""The table of counts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "results",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("job_key", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String()),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("error_code", sa.String()),
        sa.Column("error_detail", sa.String()),
        sa.Column(
            "submitted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("final_url", sa.String()),
        sa.Column("http_status", sa.Integer()),
        sa.Column("content_type", sa.String()),
        sa.Column("charset", sa.String()),
        sa.Column("language", sa.String()),
        sa.Column("title", sa.String()),
        sa.Column("bytes", sa.Integer()),
        sa.Column("total_words", sa.Integer()),
        sa.Column("distinct_words", sa.Integer()),
        sa.Column("rule_version", sa.Integer()),
        sa.Column("tops", sa.JSON()),
        sa.Column("result_all", sa.JSON()),
        sa.Column("result_no_stop_words", sa.JSON()),
        sa.Column("text", sa.String()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("job_key", name="uq_results_job_key"),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'finished', 'failed')", name="ck_results_status"
        ),
    )
    op.create_index("ix_results_url", "results", ["url"], postgresql_using="hash")
    op.create_index(
        "ix_results_pending",
        "results",
        ["lease_until"],
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )


def downgrade() -> None:
    op.drop_table("results")
