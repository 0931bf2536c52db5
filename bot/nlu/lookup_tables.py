"""Lookup tables matched all at once, by an Aho-Corasick automaton: the time taken does not grow with the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple


class Match(NamedTuple):
    """A value of a table in a text. `table` is its index; `value` is None where the text itself is the value."""

    table: int
    start: int
    end: int
    value: str | None = None
    similarity: float = 1.0


class LookupTables:
    """What Rasa matches with one regular expression a table, `\\b(?:value|value|…)\\b`, without writing it.

    In each table the leftmost match wins, then the longest, and matches do not overlap. `\\b` means what it means in
    a regular expression: exactly one side is a letter, digit or underscore. Case is ignored letter by letter.
    """

    def __init__(self, tables: Sequence[Collection[str]], *, case_sensitive: bool, word_boundaries: bool) -> None:
        from ahocorasick_rs import AhoCorasick

        self._case_sensitive = case_sensitive
        self._word_boundaries = word_boundaries
        owners: dict[str, list[int]] = {}
        for index, values in enumerate(tables):
            for value in dict.fromkeys(self._folded(value) for value in values):
                if value:
                    owners.setdefault(value, []).append(index)
        self._owners = list(owners.values())
        self._automaton = AhoCorasick(owners) if owners else None

    def find(self, text: str) -> list[Match]:
        """Matches by table, each table's in order of the text."""
        if self._automaton is None:
            return []
        at_boundary = self._word_boundaries
        found = [
            Match(table, start, end)
            for pattern, start, end in self._automaton.find_matches_as_indexes(self._folded(text), overlapping=True)
            if not at_boundary or (is_boundary(text, start) and is_boundary(text, end))
            for table in self._owners[pattern]
        ]
        return list(leftmost_longest(found))

    def _folded(self, text: str) -> str:
        return text if self._case_sensitive else lower(text)


def leftmost_longest(found: Iterable[Match]) -> Iterable[Match]:
    """Of matches that overlap in a table, the one that starts first, then the longest."""
    table = end = -1
    for match in sorted(found, key=lambda match: (match.table, match.start, -match.end)):
        if match.table != table:
            table, end = match.table, -1
        if match.start >= end:
            end = match.end
            yield match


def lower(text: str) -> str:
    """Lower case of the same length, so that offsets stay: `İ` would become two characters, and is left alone."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := character.lower()) == 1 else character for character in text)


def is_boundary(text: str, place: int) -> bool:
    """Whether `\\b` matches before the character at `place`."""
    before = place > 0 and _in_word(text[place - 1])
    after = place < len(text) and _in_word(text[place])
    return before != after


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"
