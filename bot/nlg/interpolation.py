"""Filling `{name}` in texts, images, buttons and custom payloads, as Rasa's interpolator does.

Differs from `rasa/core/nlg/interpolator.py` only where that one crashes or garbles: an unmatched brace stays as it is,
`{}` stays `{}`, and a text may mix `{name}` with `{{escapes}}`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

logger = logging.getLogger(__name__)

# A name may hold anything but braces and line breaks; doubled braces are escapes and come first.
_PIECES = re.compile(r"\{\{|\}\}|\{([^\n{}]+)\}")


def interpolate(template: Any, values: Mapping[str, Any]) -> Any:
    """A copy of `template` (text, or lists and dicts of it) with every `{name}` filled; other types pass unchanged."""
    if isinstance(template, str):
        return interpolate_text(template, values)
    if isinstance(template, Mapping):
        return {key: interpolate(value, values) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return type(template)(interpolate(item, values) for item in template)
    return template


def interpolate_text(text: str, values: Mapping[str, Any]) -> str:
    """`text` with its placeholders filled; when one is unknown, the whole text as it was, and a log entry."""
    unknown = [name for name in placeholders(text) if name not in values]
    if unknown:
        logger.error("No value for %s in the response text %r; it is sent as it stands", ", ".join(unknown), text)
        return text
    return _PIECES.sub(lambda piece: _filled(piece, values), text)


def placeholders(text: str) -> tuple[str, ...]:
    """The names in braces, in order, each once."""
    return tuple(dict.fromkeys(piece[1] for piece in _PIECES.finditer(text) if piece[1]))


def _filled(piece: re.Match[str], values: Mapping[str, Any]) -> str:
    return str(values[piece[1]]) if piece[1] else piece[0][0]
