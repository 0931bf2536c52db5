"""Articles of the help centre, written by hand in both languages."""

from __future__ import annotations

from .reader import Row, read_all


def article_rows() -> list[Row]:
    """Return the rows of articles.jsonl, numbered in the order of their ids as written."""
    articles = [{**article, "topic": table["topic"]} for table in read_all("articles") for article in table["article"]]
    return [
        {"id": article["id"], "slug": article["slug"], "topic": article["topic"],
         "title_en": article["title"][0], "title_zh": article["title"][1],
         "questions_en": article["ask_en"], "questions_zh": article["ask_zh"],
         "body_en": article["en"], "body_zh": article["zh"]}
        for article in sorted(articles, key=lambda each: str(each["id"]))
    ]  # fmt: skip
