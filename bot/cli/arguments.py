"""Arguments as Rasa's scripts write them: `--data nlu stories` names several folders after one option."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

SEPARATOR = os.pathsep
_PARTS = frozenset({"nlu", "core", "nlg", "stories"})  # that may stand behind an option's values too


def with_joined_values(arguments: Sequence[str], option: str = "--data") -> list[str]:
    """The arguments with all values of `option` as one, between `SEPARATOR`s.

    A word behind the first value is a value too, unless it names a part of the project and no file.
    """
    kept: list[str] = []
    values: list[str] = []
    place: int | None = None
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word != option and not word.startswith(f"{option}="):
            kept.append(word)
            continue
        place = len(kept) if place is None else place
        if word == option and not words:
            kept.append(word)  # nothing stands behind it, which is reported as such
            return kept
        values.append(words.pop(0) if word == option else word.partition("=")[2])
        while words and not words[0].startswith("-") and (words[0] not in _PARTS or Path(words[0]).exists()):
            values.append(words.pop(0))
    if place is not None:
        kept[place:place] = [option, SEPARATOR.join(values)]
    return kept


def separate(values: str) -> list[str]:
    """The opposite, for one option."""
    return values.split(SEPARATOR)
