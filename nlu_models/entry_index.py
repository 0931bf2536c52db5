"""Entries (FAQ answers) found by the meaning of their points: example questions and what the answer says.

Sentence vectors of one language share a direction that says nothing of the meaning, and drowns what does: with it the
cosines of unrelated sentences lie around 0.8. It is taken away, for each script by itself (Mu and Viswanath 2018,
https://arxiv.org/abs/1702.01417). An entry is then as near as the mean of its nearest points, since one point alone may
be near by accident; points in another language count, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAREST = 3
"""Points of an entry that count."""
_WITHOUT = 5
"""So many points at zero are added to a script's mean: of a few points it is not known yet."""
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+")


class EntryIndex:
    """Exact search over all points.

    `points`: unit vectors (points, width) whose centre is taken away; `owners`: the entry of each, from 0 without gaps;
    `centres`: the mean vector (width) of each script, as `script_of` names it.
    """

    def __init__(
        self,
        points: NDArray[np.float32],
        owners: Sequence[int],
        centres: Mapping[str, NDArray[np.float32]],
    ) -> None:
        self.points, self.owners, self.centres = points, list(owners), dict(centres)
        self._places = _places(self.owners)
        self._counts = (self._places >= 0).sum(1).clip(max=NEAREST)

    @classmethod
    def of(cls, vectors: NDArray[np.float32], owners: Sequence[int], texts: Sequence[str]) -> Self:
        """The index of the unit vectors (points, width) of texts, each with its entry."""
        import numpy as np

        scripts = np.array([script_of(text) for text in texts])
        centres = {
            str(script): vectors[scripts == script].sum(0) / ((scripts == script).sum() + _WITHOUT)
            for script in np.unique(scripts)
        }
        return cls(_centred(vectors, texts, centres), owners, centres)

    def __len__(self) -> int:
        """How many entries there are."""
        return len(self._places)

    def search(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        """How near each entry is to the unit vectors (texts, width) of texts: (texts, entries), from -1 to 1."""
        import numpy as np

        cosines = _centred(vectors, texts, self.centres) @ self.points.T
        return np.stack([self._nearness(row) for row in cosines])

    def _nearness(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        import numpy as np

        most = self._places.shape[1]
        of_entries = np.append(cosines, np.float32(0 if most <= NEAREST else -np.inf))[self._places]
        if most > NEAREST:
            of_entries = np.partition(of_entries, -NEAREST, axis=1)[:, -NEAREST:]
            of_entries[np.isinf(of_entries)] = 0
        nearness: NDArray[np.float32] = of_entries.sum(1) / self._counts.astype(np.float32)
        return nearness

    def save(self, folder: Path) -> None:
        import numpy as np

        scripts = sorted(self.centres)
        centres = np.array([self.centres[script] for script in scripts], np.float32)
        np.savez(folder / _FILE, points=self.points, owners=self.owners, scripts=scripts, centres=centres)

    @classmethod
    def load(cls, folder: Path) -> Self:
        import numpy as np

        with np.load(folder / _FILE) as saved:
            centres = dict(zip(saved["scripts"].tolist(), saved["centres"], strict=True))
            return cls(saved["points"], saved["owners"].tolist(), centres)


_FILE = "entries.npz"


def _places(owners: Sequence[int]) -> NDArray[np.int64]:
    """Where an entry's points are (entries, most points of one), filled up with -1."""
    import numpy as np

    of_entry: list[list[int]] = [[] for _ in range(max(owners, default=-1) + 1)]
    for place, owner in enumerate(owners):
        of_entry[owner].append(place)
    places = np.full((len(of_entry), max(map(len, of_entry), default=0)), -1, np.int64)
    for owner, its in enumerate(of_entry):
        places[owner, : len(its)] = its
    return places


def script_of(text: str) -> str:
    """The script of most words, a Chinese character being one: "CJK", "LATIN" …; "" without any letter."""
    first = [unicodedata.name(word[0], "").partition(" ")[0] for word in _WORD.findall(text)]
    return max(Counter(sorted(first)).items(), key=lambda counted: counted[1], default=("", 0))[0]


def _centred(
    vectors: NDArray[np.float32], texts: Sequence[str], centres: Mapping[str, NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Unit vectors without their script's centre."""
    import numpy as np

    moved = vectors.copy()
    for row, text in enumerate(texts):
        centre = centres.get(script_of(text))
        if centre is not None:
            moved[row] -= centre
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    unit: NDArray[np.float32] = moved / np.maximum(lengths, 1e-9)
    return unit
