"""What customers call option values, in both languages: "red", crimson, 红色 and 大红 are one value.

Built from the attribute table, so a shop teaches it by importing rows and not by changing code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from knowledge_base.models import Attribute
from knowledge_base.search.cache import cache_of
from knowledge_base.search.index import revision
from knowledge_base.search.tokens import is_chinese, normalise, words, words_as_typed
from knowledge_base.sessions import ShopSession

Pair = tuple[str, str]


@dataclass(frozen=True)
class Mention:
    """A stretch of a text that names option values. `text` is the stretch, normalised; the values are (name, value)."""

    text: str
    values: tuple[Pair, ...]


@dataclass
class Vocabulary:
    """Ways of saying option values, and what is left of a text without them."""

    #: Words, as `tokens.words` gives them, to the values they name.
    phrases: dict[tuple[str, ...], tuple[Pair, ...]] = field(default_factory=dict)
    #: Words for the attributes themselves (size, 尺码), to the attributes.
    names: dict[str, set[str]] = field(default_factory=dict)
    longest: int = 1

    def add(self, surface: str, pair: Pair) -> None:
        """Know one more way to say this value."""
        phrase = tuple(words(surface))
        if phrase and pair not in self.phrases.get(phrase, ()):
            self.phrases[phrase] = (*self.phrases.get(phrase, ()), pair)
            self.longest = max(self.longest, len(phrase))

    def exact(self, surface: str) -> tuple[Pair, ...]:
        """The values that exactly this text names."""
        return self.phrases.get(tuple(words(surface)), ())

    def values(self, surface: str) -> tuple[Pair, ...]:
        """All values that a text names."""
        mentions, _ = self.split(surface)
        return tuple(pair for mention in mentions for pair in mention.values)

    def split(self, text: str) -> tuple[list[Mention], str]:
        """The option values named in a text, longest phrases first at each place, and the text without them, nor the
        words for what they are values of (the "size" of "size M")."""
        parts = words_as_typed(text)
        mentions: list[Mention] = []
        left: list[str] = []
        place = 0
        while place < len(parts):
            for length in range(min(self.longest, len(parts) - place), 0, -1):
                phrase = tuple(word for word, _ in parts[place : place + length])
                if phrase in self.phrases:
                    typed = [raw for _, raw in parts[place : place + length]]
                    mentions.append(Mention(_join(typed), self.phrases[phrase]))
                    left.append(" ")
                    place += length
                    break
            else:
                left.append(parts[place][1])
                place += 1
        named = {name for mention in mentions for name, _ in mention.values}
        left = [" " if named & self.names.get(part, set()) else part for part in left]
        return mentions, _join(left)


def vocabulary_of(session: ShopSession) -> Vocabulary:
    """The vocabulary of this shop, built again only after its attributes changed."""
    cache, current = cache_of(session), revision(session, "words")
    known: tuple[int, Vocabulary] | None = cache.get("vocabulary")
    if known is None or known[0] != current:
        known = cache["vocabulary"] = (current, build(session.scalars(select(Attribute))))
    return known[1]


def build(attributes: Iterable[Attribute]) -> Vocabulary:
    """A vocabulary from attribute rows."""
    vocabulary = Vocabulary()
    for row in attributes:
        said = (row.value, row.value_en, row.value_zh, *row.synonyms_en, *row.synonyms_zh)
        for surface in {normalise(each) for each in said if each}:
            vocabulary.add(surface, (row.name, row.value))
        for word in {normalise(each) for each in (row.name, row.name_en, row.name_zh) if each}:
            vocabulary.names.setdefault(word, set()).add(row.name)
    return vocabulary


def _join(parts: Sequence[str]) -> str:
    """Words as a text again: spaces between English ones only, so that Chinese is segmented afresh."""
    joined = ""
    for part in parts:
        gap = joined and part.strip() and not (is_chinese(joined[-1]) and is_chinese(part[0]))
        joined += f" {part}" if gap else part
    return joined
