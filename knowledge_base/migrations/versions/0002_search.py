"""The search index: documents with several passages, counters for caches, and full text by the database's own means."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from knowledge_base.models.base import MoneyAmount

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = ("product", "article")


def upgrade() -> None:
    # The index is made from the other tables, so its rows need not be carried over.
    op.drop_table("search_vectors")
    op.drop_table("search_documents")
    op.create_table(
        "search_documents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("min_price", MoneyAmount(), nullable=True),
        sa.Column("max_price", MoneyAmount(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_search_documents"),
        sa.UniqueConstraint("kind", "ref", name="uq_search_documents_kind_ref"),
    )
    op.create_table(
        "search_vectors",
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("passage_hash", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model", "kind", "ref", "part", name="pk_search_vectors"),
    )
    op.create_table(
        "search_state",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_search_state"),
    )
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        for kind in KINDS:
            _create_fts(kind)
    elif dialect == "postgresql":
        op.execute("ALTER TABLE search_documents ADD COLUMN vector tsvector")
        op.execute("CREATE INDEX ix_search_documents_vector ON search_documents USING gin (vector)")


def _create_fts(kind: str) -> None:
    """One FTS5 table a kind, fed by triggers: its text stays in search_documents alone."""
    view, table = f"search_{kind}_documents", f"search_{kind}_terms"
    op.execute(f"CREATE VIEW {view} AS SELECT id, title, body FROM search_documents WHERE kind = '{kind}'")
    # The text is segmented already; unicode61 only splits at the spaces in between.
    op.execute(
        f"CREATE VIRTUAL TABLE {table} USING fts5(title, body, content='{view}', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 0')"
    )
    op.execute(f"CREATE VIRTUAL TABLE {table}_counts USING fts5vocab({table}, row)")
    add = f"INSERT INTO {table}(rowid, title, body) VALUES (new.id, new.title, new.body);"
    drop = f"INSERT INTO {table}({table}, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);"
    for event, work in (("INSERT", add), ("DELETE", drop), ("UPDATE OF title, body", drop + add)):
        row = "new" if event == "INSERT" else "old"
        name = f"{table}_{event.split()[0].lower()}"
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON search_documents WHEN {row}.kind = '{kind}' BEGIN {work} END"
        )


def downgrade() -> None:
    for kind in KINDS:
        for name in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER IF EXISTS search_{kind}_terms_{name}")
        op.execute(f"DROP TABLE IF EXISTS search_{kind}_terms_counts")
        op.execute(f"DROP TABLE IF EXISTS search_{kind}_terms")
        op.execute(f"DROP VIEW IF EXISTS search_{kind}_documents")
    op.drop_table("search_state")
    op.drop_table("search_vectors")
    op.drop_table("search_documents")
