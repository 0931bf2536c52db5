"""Recommending: what fits a description, what goes with a product or is like it, what suits what was bought; and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from actions import catalogue, spoken
from actions.turn import Turn, own
from bot.dst.meaning import products_embedder
from knowledge_base.labels import format_list
from knowledge_base.models import Product, Variant
from knowledge_base.recommending import Recommendation, Why, complementary, for_customer, similar
from knowledge_base.search import WordEmbedder
from knowledge_base.sessions import ShopSession

_ALIKE = re.compile(
    r"\b(?:similar|alike|alternatives?|comparable)\b|\blike (?:this|that|it|these|those|the|my)\b|along the lines"
    r"|类似|類似|相似|差不多|同类|同類|像.{0,8}(?:一样|這樣|这样|那样)|(?:跟|和).{1,12}一样",
    re.IGNORECASE,
)
_WITH = re.compile(
    r"\b(?:go|goes|going) (?:\w+ )?with\b|\bmatch(?:es)? (?:with|my|the|this|that|it|these|those)\b|\baccessor|\bpairs? with\b|\bwhat else\b|\bto wear with\b"
    r"|搭|配套|配件|配什么|配什麼|一起买|一起買|还需要|還需要|还要买",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Advice:
    """Products to show, and the response that says on what they are based; none when it is open what is wanted."""

    response: str = "utter_recommend"
    basis: str = ""
    rows: Sequence[dict[str, Any]] = ()
    objects: Sequence[dict[str, Any]] = ()


def is_asked(turn: Turn) -> bool:
    """Whether the message asks for what goes with a thing or is like it, whatever the model took it for."""
    return bool(_ALIKE.search(turn.text) or _WITH.search(turn.text))


def advise(session: ShopSession, turn: Turn) -> Advice:
    """What to recommend for this message: by what it asks for, else by what is being talked about, else by what the
    customer bought."""
    scope, embedder = own(session, turn), products_embedder(session, catalogue.ENCODER)
    is_alike, is_with = bool(_ALIKE.search(turn.text)), bool(_WITH.search(turn.text))
    product = catalogue.meant(session, turn).product if is_alike or is_with else _talked_about(session, turn)
    if product is not None and is_alike:
        found = similar(scope, product, limit=catalogue.MAX_SHOWN, embedder=embedder)
        if found:
            return _advice("utter_similar", found, turn, product)
    if product is not None and is_with:
        return _with(session, turn, product, embedder)
    described = [*turn.values("product", any_role=True), *turn.values("colour"), *turn.values("attribute")]
    if described and (hits := catalogue.find_products(session, turn.text)[: catalogue.MAX_SHOWN]):
        rows = [catalogue.row(hit.item, hit.variants, turn.language) for hit in hits]
        objects = [catalogue.as_object(hit.item, hit.variants) for hit in hits]
        return Advice("utter_recommend", " ".join(map(str, described)), rows, objects)
    if product is not None:
        return _with(session, turn, product, embedder)
    return _advice("utter_recommend_for_you", for_customer(scope, limit=catalogue.MAX_SHOWN, embedder=embedder), turn)


def _talked_about(session: ShopSession, turn: Turn) -> Product | None:
    product_id = turn.value("product_id") or turn.slot("product_id")
    return session.get(Product, str(product_id)) if product_id else None


def _with(session: ShopSession, turn: Turn, product: Product, embedder: WordEmbedder | None) -> Advice:
    """What goes with the product, else what is like it."""
    scope = own(session, turn)
    if found := complementary(scope, product, limit=catalogue.MAX_SHOWN):
        return _advice("utter_goes_with", found, turn, product)
    return _advice("utter_similar", similar(scope, product, embedder=embedder), turn, product)


def _advice(response: str, found: Sequence[Recommendation], turn: Turn, basis: Product | None = None) -> Advice:
    rows = []
    for one in found:
        row = catalogue.row(one.product, _shown(one), turn.language)
        reasons = _reasons(one, turn.language, is_general=basis is not None)
        rows.append({**row, "note": row["note"] + spoken.reasons(reasons, turn.language)})
    objects = [catalogue.as_object(one.product, _shown(one)) for one in found]
    return Advice(response, basis.text("name", turn.language) if basis else "", rows, objects)


def _shown(one: Recommendation) -> tuple[Variant, ...]:
    """The variants in the customer's usual options; none named where they have none."""
    return one.variants if one.usual else ()


def _reasons(one: Recommendation, language: str, *, is_general: bool) -> list[str]:
    """Why this product, beside what is said of all of them (`is_general`)."""
    basis = one.basis.text("name", language)
    reasons = []
    if one.was_bought and not is_general:
        reasons.append(spoken.reason(f"{one.why}_bought", language, basis=basis))
    elif one.why == Why.BOUGHT_TOGETHER:
        reasons.append(spoken.reason(one.why, language, basis=basis))
    if one.usual:
        reasons.append(spoken.reason("usual", language, options=_usual_shown(one, language)))
    elif one.brand_known and not reasons:
        reasons.append(spoken.reason("brand", language, brand=str(one.product.brand)))
    return reasons


def _usual_shown(one: Recommendation, language: str) -> str:
    """The usual options as the customer reads them: those parts that the variants in them share."""
    shown = [re.split(r", |，", variant.text("display", language)) for variant in one.variants]
    return format_list([part for part in shown[0] if all(part in parts for parts in shown)], language)
