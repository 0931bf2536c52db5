"""Replies as Rasa's Socket.IO channel emits them. Source: `rasa/core/channels/socketio.py` of Rasa 3.6.21."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.message import Reply

EMIT_OPTIONS = frozenset({"data", "to", "room", "skip_sid", "namespace"})
"""What a `custom` of the domain may ask of the emit itself, besides its data."""


def emits(reply: Reply) -> Iterator[dict[str, Any]]:
    """The keyword arguments of each emit that says this reply: always `data`, sometimes where it goes."""
    choices = reply.quick_replies or reply.buttons
    if choices:
        yield from ({"data": part} for part in _with_choices(reply.text or "", choices))
    elif reply.text:
        yield from ({"data": {"text": part}} for part in _paragraphs(reply.text))
    if reply.custom:
        yield _custom(reply.custom)
    if reply.image:
        yield {"data": {"attachment": {"type": "image", "payload": {"src": reply.image}}}}
    if reply.attachment:
        yield {"data": {"attachment": reply.attachment}}
    for element in reply.elements:
        payload = {"template_type": "generic", "elements": dict(element)}
        yield {"data": {"attachment": {"type": "template", "payload": payload}}}


def _paragraphs(text: str) -> list[str]:
    return text.strip().split("\n\n")


def _with_choices(text: str, choices: tuple[Mapping[str, Any], ...]) -> list[dict[str, Any]]:
    """A message a paragraph; the last one has the buttons, the others say that they have none."""
    parts: list[dict[str, Any]] = [{"text": part, "quick_replies": []} for part in _paragraphs(text)]
    parts[-1]["quick_replies"] = [_quick_reply(choice) for choice in choices]
    return parts


def _quick_reply(button: Mapping[str, Any]) -> dict[str, Any]:
    """Rasa's quick reply. A button that opens a page has no payload; Rasa fails on it, here it goes out whole."""
    title = button.get("title", "")
    if "payload" not in button:
        return {"content_type": "text", **button}
    return {"content_type": "text", "title": title, "payload": button["payload"]}


def _custom(custom: Mapping[str, Any]) -> dict[str, Any]:
    """Rasa's `custom` holds the arguments of the emit, so it must have `data`; one that has not is itself the data."""
    if "data" in custom and custom.keys() <= EMIT_OPTIONS:
        return dict(custom)
    return {"data": dict(custom)}
