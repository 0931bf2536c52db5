"""Products, variants and articles: from the customer's words to rows of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions import spoken
from actions.turn import Turn, focus, listed, shop
from bot.dst.meaning import embedder
from knowledge_base.models import Article, Product, Variant
from knowledge_base.search import Hit, search_articles, search_products, vocabulary_of
from knowledge_base.sessions import ShopSession

ENCODER = "multilingual-e5-small"
MAX_SHOWN = 5
_GOOD_PRODUCT, _SAME_PRODUCT, _FAR_BEHIND = 0.45, 0.08, 0.2
_GOOD_ARTICLE = 0.5


@dataclass(frozen=True)
class Meant:
    """The product that is meant, and those of its variants that the customer's words fit; or several candidates."""

    product: Product | None = None
    variants: tuple[Variant, ...] = ()
    candidates: tuple[Product, ...] = ()
    asked_for: str = ""


def meant(session: ShopSession, turn: Turn) -> Meant:
    """The product this message is about: pointed at, named, or the one that is being talked about."""
    words = wanted(turn)
    variant = session.get(Variant, str(turn.value("variant_id"))) if turn.said("variant_id") else None
    if variant is not None:
        return Meant(variant.product, (variant,))
    pointed = turn.value("product_id")
    named = " ".join(map(str, turn.values("product", any_role=True)))
    if named and not pointed:
        return _named(session, turn.text, words, named)
    product_id = pointed or turn.slot("product_id")
    product = session.get(Product, str(product_id)) if product_id else None
    if product is None:
        return Meant()
    return Meant(product, fitting(session, product, words), asked_for=" ".join(words))


def _named(session: ShopSession, text: str, words: Sequence[str], named: str) -> Meant:
    query = " ".join([*words, named])
    hits = [hit for hit in search_products(session, query, limit=8) if hit.score >= _GOOD_PRODUCT]
    if not hits:
        return Meant(asked_for=named)
    near = [hit for hit in hits if hits[0].score - hit.score < _SAME_PRODUCT]
    exact = [hit for hit in near if _is_called(hit.item, named, text)]
    if len(exact) == 1 or len(near) == 1:
        product = (exact or near)[0].item
        return Meant(product, fitting(session, product, words), asked_for=query)
    return Meant(candidates=tuple(hit.item for hit in near[:MAX_SHOWN]), asked_for=named)


def _is_called(product: Product, named: str, text: str) -> bool:
    """Whether the product's name was said: as the model found it, or anywhere in the message."""
    names = [name.casefold() for name in (product.name_en, product.name_zh) if name]
    return named.casefold().strip() in names or any(name in text.casefold() for name in names)


def wanted(turn: Turn) -> list[str]:
    """The colour and size words of the message."""
    return [str(entity["value"]) for entity in turn.entities if entity["entity"] in ("colour", "size")]


def fitting(session: ShopSession, product: Product, words: Sequence[str]) -> tuple[Variant, ...]:
    """The product's variants that have every option the words name; all of them when there are no words."""
    vocabulary = vocabulary_of(session)
    variants = list(product.variants)
    for word in words:
        values = vocabulary.values(word)
        variants = [v for v in variants if _has(v, word, values)]
    return tuple(variants)


def _has(variant: Variant, word: str, values: Sequence[tuple[str, str]]) -> bool:
    if any(variant.options.get(name) == value for name, value in values):
        return True
    folded = "".join(word.casefold().split()).rstrip("码号")
    return any("".join(str(value).casefold().split()) == folded for value in variant.options.values())


def replacements(session: ShopSession, old: Variant, words: Sequence[str]) -> list[Variant]:
    """Other variants of the same product that have the options named, the rest as in `old` where that exists."""
    found = [v for v in fitting(session, old.product, words) if v.id != old.id]
    named = {name for word in words for name, _ in vocabulary_of(session).values(word)}
    kept = {name: value for name, value in old.options.items() if name not in named}
    same = [v for v in found if all(v.options.get(name) == value for name, value in kept.items())]
    return same or found


def find_article(session: ShopSession, question: str, intent: str | None) -> Article | None:
    """The article that answers the question, else the one that the shop gives for this intent; None without either."""
    hits = search_articles(session, question, limit=3, embedder=embedder(ENCODER))
    best = max(hits, key=lambda hit: hit.score, default=None)
    if best is not None and best.score >= _GOOD_ARTICLE:
        return best.item
    slug = spoken.settings()["default_articles"].get(intent)
    return session.scalars(select(Article).where(Article.slug == slug)).one_or_none() if slug else None


def find_products(session: ShopSession, text: str, *, limit: int = MAX_SHOWN) -> list[Hit[Product]]:
    """Products for a description, those that fit best first; hits that are weak, or far behind the best, are left out."""
    hits = search_products(session, text, limit=limit)
    best = max((hit.score for hit in hits), default=0.0)
    return [hit for hit in hits if hit.score >= max(_GOOD_PRODUCT, best - _FAR_BEHIND)]


def row(product: Product, variants: Sequence[Variant], language: str) -> dict[str, Any]:
    """A product as facts: its name and the price, or the lowest price, of the variants that are meant."""
    shown = list(variants or product.variants)
    cheapest = min(shown, key=lambda variant: variant.price, default=None)
    several = len({variant.price for variant in shown}) > 1
    price = spoken.money(cheapest.price, cheapest.currency, language) if cheapest else ""
    if several:
        price = f"{price}起" if language == "zh" else f"from {price}"
    in_stock = any(variant.can_supply() for variant in shown)
    note = "" if in_stock else ("（缺货）" if language == "zh" else " (out of stock)")
    return {"name": product.text("name", language), "price": price, "note": note}


def as_object(product: Product, variants: Sequence[Variant] = ()) -> dict[str, Any]:
    """A product as something that the customer can point at."""
    prices = [float(variant.price) for variant in (variants or product.variants)]
    options = {word for variant in (variants or product.variants) for word in variant.options.values()}
    names = [product.name_en, product.name_zh, *product.synonyms_en, *product.synonyms_zh, *sorted(options)]
    return {"entity": "product_id", "value": product.id, "names": names, "price": min(prices, default=None)}


def about(product: Product) -> list[EventType]:
    """Events that make this product the one that is being talked about."""
    return [SlotSet("product_id", product.id), *focus(as_object(product))]


def ask_which(
    dispatcher: CollectingDispatcher, turn: Turn, found: Meant, *, intent: str | None = None
) -> list[EventType]:
    """Ask with the candidates as buttons, or for the name when there are none. A button repeats the question."""
    if not found.candidates:
        if found.asked_for:
            dispatcher.utter_message(response="utter_product_not_found", query=found.asked_for)
        else:
            dispatcher.utter_message(response="utter_ask_product")
        return []
    rows = [row(product, (), turn.language) for product in found.candidates]
    asked = intent or turn.intent or "inform"
    buttons = [
        {"title": shown["name"], "payload": f'/{asked}{{"product_id": "{product.id}"}}'}
        for shown, product in zip(rows, found.candidates, strict=True)
    ]
    dispatcher.utter_message(response="utter_which_product", products=rows, buttons=buttons)
    return listed([as_object(product) for product in found.candidates])


def show_product(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Describe the product that was named or pointed at."""
    with shop() as session:
        found = meant(session, turn)
        if found.product is None:
            return ask_which(dispatcher, turn, found, intent="inform")
        product, shown = found.product, row(found.product, found.variants, turn.language)
        description = product.text("description", turn.language)
        events = about(product)
        image = product.image
    dispatcher.utter_message(
        response="utter_product_card", product=shown["name"], price=shown["price"], description=description, image=image
    )
    return events
