"""Texts as bags of words: of words, pairs of words and pieces of words, for the texts of end-to-end stories.

Chinese has no spaces, so each of its characters counts as a word; pairs of them do what words do elsewhere.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

MOST = 5000
_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+")
_PIECES = range(2, 5)


def ngrams(text: str) -> Iterator[str]:
    """Words, pairs of words, and pieces of two to four characters of each word with its edges marked by spaces."""
    words = _WORD.findall(text.casefold())
    for word in words:
        yield word
        edged = f" {word} "
        for size in _PIECES if len(word) > 1 else ():
            yield from (edged[start : start + size] for start in range(len(edged) - size + 1))
    yield from (f"{first}_{second}" for first, second in pairwise(words))


def vocabulary(texts: Iterable[str]) -> tuple[str, ...]:
    """The n-grams of these texts, the most frequent first; no more than `MOST`."""
    counts = Counter(gram for text in texts for gram in ngrams(text))
    return tuple(gram for gram, _ in counts.most_common(MOST))


def bag(text: str, columns: dict[str, int]) -> tuple[tuple[int, float], ...]:
    """The known n-grams of a text as (column, weight), a vector of length 1; empty when none is known."""
    counts = Counter(columns[gram] for gram in ngrams(text) if gram in columns)
    length = math.sqrt(sum(count * count for count in counts.values()))
    return tuple(sorted((column, count / length) for column, count in counts.items()))
