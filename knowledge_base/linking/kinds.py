"""What a thing is, by its names: a laptop sleeve is a sleeve and no laptop, 沙发毯 is 毯 and not 沙发."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from knowledge_base.linking.similarity import similarity
from knowledge_base.models import Product
from knowledge_base.search.tokens import is_chinese, normalise, stem, words
from knowledge_base.sessions import ShopSession

#: From here on a name is the one that was said, but for typing mistakes.
_SAME = 0.95
#: What follows these in an English name says more of the thing that stands before: "desk lamp with charging".
_MORE = re.compile(r",|\(|\b(?:with|for|in|of|from|without|under|below|over|above|around|between|than)\b")


def kinds(products: Iterable[Product], said: str) -> list[Product]:
    """Those of the products that are what was said, and not just something to go with it.

    In English as in Chinese the last word of a name says what the thing is, so that one has to be the same. A shelf's
    names ("audio and wearables") are wide and count only when no product is called so itself.
    """
    pool = list(products)
    own = [product for product in pool if is_called(own_names(product), said)]
    return own or [product for product in pool if is_called(_shelf_names(product), said)]


def is_called(names: Sequence[str], said: str) -> bool:
    """Whether one of these names is what was said, or one that says more of the same thing."""
    if any(similarity(said, name) >= _SAME for name in names):
        return True
    head = _head(said)
    return bool(head) and any(_is_headed(name, head) for name in names)


def own_names(product: Product) -> list[str]:
    """What a product itself is called, in both languages."""
    return [name for name in (product.name_en, product.name_zh, *product.synonyms_en, *product.synonyms_zh) if name]


def _shelf_names(product: Product) -> list[str]:
    shelf = product.category
    return [shelf.name_en, shelf.name_zh, *shelf.synonyms_en, *shelf.synonyms_zh] if shelf else []


def _head(said: str) -> str:
    """The last word of a phrase, without what only describes it."""
    phrase = next((part for part in _MORE.split(normalise(said)) if part.strip()), "")
    return next(reversed(words(phrase)), "")


def _is_headed(name: str, head: str) -> bool:
    if is_chinese(head):
        # 杯子 is what 保温杯 is: 子 only makes a word of two characters.
        endings = (head, head.removesuffix("子")) if len(head) == 2 else (head,)
        return re.split(r"[（(，,]", name)[0].rstrip("0123456789 ").endswith(endings)
    return any(_head(part) == head for part in re.split(r"&|\band\b|,", name))


def spelled_out(session: ShopSession, text: str) -> tuple[str, Product | None]:
    """The longest name or synonym of a product that stands in the text as it is, and the one product that is called so.

    None when several are, or when it says only what many things are (T恤).
    """
    plain = normalise(text)
    names = {row[0]: [normalise(name) for name in _flat(row[1:])] for row in session.execute(_NAMES)}
    said = {
        name
        for several in names.values()
        for name in several
        if len(name) > 1 and name in plain and _stands_alone(name, plain)
    }
    longest = max(said, key=len, default="")
    ids = [key for key, several in names.items() if any(_ends_with(name, longest) for name in several)]
    return longest, session.get(Product, ids[0]) if longest and len(ids) == 1 else None


_NAMES = select(Product.id, Product.name_en, Product.name_zh, Product.synonyms_en, Product.synonyms_zh)


def _flat(parts: Sequence[Any]) -> list[str]:
    english, chinese, more_english, more_chinese = parts
    return [name for name in (english, chinese, *more_english, *more_chinese) if name]


def _ends_with(name: str, ending: str) -> bool:
    return name.endswith(ending) if is_chinese(ending) else f" {name}".endswith(f" {ending}")


def _stands_alone(name: str, text: str) -> bool:
    """Whether an English name is more than a part of other words; a plural counts."""
    if is_chinese(name):
        return True
    last = name.split()[-1]
    plural = r"(?:e?s)?" if stem(last) == last else ""
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}{plural}(?![a-z0-9])", text) is not None
