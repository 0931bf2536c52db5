"""Run by Alembic: apply migrations on the connection that KnowledgeBase.upgrade() opened."""

from __future__ import annotations

from alembic import context

from knowledge_base.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=False,
)
context.run_migrations()
