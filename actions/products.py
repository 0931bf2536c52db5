"""Questions about products: finding, recommending, price, stock, properties."""

from __future__ import annotations

import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from rapidfuzz import fuzz, process, utils
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import cards, catalogue, spoken
from actions.recommending import advise, is_asked
from actions.turn import FOCUS, LISTED, Turn, intent_of, listed, messages_back, shop
from knowledge_base.linking import Comparison, comparison_of
from knowledge_base.models import Product, Variant

_SHOWN_VARIANTS = 8
_ATTRIBUTE_MATCH = 72
_HOW_MUCH = re.compile(r"有?多([重长長宽寬高厚大])[啊呀呢]?")
"""How a measure is asked for in Chinese; its label begins with the same character: 多重, 重量."""


class ActionAboutProduct(Action, ABC):  # type: ignore[misc]
    """Answers a question about one product, and asks which one when that is not clear."""

    @property
    @abstractmethod
    def action(self) -> str:
        """The action's name in the domain."""

    def name(self) -> str:
        return self.action

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        with shop() as session:
            found = catalogue.meant(session, turn)
            if found.product is None:
                return catalogue.ask_which(dispatcher, turn, found)
            self.answer(dispatcher, turn, found.product, found)
            return catalogue.about(found.product)

    @abstractmethod
    def answer(self, dispatcher: CollectingDispatcher, turn: Turn, product: Product, found: catalogue.Meant) -> None:
        """Say it. `found` has the variants that the customer's words fit; none when they fit none."""


def say_missing(dispatcher: CollectingDispatcher, turn: Turn, product: Product, options: Sequence[str]) -> None:
    """The product does not come as asked; this is how it does."""
    dispatcher.utter_message(
        response="utter_no_such_variant",
        product=product.text("name", turn.language),
        wanted=" ".join(options),
        variants=variant_rows([v for v in product.variants if v.can_supply()], turn.language),
    )


def variant_rows(variants: Sequence[Variant], language: str) -> list[dict[str, str]]:
    """Variants as facts, a few at most."""
    return [
        {
            "options": variant.text("display", language),
            "price": spoken.money(variant.price, variant.currency, language),
            "note": "",
        }
        for variant in variants[:_SHOWN_VARIANTS]
    ]


class ActionAnswerPrice(ActionAboutProduct):
    """What the product costs; "anything cheaper?" asks for others than the one that is being talked about."""

    action = "action_answer_price"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        if compared := say_compared(dispatcher, turn):
            return compared
        if narrows_search(turn):
            return list(await ActionSearchProducts().run(dispatcher, tracker, domain))
        return list(await super().run(dispatcher, tracker, domain))

    def answer(self, dispatcher: CollectingDispatcher, turn: Turn, product: Product, found: catalogue.Meant) -> None:
        if not found.variants:
            say_missing(dispatcher, turn, product, found.options)
            return
        name, prices = product.text("name", turn.language), {variant.price for variant in found.variants}
        price = catalogue.row(product, found.variants, turn.language)["price"]
        if len(prices) == 1 and found.options:
            shown = found.variants[0].text("display", turn.language)
            dispatcher.utter_message(response="utter_price_variant", product=name, variant=shown, price=price)
        else:
            dispatcher.utter_message(response="utter_price", product=name, price=price)


class ActionAnswerStock(ActionAboutProduct):
    action = "action_answer_stock"

    def answer(self, dispatcher: CollectingDispatcher, turn: Turn, product: Product, found: catalogue.Meant) -> None:
        say_stock(dispatcher, turn, product, found)


def say_stock(dispatcher: CollectingDispatcher, turn: Turn, product: Product, found: catalogue.Meant) -> None:
    """Which of the variants can be had, and if none can, when."""
    variants = found.variants
    if not variants:
        say_missing(dispatcher, turn, product, found.options)
        return
    name = product.text("name", turn.language)
    if len(variants) > 1 and any(variant.can_supply() for variant in variants):
        rows = variant_rows([v for v in variants if v.can_supply()], turn.language)
        dispatcher.utter_message(response="utter_sizes_available", product=name, variants=rows)
        return
    variant = next((v for v in variants if v.can_supply()), variants[0])
    shown = variant.text("display", turn.language)
    if variant.can_supply():
        dispatcher.utter_message(response="utter_in_stock", product=name, variant=shown, stock=variant.stock)
    elif variant.available_from:
        day = spoken.date(variant.available_from, turn.language)
        dispatcher.utter_message(response="utter_back_in_stock", product=name, variant=shown, available_from=day)
    else:
        dispatcher.utter_message(response="utter_out_of_stock", product=name, variant=shown)


class ActionAnswerAttribute(ActionAboutProduct):
    """Properties that the catalogue states; sizes and colours come from the variants."""

    action = "action_answer_attribute"

    def answer(self, dispatcher: CollectingDispatcher, turn: Turn, product: Product, found: catalogue.Meant) -> None:
        name = product.text("name", turn.language)
        asked = [str(value) for value in turn.values("attribute")]
        if not asked and found.options:
            say_stock(dispatcher, turn, product, found)
            return
        stated = [fact for word in asked if (fact := named_fact(product, word))]
        for fact in stated:
            dispatcher.utter_message(
                response="utter_attribute",
                product=name,
                attribute=fact[f"label_{turn.language}"],
                value=fact[f"value_{turn.language}"],
            )
        if asked and not stated:
            dispatcher.utter_message(response="utter_attribute_unknown", product=name, attribute=asked[0])
        elif not asked:
            rows = [
                {"label": fact[f"label_{turn.language}"], "value": fact[f"value_{turn.language}"]}
                for fact in product.facts
            ]
            dispatcher.utter_message(response="utter_attributes", product=name, facts=rows)


