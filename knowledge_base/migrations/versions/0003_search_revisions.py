"""Each document of the search index says with which change of the index it was written; prices are read without text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from knowledge_base.models.base import MoneyAmount

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = ("product", "article")
_COLUMNS = "id, kind, ref, min_price, max_price, title, body, passages"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(with_revision=True)
    else:
        op.add_column(
            "search_documents", sa.Column("revision", sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
    op.create_index("ix_search_documents_kind_revision", "search_documents", ["kind", "revision"])


def downgrade() -> None:
    op.drop_index("ix_search_documents_kind_revision", "search_documents")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(with_revision=False)
    else:
        op.drop_column("search_documents", "revision")


def _rebuild(*, with_revision: bool) -> None:
    """The table anew with the long texts last: SQLite reads a row up to the column that is asked for. Ids stay, so the
    full-text index stays."""
    for kind in KINDS:
        for name in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER search_{kind}_terms_{name}")
        op.execute(f"DROP VIEW search_{kind}_documents")
    op.rename_table("search_documents", "search_documents_before")
    added = [sa.Column("revision", sa.Integer(), nullable=False, server_default=sa.text("0"))] if with_revision else []
    op.create_table(
        "search_documents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        *added,
        sa.Column("min_price", MoneyAmount(), nullable=True),
        sa.Column("max_price", MoneyAmount(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_documents"),
        sa.UniqueConstraint("kind", "ref", name="uq_search_documents_kind_ref"),
    )
    op.execute(f"INSERT INTO search_documents ({_COLUMNS}) SELECT {_COLUMNS} FROM search_documents_before")
    op.drop_table("search_documents_before")
    for kind in KINDS:
        _create_triggers(kind)


def _create_triggers(kind: str) -> None:
    """What 0002 made for this kind, on the new table."""
    view, table = f"search_{kind}_documents", f"search_{kind}_terms"
    op.execute(f"CREATE VIEW {view} AS SELECT id, title, body FROM search_documents WHERE kind = '{kind}'")
    add = f"INSERT INTO {table}(rowid, title, body) VALUES (new.id, new.title, new.body);"
    drop = f"INSERT INTO {table}({table}, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);"
    for event, work in (("INSERT", add), ("DELETE", drop), ("UPDATE OF title, body", drop + add)):
        row = "new" if event == "INSERT" else "old"
        name = f"{table}_{event.split()[0].lower()}"
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON search_documents WHEN {row}.kind = '{kind}' BEGIN {work} END"
        )
