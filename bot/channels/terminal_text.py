"""Replies as text for a terminal or a pipe, with buttons numbered through a turn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.message import Reply


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what is shown, and what is sent when it is picked."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Said:
    """One reply, ready to print: its paragraphs, and the buttons with the number that picks each."""

    lines: tuple[str, ...]
    choices: tuple[tuple[int, Choice], ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """All replies of a turn."""

    said: tuple[Said, ...] = field(default=())

    def picked(self, text: str) -> Choice | None:
        """The button that `text` picks by its number, None when `text` is an ordinary message."""
        if not text.strip().isdecimal():  # full-width digits of an input method count too
            return None
        numbered = {number: choice for said in self.said for number, choice in said.choices}
        return numbered.get(int(text.strip()))


def turn_of(replies: Iterable[Reply]) -> Turn:
    """Every reply with its buttons numbered from 1 through the whole turn."""
    said: list[Said] = []
    number = 0
    for reply in replies:
        choices: list[tuple[int, Choice]] = []
        for button in (*reply.buttons, *reply.quick_replies):
            number += 1
            choices.append((number, _choice(button)))
        said.append(Said(tuple(_lines(reply)), tuple(choices)))
    return Turn(tuple(said))


def plain(said: Said) -> list[str]:
    """The lines to print where there are no colours."""
    return [*said.lines, *(f"[{number}] {choice.title}" for number, choice in said.choices)]


def _choice(button: Mapping[str, Any]) -> Choice:
    title = str(button.get("title", ""))
    return Choice(title, str(button.get("payload") or title))


def _lines(reply: Reply) -> Iterable[str]:
    if reply.text:
        yield from reply.text.strip("\n").split("\n")
    if reply.image:
        yield f"🖼  {reply.image}"
    if reply.attachment:
        yield f"📎 {reply.attachment if isinstance(reply.attachment, str) else _json(reply.attachment)}"
    for element in reply.elements:
        yield " · ".join(str(element[key]) for key in ("title", "subtitle", "image_url") if element.get(key))
    if reply.custom:
        yield _json(reply.custom)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
