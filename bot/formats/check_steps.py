"""The check steps of test stories: `reply_contains`, `reply_lacks` and `database`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.formats import shapes
from bot.formats.nodes import Mapping, Node, Sequence
from bot.formats.problem_list import ProblemList
from bot.stories import CheckStep, DatabaseCheck

CHECK_KEYS = ("reply_contains", "reply_lacks", "database")
_DATABASE_KEYS = ("table", "where", "has", "count")


def read_check(node: Mapping, problems: ProblemList) -> Iterator[CheckStep]:
    """A step such as `reply_contains: [已取消, [refund, money back]]`; a list inside the list means "one of these"."""
    yield CheckStep(
        reply_contains=tuple(_alternatives(node.get("reply_contains"), problems)),
        reply_lacks=tuple(_texts(node.get("reply_lacks"), "`reply_lacks`", problems)),
        database=tuple(_database(node.get("database"), problems)),
        where=node.where,
    )


def _alternatives(node: Node | None, problems: ProblemList) -> Iterator[tuple[str, ...]]:
    if node is not None and not isinstance(node, Sequence):
        yield tuple(_texts(node, "`reply_contains`", problems))
        return
    for item in shapes.items(node, "`reply_contains`", problems):
        yield tuple(_texts(item, "`reply_contains`", problems))


def _texts(node: Node | None, what: str, problems: ProblemList) -> Iterator[str]:
    written = shapes.items(node, what, problems) if isinstance(node, Sequence) else [node]
    for item in written:
        text = shapes.text(item, f"each text of {what}", problems) if item is not None else None
        if text:
            yield text


def _database(node: Node | None, problems: ProblemList) -> Iterator[DatabaseCheck]:
    for item in shapes.items(node, "`database`", problems):
        body = shapes.mapping(item, "each check of `database`", problems)
        if body is None:
            continue
        shapes.known_keys(body, _DATABASE_KEYS, "a check of `database`", problems)
        table = shapes.text(body.get("table"), "`table`", problems)
        if not table:
            problems.error("missing-key", "a check of `database` has no `table`.", body)
            continue
        yield DatabaseCheck(table, _values(body, "where"), _values(body, "has"), _count(body, problems))


def _values(body: Mapping, key: str) -> dict[str, Any]:
    node = body.get(key)
    plain = node.plain() if isinstance(node, Mapping) else {}
    return dict(plain) if isinstance(plain, dict) else {}


def _count(body: Mapping, problems: ProblemList) -> int | None:
    node = body.get("count")
    count = node.plain() if node is not None else None
    if node is not None and (not isinstance(count, int) or isinstance(count, bool)):
        problems.error("yaml-type", "`count` must be a whole number.", node)
        return None
    return count
