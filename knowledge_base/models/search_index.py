"""The search index as ordinary rows: segmented text, and vectors where a model makes them."""

from __future__ import annotations

from sqlalchemy import JSON, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_base.models.base import Base, Key, Money


class SearchDocument(Base):
    """One product or article as the index sees it: tokens separated by spaces.

    The full-text index over it (FTS5 or tsvector) is made by the migrations and kept by the database.
    """

    __tablename__ = "search_documents"
    __table_args__ = (UniqueConstraint("kind", "ref"), Index(None, "kind", "revision"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    #: product | article
    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[Key]
    #: The counter of this kind (`SearchState`) when the document was written: what is cached takes over what is newer.
    revision: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: The cheapest and the dearest variant for sale, for price filters; None for articles and without variants. They
    #: stand before the texts: SQLite reads a row only up to the column that is asked for.
    min_price: Mapped[Money | None]
    max_price: Mapped[Money | None]
    #: Names and synonyms (products), title and questions (articles).
    title: Mapped[str] = mapped_column(Text, default="")
    #: Everything else, with one token for each option value and category (see search/tokens.py).
    body: Mapped[str] = mapped_column(Text, default="")
    #: What a sentence encoder is given: one text a vector.
    passages: Mapped[list[str]] = mapped_column(JSON, default=list)


class SearchVector(Base):
    """The vector of one passage under one model: little-endian float32, unit length."""

    __tablename__ = "search_vectors"

    model: Mapped[str] = mapped_column(String(100), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    ref: Mapped[Key] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the passage: a changed passage is embedded again.
    passage_hash: Mapped[str] = mapped_column(String(64))
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class SearchState(Base):
    """A counter for each part of the index; what is cached in memory is good while its counter stands still."""

    __tablename__ = "search_state"

    #: words (attributes) | product | article
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)
