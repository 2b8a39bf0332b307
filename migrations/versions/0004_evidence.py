"""What a count is checked by: the place of each word, main text, image texts, reading ease."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("results", sa.Column("main_words", sa.Integer()))
    op.add_column("results", sa.Column("reading_ease", sa.JSON()))
    op.add_column("results", sa.Column("text_index", sa.LargeBinary()))
    op.add_column("results", sa.Column("alt_texts", sa.String()))


def downgrade() -> None:
    for column in ("alt_texts", "text_index", "reading_ease", "main_words"):
        op.drop_column("results", column)
