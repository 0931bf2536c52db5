"""On a PostgreSQL that has pgvector, vectors are also kept in its type, and compared by the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    if not bind.scalar(sa.text("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'")):
        return
    try:
        with bind.begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except DBAPIError:  # this user may not create extensions: vectors are compared in memory, as on SQLite
        return
    op.execute("ALTER TABLE search_vectors ADD COLUMN embedding vector")
    # What was embedded before is embedded anew: the index is made from the other tables.
    op.execute("DELETE FROM search_vectors")
    op.execute("DELETE FROM search_state WHERE name LIKE '%:%'")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE search_vectors DROP COLUMN IF EXISTS embedding")
