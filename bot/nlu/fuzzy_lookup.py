"""Values of lookup tables as people mistype them: English letters slipped, Chinese characters that sound alike."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from bot.nlu.lookup_tables import Match, leftmost_longest, lower

SHORTEST = 5
"""Letters that an English value needs, before a slip in it can be told from another word."""

_LATIN = re.compile(r"[a-zà-ÿ][a-zà-ÿ0-9'&. -]*[a-zà-ÿ0-9]")
_TOKEN = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ0-9'&-]*|[0-9]+")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")
_MOST_WORDS = 4


class FuzzyTable:
    """Finds near misses of one table's values.

    English: one edit (insertion, deletion, substitution or swap of neighbours) in values of 5 to 8 characters, two in
    longer ones. Chinese: the same pinyin; with the same tones in values of two characters, where 伤害 would else be
    上海. What the table holds exactly is for the caller to find; it is not found here.
    """

    def __init__(self, values: Collection[str]) -> None:
        self._pieces: dict[str, list[str]] = {}
        self._sounds: dict[str, str] = {}
        self._sizes: set[int] = set()
        self._most_words = 1
        self._originals: dict[str, str] = {}
        for value in values:
            small = lower(value).strip()
            if len(small) >= SHORTEST and _LATIN.fullmatch(small):
                self._index(small, value)
            elif _HAN.fullmatch(value):
                self._sizes.add(len(value))
                for sound in _sounds(value):
                    self._sounds.setdefault(sound, value)

    def find(self, text: str, table: int = 0) -> list[Match]:
        """Near misses, leftmost and longest first, not overlapping; `similarity` in (0, 1]."""
        return list(leftmost_longest([*self._misspelt(text, table), *self._homophones(text, table)]))

    def _index(self, small: str, value: str) -> None:
        self._originals.setdefault(small, value)
        self._most_words = min(_MOST_WORDS, max(self._most_words, small.count(" ") + 1))
        for index, (start, end) in enumerate(_cuts(len(small))):
            self._pieces.setdefault(_key(len(small), index, small[start:end]), []).append(small)

    def _misspelt(self, text: str, table: int) -> Iterator[Match]:
        if not self._pieces:
            return
        tokens = [match.span() for match in _TOKEN.finditer(text)]
        for first, (start, _) in enumerate(tokens):
            for _, end in tokens[first : first + self._most_words]:
                said = " ".join(lower(text[start:end]).split())
                nearest = self._nearest(said) if len(said) >= SHORTEST - 1 else None
                if nearest is not None:
                    value, distance = nearest
                    yield Match(table, start, end, self._originals[value], 1 - distance / max(len(said), len(value)))

    def _nearest(self, said: str) -> tuple[str, int] | None:
        """The value with the fewest edits, if it is not `said` itself and they are few enough."""
        from rapidfuzz.distance import OSA

        best: tuple[str, int] | None = None
        if said in self._originals:
            return None
        for value in self._candidates(said):
            most = min(edits(len(value)), best[1] - 1 if best else 2)
            distance = OSA.distance(said, value, score_cutoff=most)
            if distance <= most:
                best = (value, distance)
        return best

    def _candidates(self, said: str) -> set[str]:
        """Values that share a piece with `said`: of k + 1 pieces, k edits leave one whole.

        A swap across the border of two pieces breaks both, so the borders are tried swapped, too.
        """
        found: set[str] = set()
        for length in range(max(SHORTEST, len(said) - 2), len(said) + 3):
            longer, cuts = len(said) - length, _cuts(length)
            if abs(longer) > edits(length):
                continue
            for index, (start, end) in enumerate(cuts):
                for shift in _shifts(index, len(cuts), longer):
                    if start + shift >= 0:
                        found.update(self._pieces.get(_key(length, index, said[start + shift : end + shift]), ()))
            if longer == 0:
                for (start, border), (_, end) in pairwise(cuts):
                    swapped = said[start : border - 1] + said[border]
                    found.update(self._pieces.get(_key(length, cuts.index((start, border)), swapped), ()))
                    swapped = said[border - 1] + said[border + 1 : end]
                    found.update(self._pieces.get(_key(length, cuts.index((border, end)), swapped), ()))
        return found

    def _homophones(self, text: str, table: int) -> Iterator[Match]:
        if not self._sizes:
            return
        for run in _HAN.finditer(text):
            for readings in _readings(run.group()):
                for size in self._sizes:
                    for start in range(len(readings) - size + 1):
                        value = self._sounds.get(_sound(readings[start : start + size]))
                        place = run.start() + start
                        if value is not None and text[place : place + size] != value:
                            yield Match(table, place, place + size, value)


def edits(length: int) -> int:
    """How many edits a value of so many characters may have suffered."""
    return 1 if length < 9 else 2


def _cuts(length: int) -> list[tuple[int, int]]:
    pieces = edits(length) + 1
    borders = [length * index // pieces for index in range(pieces + 1)]
    return list(pairwise(borders))


def _shifts(index: int, pieces: int, longer: int) -> Iterable[int]:
    """Where a piece may stand in what was said: the first where it was, the last as far from the end as it was."""
    if index == 0:
        return (0,)
    return (longer,) if index == pieces - 1 else range(-2, 3)


def _key(length: int, index: int, piece: str) -> str:
    return f"{length}.{index}.{piece}"


def _sounds(value: str) -> set[str]:
    return {_sound(readings) for readings in _readings(value)}


def _readings(han: str) -> list[list[str]]:
    """Pinyin with tone digits, a character each: as each reads by itself, and as the words read where that differs.

    Only where a known word holds a character of several readings, since telling words apart takes much longer.
    """
    from pypinyin import Style, lazy_pinyin
    from pypinyin.constants import PHRASES_DICT

    known = [_reading(character) for character in han]
    alone = [reading for reading, _ in known]
    several = [place for place, (_, is_several) in enumerate(known) if is_several]
    around = {
        han[start:end]
        for place in several
        for start in range(max(0, place - 3), place + 1)
        for end in range(place + 1, start + 5)
    }
    if PHRASES_DICT.keys().isdisjoint(around):
        return [alone]

    as_words = lazy_pinyin(han, style=Style.TONE3)
    return [alone] if as_words == alone or len(as_words) != len(han) else [as_words, alone]


@lru_cache(maxsize=30_000)
def _reading(character: str) -> tuple[str, bool]:
    """A character's usual reading, and whether it has another one that differs in more than its tone."""
    from pypinyin import Style, pinyin

    readings = pinyin(character, style=Style.TONE3, heteronym=True)[0]
    return readings[0], len({reading.rstrip("12345") for reading in readings}) > 1


def _sound(readings: Sequence[str]) -> str:
    if len(readings) == 2:
        return " ".join(readings)
    return " ".join(reading.rstrip("12345") for reading in readings)
