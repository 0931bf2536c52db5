"""What words do to the meaning of a reply, language by language.

An entry's tags, separated by spaces:

- `core:X` a claim about the shop's business (cancelled, refunded, free, guaranteed). `soft:X` a claim that is often left
  unsaid ("found", "registered"). `topic:X` a thing talked about. All three need the same X in the template.
- `neg` turns the claims of its clause round; `can will expect doubt must ongoing if past` colour them.
- `twist` marks phrases that say the opposite of their words ("not only"), refused unless the template has them.
- `finished glad sorry` are the tone; `more less about before after from each` change the number or date beside them.
- `break` and `subject` begin a clause, `be` is a copula, `plain` says nothing about facts.

A word that no entry knows is only allowed where the template or a fact has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from bot.nlg.lexicon_en import CLOSERS as ENGLISH_CLOSERS
from bot.nlg.lexicon_en import ENGLISH
from bot.nlg.lexicon_zh import CHINESE
from bot.nlg.lexicon_zh import CLOSERS as CHINESE_CLOSERS

Tags = frozenset[str]


@dataclass(frozen=True)
class Lexicon:
    """`phrases` maps the words of a phrase (in Chinese: its characters) to the union of its entries' tags."""

    phrases: dict[tuple[str, ...], Tags]
    longest: int
    closers: re.Pattern[str]
    inflects: bool

    def longest_match(self, units: Sequence[str], start: int) -> tuple[int, Tags]:
        """How many units from `start` the longest known phrase takes, and its tags; (0, {}) when none begins there."""
        for length in range(min(self.longest, len(units) - start), 0, -1):
            tags = self.lookup(tuple(units[start : start + length]))
            if tags is not None:
                return length, tags
        return 0, frozenset()

    def lookup(self, phrase: tuple[str, ...]) -> Tags | None:
        if (tags := self.phrases.get(phrase)) is not None:
            return tags
        if not self.inflects:
            return None
        *head, last = phrase
        for form in base_forms(last):
            if (tags := self.phrases.get((*head, form))) is not None:
                return tags
        return None


def base_forms(word: str) -> Iterator[str]:
    """What an English word may be an ending of: `cancelled` → cancel, `placing` → place, `parties` → party."""
    if len(word) < 4:
        return
    for ending, puts in (
        ("ies", "y"),
        ("ied", "y"),
        ("es", ""),
        ("s", ""),
        ("ed", ""),
        ("ed", "e"),
        ("ing", ""),
        ("ing", "e"),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            base = word[: -len(ending)] + puts
            yield base
            if ending in ("ed", "ing") and not puts and len(base) > 3 and base[-1] == base[-2]:
                yield base[:-1]


def forms(word: str) -> set[str]:
    """The word and all it may be an ending of; two words with a form in common are taken for the same."""
    return {word, *base_forms(word)}


@cache
def lexicon(language: str) -> Lexicon | None:
    """The lexicon of a language (ISO 639 code, or with a region: `zh-CN`), None when there is none."""
    match language.replace("_", "-").split("-")[0].lower():
        case "en":
            return _compiled(ENGLISH, ENGLISH_CLOSERS, separator=",", inflects=True)
        case "zh":
            return _compiled(CHINESE, CHINESE_CLOSERS, separator=None, inflects=False)
        case _:
            return None


def _compiled(source: dict[str, str], closers: Sequence[str], *, separator: str | None, inflects: bool) -> Lexicon:
    phrases: dict[tuple[str, ...], Tags] = {}
    for tags, words in source.items():
        for word in filter(None, (word.strip() for word in words.split(separator))):
            units = tuple(re.findall(r"[a-z]+", word)) if inflects else tuple(word)
            phrases[units] = phrases.get(units, frozenset()) | frozenset(tags.split())
    pattern = rf"(?:(?<=[.!,;。！？!?\n-])\s*|^\s*)(?:{'|'.join(closers)})\s*(?:[.!~。！]|$)"
    return Lexicon(phrases, max(map(len, phrases)), re.compile(pattern, re.IGNORECASE), inflects)
