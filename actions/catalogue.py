"""Products, variants and articles: from the customer's words to rows of the database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions import offers, spoken
from actions.turn import Turn, focus, listed, shop
from bot.dst.meaning import embedder, products_embedder
from knowledge_base.linking import Comparison, Linking, choose_variant, comparison_of, kinds, link_products, spelled_out
from knowledge_base.models import Article, Product, Variant
from knowledge_base.search import Hit, parse_filters, search_articles, search_products
from knowledge_base.sessions import ShopSession

ENCODER = "multilingual-e5-small"
MAX_SHOWN = 5
_LOOKED_AT = 20
_GOOD_PRODUCT, _FAR_BEHIND = 0.45, 0.2
GOOD_ARTICLE = 0.5
_ARTICLES = 5


@dataclass(frozen=True)
class Meant:
    """The product that is meant, and those of its variants that the option words fit; or several candidates."""

    product: Product | None = None
    variants: tuple[Variant, ...] = ()
    options: tuple[str, ...] = ()
    candidates: tuple[Product, ...] = ()
    asked_for: str = ""


def meant(session: ShopSession, turn: Turn) -> Meant:
    """The product this message is about: pointed at, named, or the one that is being talked about."""
    words = wanted(turn)
    variant = session.get(Variant, str(turn.value("variant_id"))) if turn.said("variant_id") else None
    if variant is not None:
        return Meant(variant.product, (variant,), tuple(words))
    pointed = turn.value("product_id")
    named = " ".join(map(str, turn.values("product", any_role=True)))
    if not pointed:
        name, spelled = spelled_out(session, turn.text)
        if spelled is not None and (not named or named.casefold() in name):
            rest = [word for word in words if word.casefold() not in name]  # the black of "little black dress"
            return _with_options(session, spelled, rest)
        if named:
            return _named(session, words, named, comparison_of(turn.text))
    product_id = pointed or turn.slot("product_id")
    product = session.get(Product, str(product_id)) if product_id else None
    return _with_options(session, product, words) if product else Meant()


def _with_options(session: ShopSession, product: Product, words: Sequence[str]) -> Meant:
    return Meant(product, fitting(session, product, words), tuple(words))


def _named(session: ShopSession, words: Sequence[str], named: str, comparison: Comparison | None) -> Meant:
    """What a name and the option words beside it may mean; something to go with the thing named is not meant."""
    found = link_products(session, named, said=words, limit=_LOOKED_AT).candidates
    called = kinds((candidate.product for candidate in found), named)
    if called and comparison in (Comparison.CHEAPEST, Comparison.DEAREST):
        extreme = min if comparison is Comparison.CHEAPEST else max
        return _with_options(session, extreme(called, key=lowest_price), words)
    linking = Linking(tuple(candidate for candidate in found if candidate.product in called))
    if linking.best is not None:
        return _with_options(session, linking.best.product, words)
    return Meant(candidates=tuple(choice.product for choice in linking.choices), asked_for=named)


def wanted(turn: Turn) -> list[str]:
    """The colour and size words of the message."""
    return [str(entity["value"]) for entity in turn.entities if entity["entity"] in ("colour", "size")]


def fitting(session: ShopSession, product: Product, words: Sequence[str]) -> tuple[Variant, ...]:
    """The product's variants that have every option the words name; all of them when there are no words."""
    choice = choose_variant(session, product, words)
    return () if choice.unknown else tuple(match.variant for match in choice.matches if match.score >= 1.0)


def replacements(session: ShopSession, old: Variant, words: Sequence[str]) -> list[Variant]:
    """Other variants of the same product that have the options named, or are as much bigger or smaller as the words
    say; the rest as in `old` where that exists."""
    compared = next(filter(None, map(comparison_of, words)), None)
    named = [word for word in words if comparison_of(word) is None]
    choice = choose_variant(session, old.product, named, base=old, comparison=compared)
    whole = [match.variant for match in choice.matches if match.score >= 1.0 and match.variant.id != old.id]
    return [] if choice.unknown else whole


def find_article(session: ShopSession, question: str, intent: str | None) -> Article | None:
    """The article that answers the question, else the one that the shop gives for this intent; None without either.

    An intent with an article of its own says what the question is about: only articles on that answer it.
    """
    slug = spoken.settings()["default_articles"].get(intent)
    usual = session.scalars(select(Article).where(Article.slug == slug)).one_or_none() if slug else None
    hits = search_articles(session, question, limit=_ARTICLES, embedder=embedder(ENCODER))
    good = [hit.item for hit in hits if hit.score >= GOOD_ARTICLE]
    return next((article for article in good if usual is None or article.topic == usual.topic), usual)


def find_products(session: ShopSession, text: str, *, also: str = "") -> list[Hit[Product]]:
    """Products for a description, those that fit best first; hits that are weak, or far behind the best, are left out,
    and where some have all that was said, those that do not.

    `also` is a further message, of which the price limits count.
    """
    limits = parse_filters(also)[0]
    hits = search_products(
        session, text, filters=limits, limit=_LOOKED_AT, embedder=products_embedder(session, ENCODER)
    )
    hits = [hit for hit in hits if hit.complete] or hits
    best = max((hit.score for hit in hits), default=0.0)
    return [hit for hit in hits if hit.score >= max(_GOOD_PRODUCT, best - _FAR_BEHIND)]


def of_kind(hits: Sequence[Hit[Product]], named: str) -> list[Hit[Product]]:
    """The hits that are what was named, rather than something to go with it or that mentions it."""
    called = kinds((hit.item for hit in hits), named)
    return [hit for hit in hits if hit.item in called]


def compared(session: ShopSession, product: Product, comparison: Comparison) -> list[Product]:
    """Things of the same kind that cost less (or more) than the product, those nearest to its price first."""
    shelf = session.scalars(select(Product).where(Product.category_id == product.category_id)).all()
    # The name in one language may say less of what it is (lamp, 台灯): the narrower kind is meant, if it has others.
    alike = sorted((kinds(shelf, name) for name in (product.name_en, product.name_zh)), key=len)
    same = next((several for several in alike if len(several) > 1), [])
    direction = -1 if comparison is Comparison.CHEAPER else 1
    price = lowest_price(product)
    found = [other for other in same if direction * (lowest_price(other) - price) > 0]
    return sorted(found, key=lambda other: abs(lowest_price(other) - price))[:MAX_SHOWN]


def lowest_price(product: Product) -> Decimal:
    return min((variant.price for variant in product.variants), default=Decimal(0))


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
    return {"name": product.text("name", language), "price": price, "note": note, "image": product.image}


def as_object(product: Product, variants: Sequence[Variant] = ()) -> dict[str, Any]:
    """A product as something that the customer can point at."""
    shown = variants or product.variants
    prices = [float(variant.price) for variant in shown]
    displays = [display for variant in shown for display in (variant.display_en, variant.display_zh) if display]
    options = {word.strip() for display in displays for word in re.split(r"[,，、]", display)}
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
        if turn.said(offers.MEANING):  # "the first one" of what the message before may have meant
            return offers.taken_up(turn, offers.payload(str(turn.value(offers.MEANING))))
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
