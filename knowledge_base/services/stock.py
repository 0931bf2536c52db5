"""Pieces on hand. Variants whose stock is not counted (None) are never changed here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import update

from knowledge_base.models import Variant
from knowledge_base.services.proposal import variant_name
from knowledge_base.services.refusals import OperationRefused
from knowledge_base.sessions import ShopSession


def take(session: ShopSession, variants: Iterable[Variant]) -> None:
    """Take one piece of each; refused if another customer was faster."""
    for variant, quantity in Counter(variants).items():
        if variant.stock is None:
            continue
        taken = session.execute(
            update(Variant)
            .where(Variant.id == variant.id, Variant.stock >= quantity)
            .values(stock=Variant.stock - quantity)
            .returning(Variant.stock)
        ).first()
        if taken is None:
            names = {"name_en": variant_name(variant, "en"), "name_zh": variant_name(variant, "zh")}
            raise OperationRefused("variant_unavailable", {"item_id": variant.id, **names})


def put_back(session: ShopSession, variants: Iterable[Variant]) -> None:
    """Put one piece of each back."""
    for variant, quantity in Counter(variants).items():
        if variant.stock is not None:
            session.execute(
                update(Variant)
                .where(Variant.id == variant.id)
                .values(stock=Variant.stock + quantity)
                .returning(Variant.stock)
            )
