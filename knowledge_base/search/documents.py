"""What the index holds of a product or an article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from knowledge_base.models import Article, Attribute, Category, Product
from knowledge_base.search.tokens import indexed, marker

Document = dict[str, Any]


def product_document(
    product: Product, categories: Mapping[str, Category], attributes: Mapping[tuple[str, str], Attribute]
) -> Document:
    """A product: names in the title; category, brand, facts, option values and descriptions in the body."""
    shelves = list(_ancestors(product.category_id, categories))
    sold = [variant for variant in product.variants if variant.available] or product.variants
    options = sorted({pair for variant in product.variants for pair in variant.options.items()})
    body = [product.brand or ""]
    for shelf in shelves:
        body += [shelf.name_en, shelf.name_zh, *shelf.synonyms_en, *shelf.synonyms_zh]
    for pair in options:
        attribute = attributes.get(pair)
        body += [attribute.value_en, attribute.value_zh] if attribute else [pair[1]]
    for fact in product.facts:
        body += [fact.get(part, "") for part in ("label_en", "label_zh", "value_en", "value_zh")]
    body += [product.description_en, product.description_zh]
    markers = [marker("option", *pair) for pair in options] + [marker("category", shelf.id) for shelf in shelves]
    names = [product.name_en, product.name_zh]
    shelf_names = [name for shelf in shelves[:1] for name in (shelf.name_en, shelf.name_zh)]
    return {
        "kind": "product",
        "ref": product.id,
        "title": indexed(*names, *product.synonyms_en, *product.synonyms_zh),
        "body": " ".join([indexed(*body), *markers]),
        "passages": [". ".join(filter(None, [*names, *shelf_names]))],
        "min_price": min((variant.price for variant in sold), default=None),
        "max_price": max((variant.price for variant in sold), default=None),
    }


def article_document(article: Article) -> Document:
    """An article: title and questions in the title, its text in the body, a passage for each way of asking and for what is answered."""
    questions = [*article.questions_en, *article.questions_zh]
    return {
        "kind": "article",
        "ref": article.id,
        "title": indexed(article.title_en, article.title_zh, *questions),
        "body": indexed(article.topic, article.body_en, article.body_zh),
        "passages": [
            text for text in (article.title_en, article.title_zh, *questions, article.body_en, article.body_zh) if text
        ],
        "min_price": None,
        "max_price": None,
    }


def _ancestors(category_id: str | None, categories: Mapping[str, Category]) -> Iterable[Category]:
    """The category and those it lies in, nearest first."""
    seen: set[str] = set()
    while category_id is not None and category_id in categories and category_id not in seen:
        seen.add(category_id)
        yield categories[category_id]
        category_id = categories[category_id].parent_id
