"""The search index as ordinary rows: segmented text, and vectors where a model makes them."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_base.models.base import Base, Key, Money


class SearchDocument(Base):
    """One product or article as the index sees it: tokens separated by spaces."""

    __tablename__ = "search_documents"
    __table_args__ = (UniqueConstraint("kind", "ref"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    #: product | article
    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[Key] = mapped_column(index=True)
    #: Names and synonyms (products), title and questions (articles).
    title: Mapped[str] = mapped_column(Text, default="")
    #: Everything else, with one token for each option value (see search/tokens.py).
    body: Mapped[str] = mapped_column(Text, default="")
    #: What a sentence encoder is given.
    passage: Mapped[str] = mapped_column(Text, default="")
    #: The cheapest and the dearest variant, for price filters; None for articles.
    min_price: Mapped[Money | None]
    max_price: Mapped[Money | None]


class SearchVector(Base):
    """The vector of one passage under one model: little-endian float32, unit length."""

    __tablename__ = "search_vectors"

    model: Mapped[str] = mapped_column(String(100), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    ref: Mapped[Key] = mapped_column(primary_key=True)
    #: SHA-256 of the passage: a changed passage is embedded again.
    passage_hash: Mapped[str] = mapped_column(String(64))
    vector: Mapped[bytes] = mapped_column(LargeBinary)
