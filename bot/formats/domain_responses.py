"""The `responses:` section of a domain or of a file in `data/`."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from typing import Any

from bot.domain import ResponseCondition, ResponseVariation
from bot.formats import shapes
from bot.formats.nodes import Mapping, Node, Scalar
from bot.formats.problem_list import ProblemList

_CONTENT = ("text", "image", "custom", "buttons", "quick_replies", "attachment", "elements")
_EXTRA = ("button_type",)
_KEYS = (*_CONTENT, "id", "channel", "condition", "metadata", "list", *_EXTRA)

Responses = dict[str, tuple[Scalar, tuple[ResponseVariation, ...]]]


def read_responses(node: Node | None, problems: ProblemList) -> Responses:
    """The variations of each response by its name, with the key for its place."""
    section = shapes.mapping(node, "`responses`", problems)
    if section is None:
        return {}
    return {key.text.strip(): (key, _variations(key, value, problems)) for key, value in section.items()}


def _variations(key: Scalar, node: Node, problems: ProblemList) -> tuple[ResponseVariation, ...]:
    what = f"response '{key.text}'"
    if isinstance(node, Mapping) or (isinstance(node, Scalar) and not shapes.is_null(node)):
        problems.error("yaml-type", f"{what} must be a list of variations.", node, "Write `- text: …` below it.")
        return ()
    variations = [_variation(item, what, problems) for item in shapes.items(node, what, problems)]
    if not variations:
        problems.error("missing-key", f"{what} has no variations.", key, "Write `- text: …` below it.")
    return tuple(variation for variation in variations if variation is not None)


def _variation(node: Node, what: str, problems: ProblemList) -> ResponseVariation | None:
    if not isinstance(node, Mapping):
        hint = f"Write `- text: {node.text}`." if isinstance(node, Scalar) and node.text else "Write `- text: …`."
        problems.error("yaml-type", f"a variation of {what} must be a mapping, not {node.kind}.", node, hint)
        return None
    shapes.known_keys(node, _KEYS, f"a variation of {what}", problems)
    if all(shapes.is_null(node.get(key)) for key in _CONTENT):
        problems.error("missing-key", f"a variation of {what} says nothing.", node, f"It needs one of {_CONTENT}.")
    custom = shapes.mapping(node.get("custom"), "`custom`", problems)
    list_of, list_text = _list(node.get("list"), problems)
    metadata = node.get("metadata")
    attachment = node.get("attachment")
    return ResponseVariation(
        text=shapes.text(node.get("text"), f"the text of {what}", problems),
        id=shapes.text(node.get("id"), f"the id of {what}", problems),
        channel=shapes.text(node.get("channel"), f"the channel of {what}", problems),
        conditions=_conditions(node.get("condition"), problems),
        buttons=_mappings(node.get("buttons"), "`buttons`", problems),
        quick_replies=_mappings(node.get("quick_replies"), "`quick_replies`", problems),
        elements=_mappings(node.get("elements"), "`elements`", problems),
        image=shapes.text(node.get("image"), f"the image of {what}", problems),
        attachment=attachment.plain() if attachment is not None else None,
        custom=custom.plain() if custom is not None else None,
        metadata=_metadata(metadata),
        list_of=list_of,
        list_text=list_text,
        extra={key.text: value.plain() for key, value in node.items() if key.text not in _KEYS or key.text in _EXTRA},
        where=node.where,
    )


def _metadata(node: Node | None) -> Dictionary[str, Any]:
    """Rasa lets metadata be anything; what is not a mapping is kept under `value`."""
    if node is None or shapes.is_null(node):
        return {}
    plain = node.plain()
    return plain if isinstance(plain, dict) else {"value": plain}


def _conditions(node: Node | None, problems: ProblemList) -> tuple[ResponseCondition, ...]:
    conditions = []
    for item in shapes.items(node, "`condition`", problems):
        body = shapes.mapping(item, "a condition", problems)
        if body is None:
            continue
        shapes.known_keys(body, ("type", "name", "value"), "a condition", problems)
        kind = body.get("type")
        if not isinstance(kind, Scalar) or kind.value != "slot":
            problems.error("yaml-type", "a response's condition must have `type: slot`.", kind or body)
            continue
        slot = shapes.name(body.get("name"), "the slot's name", problems)
        if slot is None:
            if body.get("name") is None:
                problems.error("missing-key", "a condition needs the slot's `name`.", body)
            continue
        value = body.get("value")
        conditions.append(ResponseCondition(slot, value.plain() if value is not None else None))
    return tuple(conditions)


def _mappings(node: Node | None, what: str, problems: ProblemList) -> tuple[Dictionary[str, Any], ...]:
    found = (shapes.mapping(item, f"each of {what}", problems) for item in shapes.items(node, what, problems))
    return tuple(_plain_texts(body) for body in found if body is not None)


def _plain_texts(body: Mapping) -> dict[str, Any]:
    """A title or payload is text even when it looks like a number."""
    plain: dict[str, Any] = body.plain()
    texts = {key: body.get(key) for key in ("title", "payload")}
    return plain | {
        key: node.text for key, node in texts.items() if isinstance(node, Scalar) and node.value is not None
    }


def _list(node: Node | None, problems: ProblemList) -> tuple[str | None, str | None]:
    body = shapes.mapping(node, "`list`", problems)
    if body is None:
        return None, None
    shapes.known_keys(body, ("of", "text"), "`list`", problems)
    of, line = (shapes.name(body.get(key), f"`{key}` of `list`", problems) for key in ("of", "text"))
    for key in ("of", "text"):
        if body.get(key) is None:
            problems.error("missing-key", f"`list` needs `{key}`.", body, "Write `list: {of: FACT, text: LINE}`.")
    return of, line
