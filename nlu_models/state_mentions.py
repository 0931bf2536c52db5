"""Which of a slot's values are written out in a text, slips of the pen included: a feature beside what a model reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nlu_models.tokens import is_han

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TOKEN = re.compile(r"[^\W_]+")
ALIKE = 0.75
"""Below this share of equal letters two words are different ones."""
SHORT = 4
"""Names of so few letters must be written exactly: "east" is no slip for "west"."""


class Mentions:
    """Finds the names of a slot's values in texts."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = [" ".join(_words(name)) for name in names]
        self._sizes = [len(_words(name)) for name in names]

    def find(self, text: str) -> NDArray[np.float32]:
        """For each name how well the text's nearest run of words fits it: 0 for not at all, 1 for exactly; (names,).

        A name inside a longer one that fits as well ("european" in "modern european") is not meant itself.
        """
        import numpy as np
        from rapidfuzz import fuzz, process

        words = _words(text)
        found = np.zeros(len(self._names), np.float32)
        for size in sorted(set(self._sizes) - {0}):
            runs = list({" ".join(words[i : i + size]) for i in range(len(words) - size + 1)})
            if not runs:
                continue
            places = [place for place, each in enumerate(self._sizes) if each == size]
            names = [self._names[place] for place in places]
            alike = process.cdist(names, runs, scorer=fuzz.ratio).max(axis=1) / 100
            exact = np.array([name in runs for name in names])
            near = np.where(_lengths(names) > SHORT, np.clip((alike - ALIKE) / (1 - ALIKE), 0, 1), 0)
            found[places] = np.where(exact, 1.0, near * 0.9)
        seen = np.flatnonzero(found)
        for place in seen:
            name = f" {self._names[place]} "
            longer = [other for other in seen if other != place and name in f" {self._names[other]} "]
            if any(found[other] >= found[place] and self._names[other] != self._names[place] for other in longer):
                found[place] = 0.0
        return found


def _words(text: str) -> list[str]:
    """Words in lower case; each Chinese character is one."""
    spaced = "".join(f" {each} " if is_han(each) else each for each in text.casefold())
    return _TOKEN.findall(spaced)


def _lengths(names: Sequence[str]) -> NDArray[np.int64]:
    import numpy as np

    return np.array([len(name) for name in names])
