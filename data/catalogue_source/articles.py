"""Articles of the help centre, written by hand in both languages."""

from __future__ import annotations

from knowledge_base.rules import ShopRules

from .reader import Row, read_all


def _with_rules(text: str) -> str:
    """What the shop's rules say is written as {refund_days}, so that no article promises anything else."""
    return text.replace("{refund_days}", "-".join(map(str, ShopRules().refund_days)))


def article_rows() -> list[Row]:
    """Return the rows of articles.jsonl, numbered in the order of their ids as written."""
    articles = [{**article, "topic": table["topic"]} for table in read_all("articles") for article in table["article"]]
    return [
        {"id": article["id"], "slug": article["slug"], "topic": article["topic"],
         "title_en": article["title"][0], "title_zh": article["title"][1],
         "questions_en": article["ask_en"], "questions_zh": article["ask_zh"],
         "body_en": _with_rules(article["en"]), "body_zh": _with_rules(article["zh"])}
        for article in sorted(articles, key=lambda each: str(each["id"]))
    ]  # fmt: skip