def states(turn: Turn) -> bool:
    """Whether the product that is being talked about states the property that the message asks for."""
    asked, product_id = turn.value("attribute"), turn.slot("product_id")
    if asked is None or product_id is None:
        return False
    with shop() as session:
        product = session.get(Product, str(product_id))
        return product is not None and named_fact(product, str(asked)) is not None


def named_fact(product: Product, word: str) -> dict[str, str] | None:
    """The stated fact that a word asks for: by its label in either language, its key, or what it states."""
    if asked := _HOW_MUCH.fullmatch(word):
        return next((fact for fact in product.facts if asked[1] in fact.get("label_zh", "")), None)
    choices = {
        (index, key): fact.get(key, "").replace("_", " ")
        for index, fact in enumerate(product.facts)
        for key in ("label_en", "label_zh", "key", "value_en", "value_zh")
    }
    best = process.extractOne(
        word, choices, scorer=fuzz.partial_ratio, processor=utils.default_process, score_cutoff=_ATTRIBUTE_MATCH
    )
    return product.facts[best[2][0]] if best else None


def say_compared(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Tell of things like the one talked about that cost less or more; no events when nothing of the kind was asked."""
    comparison = comparison_of(turn.text)
    is_asked = comparison in (Comparison.CHEAPER, Comparison.DEARER) and not turn.said("product", "product_id")
    if comparison is None or not is_asked or not turn.slot("product_id"):
        return []
    with shop() as session:
        product = session.get_one(Product, str(turn.slot("product_id")))
        others = catalogue.compared(session, product, comparison)
        rows = [catalogue.row(other, (), turn.language) for other in others]
        objects = [catalogue.as_object(other) for other in others]
        name = product.text("name", turn.language)
    if not rows:
        dispatcher.utter_message(response=f"utter_nothing_{comparison}", product=name)
        return listed([])
    show_products(dispatcher, turn, "utter_products_found", rows, objects)
    return listed(objects)


class ActionSearchProducts(Action):  # type: ignore[misc]
    """Finds products by what the customer describes; prices and stock in the sentence are conditions."""

    def name(self) -> str:
        return "action_search_products"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        if compared := say_compared(dispatcher, turn):
            return compared
        if is_asked(turn):
            return list(await ActionRecommendProducts().run(dispatcher, tracker, domain))
        named = " ".join(map(str, turn.values("product", any_role=True)))
        with shop() as session:
            before, words = searched_before(turn)
            if before and not named and turn.said("colour", "size", "amount"):
                named, found = before, catalogue.find_products(session, words, also=turn.text)
            else:
                found = catalogue.find_products(session, turn.text)
            hits = (catalogue.of_kind(found, named) if named else found)[: catalogue.MAX_SHOWN]
            rows = [catalogue.row(hit.item, hit.variants, turn.language) for hit in hits]
            objects = [catalogue.as_object(hit.item, hit.variants) for hit in hits]
        if not rows:
            dispatcher.utter_message(response="utter_no_products_found", query=named or turn.text.strip(" ?？!！.。"))
            return []
        show_products(dispatcher, turn, "utter_products_found", rows, objects)
        return listed(objects, focus=objects[0] if len(objects) == 1 else None)


def narrows_search(turn: Turn) -> bool:
    """Whether the message only says what more the things that were listed have to be: "anything under 300?", 有蓝色的吗."""
    shows_list = turn.slot(FOCUS) is None and any(item["entity"] == "product_id" for item in turn.slot(LISTED) or ())
    says_more = turn.said("colour", "size", "amount") and not turn.said("product", "product_id", "mention")
    return shows_list and says_more and bool(searched_before(turn)[0])


def searched_before(turn: Turn) -> tuple[str, str]:
    """What the customer looked for last, and in which words, with the colours and sizes of this message: "anything in
    red under 300?" says only what more it has to be."""
    for message in itertools.islice(messages_back(turn.tracker), 1, None):
        entities = message.get("parse_data", {}).get("entities") or ()
        named = " ".join(str(entity["value"]) for entity in entities if entity["entity"] == "product")
        if named and intent_of(message) in ("product_search", "product_recommend"):
            return named, " ".join([str(message.get("text") or ""), *catalogue.wanted(turn)])
    return "", ""


def show_products(
    dispatcher: CollectingDispatcher,
    turn: Turn,
    response: str,
    rows: Sequence[dict[str, Any]],
    objects: Sequence[dict[str, Any]],
    **facts: Any,
) -> None:
    """List products, as cards where these are drawn, else as lines and buttons."""
    buttons = product_buttons(rows, objects)
    if cards.are_drawn(turn):
        dispatcher.utter_message(response=response, products=rows, **facts)
        dispatcher.utter_message(json_message=cards.products(rows, buttons, turn.language))
    else:
        dispatcher.utter_message(response=response, products=rows, buttons=buttons, **facts)


def product_buttons(rows: Sequence[dict[str, Any]], objects: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """A button for each product, which shows it."""
    return [
        {"title": row["name"], "payload": f'/inform{{"product_id": "{item["value"]}"}}'}
        for row, item in zip(rows, objects, strict=True)
    ]


class ActionRecommendProducts(Action):  # type: ignore[misc]
    """Recommends by what the customer asks for or describes, else what goes with what is being talked about, else by
    what they bought."""

    def name(self) -> str:
        return "action_recommend_products"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        if compared := say_compared(dispatcher, turn):
            return compared
        with shop() as session:
            advice = advise(session, turn)
        if not advice.rows:
            dispatcher.utter_message(response="utter_recommend_what")
            return []
        show_products(dispatcher, turn, advice.response, advice.rows, advice.objects, basis=advice.basis)
        return listed(list(advice.objects))
