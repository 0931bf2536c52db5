"""Wording without values: the model sees and writes `[order_id]`, and the values are put in afterwards.

A model that never writes a value cannot get one wrong (delexicalisation, Wen et al. 2015).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.nlg.interpolation import placeholders

_SLOT = re.compile(r"\[([^\[\]\n]+)\]")


def to_slots(template: str) -> str:
    """`Order {order_id} is {status}` → `Order [order_id] is [status]`; escaped braces become plain ones."""
    for name in placeholders(template):
        template = template.replace(f"{{{name}}}", f"[{name}]")
    return template.replace("{{", "{").replace("}}", "}")


def hide_values(text: str, values: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """A customer's words with the values of the named facts as slots, and other long numbers out of sight."""
    for name in sorted(names, key=lambda name: -len(str(values.get(name)))):
        value = str(values.get(name, ""))
        if len(value) > 1:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", f"[{name}]", text, flags=re.IGNORECASE)
    return text


def slots_of(text: str) -> tuple[str, ...]:
    """The names in square brackets, in order, repeated where they are."""
    return tuple(_SLOT.findall(text))


def fill_slots(wording: str, values: Mapping[str, Any]) -> str:
    """The wording with its values. Raises KeyError for a slot without one."""
    filled = _SLOT.sub(lambda slot: str(values[slot[1]]), wording)
    first = filled.split(" ", 1)[0].rstrip(":,.;")
    if wording.startswith("[") and first.isascii() and first.isalpha() and first.islower():
        filled = filled[0].upper() + filled[1:]
    return re.sub(r"(?<=[.!?])\.(?!\.)", "", filled)
