"""How alike what a customer says and what the shop calls a thing are: typos, homophones, shorter and longer names."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge_base.search.stopwords import STOPWORDS
from knowledge_base.search.tokens import is_chinese, normalise, words_as_typed

#: How alike two English words must be to be the same with a typo, 0 to 100.
_TYPO = 80.0
#: A name that is contained in, or contains, what was said is worth at least this.
_CONTAINED = 0.8
#: Sounding alike is a little less than being alike.
_SOUND = 0.95
#: One character at the end of a name is the kind of thing (灯 in 台灯), but says little.
_HEAD = 0.75
#: What stands before a thing and says nothing about it: 那条, 一件, 这.
_FILLER = re.compile(r"^(?:[那这一两几][个件条双只台盏把套款张瓶支部本些]?的?|我的|你们的)|的$")


def similarity(said: str, name: str) -> float:
    """0 (nothing alike) to 1 (the same), whatever the language. Names in two languages are compared one by one."""
    if not said.strip() or not name.strip():
        return 0.0
    if is_chinese(said) != is_chinese(name):
        return 0.0
    return _chinese(_bare(said), _bare(name)) if is_chinese(said) else _english(said, name)


def _english(said: str, name: str) -> float:
    """Share of the said words found in the name, the last one (the head) counting double; longer names lose a little."""
    asked = [typed for typed in words_as_typed(said) if typed[1] not in STOPWORDS]
    known = [typed for typed in words_as_typed(name) if typed[1] not in STOPWORDS]
    if not asked or not known:
        return 0.0
    if "".join(stem for stem, _ in asked) == "".join(stem for stem, _ in known):  # "earbuds" and "ear buds"
        return 1.0
    hits = [max(max(map(_word, word, other)) for other in known) for word in asked]
    weights = [1.0] * (len(asked) - 1) + [2.0]
    recall = sum(hit * weight for hit, weight in zip(hits, weights, strict=True)) / sum(weights)
    precision = min(1.0, sum(hit > 0 for hit in hits) / len(known))
    return recall * (0.75 + 0.25 * precision)


def _word(said: str, known: str) -> float:
    from rapidfuzz import fuzz

    if said == known:
        return 1.0
    if min(len(said), len(known)) < 4 or said[0] != known[0]:
        return 0.0
    likeness = fuzz.ratio(said, known)
    return likeness / 100 * _SOUND if likeness >= _TYPO else 0.0


def _chinese(said: str, name: str) -> float:
    from rapidfuzz import fuzz

    if not said or not name:
        return 0.0
    if said == name:
        return 1.0
    shorter, longer = sorted((said, name), key=len)
    if len(shorter) > 1 and shorter in longer:
        return _CONTAINED + (1 - _CONTAINED) * len(shorter) / len(longer)
    if name.endswith(said):
        return _HEAD
    spelt = fuzz.ratio(said, name) / 100
    heard_said, heard_name = _sounds(said), _sounds(name)
    if heard_said == heard_name:
        return _SOUND
    shorter_heard, longer_heard = sorted((heard_said, heard_name), key=len)
    if len(shorter_heard) > 1 and _within(shorter_heard, longer_heard):
        return _SOUND * (_CONTAINED + (1 - _CONTAINED) * len(shorter_heard) / len(longer_heard))
    return max(spelt, _SOUND * fuzz.ratio(heard_said, heard_name) / 100) * 0.9


def _within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return any(whole[start : start + len(part)] == part for start in range(len(whole) - len(part) + 1))


@lru_cache(maxsize=20_000)
def _sounds(text: str) -> tuple[str, ...]:
    """Pinyin without tones, with the sounds that many speakers and input methods mix up made one."""
    from pypinyin import lazy_pinyin

    def plain(syllable: str) -> str:
        for fine, coarse in (("zh", "z"), ("ch", "c"), ("sh", "s")):
            if syllable.startswith(fine):
                syllable = coarse + syllable[2:]
        return syllable[:-1] if syllable.endswith(("ing", "eng", "ang")) else syllable

    return tuple(plain(syllable) for syllable in lazy_pinyin(text))


def _bare(text: str) -> str:
    """Without spaces, and without what stands around the thing: 那条连衣裙的 → 连衣裙."""
    plain = "".join(normalise(text).split())
    return _FILLER.sub("", plain) or plain
