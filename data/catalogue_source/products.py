"""Categories and products with their variants, prices, stock, facts and complements."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

from .attributes import OPTIONS, canonical, option_tokens
from .clock import AS_OF, stamp
from .facts import product_facts
from .reader import Row, cents, money, read, read_all, words


def authored_products() -> list[Row]:
    """Return the products as written, each with its `category` and the facts its category shares."""
    return [
        {**product, "category": table["category"], "shared": table.get("facts", {})}
        for table in read_all("products")
        for product in table["product"]
    ]


def category_rows() -> list[Row]:
    """Return the rows of categories.jsonl."""
    return [
        {"id": key, "parent_id": parent or None, "name_en": english, "name_zh": chinese,
         "synonyms_en": words(also_en), "synonyms_zh": words(also_zh)}
        for key, parent, english, chinese, also_en, also_zh in read("categories.toml")["categories"]
    ]  # fmt: skip


def product_rows(authored: list[Row], rng: random.Random) -> list[Row]:
    """Return the rows of products.jsonl in the order of their ids; `rng` fills the shelves."""
    vocabulary, attributes = read("vocabulary.toml"), read("attributes.toml")
    complements = _complements()
    rows = []
    for product in sorted(authored, key=lambda each: int(each["id"])):
        facts = product_facts(product, product["shared"], vocabulary=vocabulary, materials=attributes["material"])
        rows.append(
            {"id": f"P{product['id']}", "category_id": product["category"], "brand": product["brand"],
             "name_en": product["name"][0], "name_zh": product["name"][1],
             "synonyms_en": words(product["also"][0]), "synonyms_zh": words(product["also"][1]),
             "description_en": product["about"][0], "description_zh": product["about"][1], "facts": facts,
             "complements": [f"P{each}" for each in complements.get(product["id"], [])], "image": None,
             "variants": _variants(product, attributes, rng)}
        )  # fmt: skip
    return rows


def _variants(product: Row, attributes: Row, rng: random.Random) -> list[Row]:
    names = [name for name in OPTIONS if option_tokens(product, name)]
    rows = []
    for index, choice in enumerate(itertools.product(*(option_tokens(product, name) for name in names)), start=1):
        surcharge = sum(
            product[name][token] for name, token in zip(names, choice, strict=True) if isinstance(product[name], dict)
        )
        stock = _stock(rng)
        # Most of what is sold out comes back: the date is the answer to "when is it in stock again?".
        back = AS_OF + timedelta(days=rng.randint(3, 35)) if stock == 0 and rng.random() < 0.7 else None
        rows.append(
            {"id": f"V{product['id']}{index:02d}",
             "options": {name: canonical(name, token, attributes) for name, token in zip(names, choice, strict=True)},
             "price": money(cents(product["price"] + surcharge)),
             "list_price": money(cents(product["was"] + surcharge)) if "was" in product else None,
             "stock": stock, "available_from": stamp(back) if back else None}
        )  # fmt: skip
    return rows


def _stock(rng: random.Random) -> int:
    chance = rng.random()
    if chance < 0.09:
        return 0
    return rng.randint(1, 3) if chance < 0.21 else rng.randint(4, 90)


def _complements() -> dict[int, list[int]]:
    """Return for every product what goes with it, at most five, in the order of looks.toml."""
    found: dict[int, list[int]] = {}
    for look in read("looks.toml")["sets"]:
        for one, other in itertools.permutations(look, 2):
            others = found.setdefault(one, [])
            if other not in others and len(others) < 5:
                others.append(other)
    return found
