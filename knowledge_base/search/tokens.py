"""Text as tokens that a full-text index can hold: Chinese words and character bigrams, stemmed English words.

FTS5's own tokenizers see a run of Chinese as one word, and its trigram tokenizer finds no word of two characters,
so text is segmented here and the index gets tokens separated by spaces.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from knowledge_base.search.stopwords import STOPWORDS

_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+(?:\.[0-9]+)*")
#: "128 GB", "13-inch": a number and its unit are one token.
_UNIT = re.compile(r"(?<=[0-9])[\s-]+(?=(?:gb|tb|mb|ml|l|cm|mm|kg|g|mah|w|hz|inch|inches|ft|lbs|mp)\b)")
#: The end of "I'm", "women's", "don't": its letter is no size.
_CONTRACTED = re.compile(r"(?<=[a-z])['’](?:s|m|d|t|re|ve|ll)\b")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_VOWEL = re.compile(r"[aeiouy]")


@dataclass(frozen=True)
class Token:
    """One unit of a text. `weight` says how much it counts beside its rarity: bigrams help words, no more."""

    text: str
    weight: float = 1.0
    #: An English word before stemming: what a typo is corrected from.
    raw: str = ""


def normalise(text: str) -> str:
    """One form for full-width and ordinary characters, without case."""
    return _CONTRACTED.sub("", _UNIT.sub("", unicodedata.normalize("NFKC", text).casefold()))


def is_chinese(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return bool(_CHINESE.search(text))


def tokens(text: str) -> list[Token]:
    """All tokens of a text in order, stop words left out."""
    return list(_tokens(normalise(text)))


def indexed(*texts: str) -> str:
    """Texts as an index holds them: their tokens separated by spaces."""
    return " ".join(token.text for text in texts for token in tokens(text))


def words(text: str) -> list[str]:
    """The words of a text without bigrams and with stop words: Chinese words as they are, English ones stemmed."""
    return [word for word, _ in words_as_typed(text)]


@lru_cache(maxsize=20_000)  # names of products are compared again and again
def words_as_typed(text: str) -> tuple[tuple[str, str], ...]:
    """As `words`, each with the form in which it was typed (but for case and width)."""
    found: list[tuple[str, str]] = []
    for run in _RUN.findall(normalise(text)):
        found.extend((part, part) for part in _segment(run)) if is_chinese(run) else found.append((stem(run), run))
    return tuple(found)


def marker(kind: str, *names: str) -> str:
    """A token that no text contains, for an option value or a category: `marker("option", "colour", "red")`."""
    return "zq" + hashlib.sha1("\x1f".join((kind, *names)).casefold().encode()).hexdigest()[:12]


def stem(word: str) -> str:
    """A light English stem: plurals, -ing and -ed; short words and those with digits stay.

    Plural rules after Harman's S-stemmer (JASIS 42, 1991).
    """
    if len(word) < 4 or not word.isalpha() or not word.isascii():
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("es") and word[:-2].endswith(("s", "x", "z", "ch", "sh")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("us", "ss", "is")):
        return word[:-1]
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 2 and _VOWEL.search(rest):
            doubled = len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "lsz"
            return rest[:-1] if doubled else rest
    return word


def _tokens(text: str) -> Iterator[Token]:
    for run in _RUN.findall(text):
        if not is_chinese(run):
            if run not in STOPWORDS:
                yield Token(stem(run).replace(".", "p"), raw=run)  # no dot: database tokenizers would split there
            continue
        parts = _segment(run)
        for word in parts:
            if word not in STOPWORDS:
                yield Token(word, 1.0 if len(word) > 1 else 0.4)
        kept = "".join(" " * len(word) if word in STOPWORDS else word for word in parts)
        for first, second in pairwise(kept):
            if " " not in (first, second) and first + second not in parts:
                yield Token(first + second, 0.4)


def _segment(run: str) -> list[str]:
    import rjieba

    parts: list[str] = rjieba.cut(run)
    return parts
