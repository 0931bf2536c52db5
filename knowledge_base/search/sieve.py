"""Which products meet the filters: asked of the database for a few at a time, best first, until enough do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select

from knowledge_base.models import Product, Variant
from knowledge_base.search.filters import Filters, is_option
from knowledge_base.search.index import shelves_in
from knowledge_base.search.vocabulary import Pair
from knowledge_base.sessions import ShopSession

_CHUNK = 200

Options = Sequence[tuple[Pair, ...]]


@dataclass(frozen=True)
class Sieve:
    """Lets products pass that have a variant which meets the filters."""

    session: ShopSession
    filters: Filters

    @property
    def is_needed(self) -> bool:
        """Whether the filters say anything."""
        return self.filters != Filters()

    def first(self, refs: Sequence[str], enough: int, options: Options = ()) -> list[str]:
        """The first `enough` products that pass, in their order; those that also have the options named before others."""
        whole: list[str] = []
        passed: list[str] = []
        for start in range(0, len(refs), _CHUNK):
            chunk = refs[start : start + _CHUNK]
            passing = self._passing(chunk) if self.is_needed else set(chunk)
            complete = self.complete(chunk, options) if options else passing
            whole += [ref for ref in chunk if ref in complete]
            passed += [ref for ref in chunk if ref in passing and ref not in complete]
            if len(whole) >= enough:
                break
        return [*whole, *passed][:enough]

    def complete(self, refs: Sequence[str], options: Options) -> set[str]:
        """Those that pass with a variant that has an option of each group."""
        return self._passing(refs, [or_(*(is_option(*pair) for pair in group)) for group in options])

    def _passing(self, refs: Sequence[str], also: Sequence[ColumnElement[bool]] = ()) -> set[str]:
        statement = select(Variant.product_id).where(Variant.product_id.in_(refs), *self.filters.conditions, *also)
        if self.filters.category_id is not None:
            inside = exists().where(
                Product.id == Variant.product_id,
                Product.category_id.in_(shelves_in(self.session, [self.filters.category_id])),
            )
            statement = statement.where(inside)
        return set(self.session.scalars(statement))
