"""What rescuers and the progress of a count need."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # With defaults, so that a web process of the release before can still insert.
    op.add_column("results", sa.Column("crashes", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "results",
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column("results", sa.Column("step", sa.String()))
    op.create_index(
        "ix_results_queued", "results", ["id"], postgresql_where=sa.text("status = 'queued'")
    )
    op.create_index(
        "ix_results_running",
        "results",
        ["lease_until"],
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_index("ix_results_finished_at", "results", ["finished_at"])
    op.drop_index("ix_results_pending", table_name="results")


def downgrade() -> None:
    op.create_index(
        "ix_results_pending",
        "results",
        ["lease_until"],
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.drop_index("ix_results_finished_at", table_name="results")
    op.drop_index("ix_results_running", table_name="results")
    op.drop_index("ix_results_queued", table_name="results")
    op.drop_column("results", "step")
    op.drop_column("results", "due_at")
    op.drop_column("results", "crashes")
