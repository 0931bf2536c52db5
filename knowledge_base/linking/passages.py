"""A message taken apart by what the shop knows of an order: its things, options, and the words that stand between.

What a language model marks as a colour or a size is two kinds of option of many. Here every option that the products
of an order come in is looked for, in both languages, with units and typing mistakes as people write them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sqlalchemy import select

from knowledge_base.linking.kinds import is_called, own_names
from knowledge_base.models import Attribute, OrderLine, Product
from knowledge_base.search.tokens import is_chinese
from knowledge_base.search.vocabulary import Pair
from knowledge_base.sessions import ShopSession

_UNITS = (
    (r"(?:inch(?:es)?|英寸|吋|寸)", "in"),
    (r"(?<=\d)\s*[\"″”]", "in"),
    (r"(?:feet|foot|ft|英尺)", "ft"),
    (r"(?:pounds?|lbs?|磅)", "lb"),
    (r"(?:millimet(?:er|re)s?|mm|毫米)", "mm"),
    (r"(?:millilit(?:er|re)s?|ml|毫升)", "ml"),
    (r"(?:lit(?:er|re)s?|l|公升|升)", "l"),
    (r"(?:gigabytes?|gb|g(?=[^a-z]|$))", "gb"),
    (r"(?:terabytes?|tb)", "tb"),
    (r"(?:mega ?pixels?|mp)", "mp"),
    (r"(?:watts?|w|瓦)", "w"),
    (r"(?:degrees?|°|度)", "deg"),
    (r"(?:hours?|hrs?|(?:个)?小时)", "h"),
    (r"(?:cups?|杯)", "cup"),
    (r"(?:pieces?|pcs|件套|片|块|件)", "piece"),
    (r"(?:bars?|巴)", "bar"),
    (r"(?:times|x|倍)", "x"),
)
_MEASURE = tuple((re.compile(rf"(?<=\d)[\s-]*{unit}(?![a-z])"), name) for unit, name in _UNITS)
_NUMBERS = {
    word: str(number)
    for number, words in enumerate(
        (
            (), ("one", "一"), ("two", "两", "二"), ("three", "三"), ("four", "四"), ("five", "五"), ("six", "六"),
            ("seven", "七"), ("eight", "八"), ("nine", "九"), ("ten", "十"),
        )
    )
    for word in words
}  # fmt: skip
_COUNTED = r"(?=[\s-]*(?:inch|feet|foot|ft|lit(?:er|re)|cup|piece|hour|英寸|英尺|升|公升|杯|件套|小时|个小时|倍|times))"
_SPOKEN = re.compile(
    rf"(?:\b({'|'.join(w for w in _NUMBERS if w.isascii())})\b|({'|'.join(w for w in _NUMBERS if not w.isascii())}))"
    + _COUNTED
)
_MILLIONS = re.compile(r"(\d+)00\s*万\s*像素")
#: What stands between the old and the new: "the black one to a white one", 把黑色的换成白色的.
_TURNS = re.compile(r"\b(?:to|into|becomes?)\b|->|→|=>|换成|換成|改成|改为|改為|换为|換為|变成|变为|换一?个|换|改")
#: These do so too, unless they only say more of the thing: "the kettle with a handle", "the mat for a green one".
_MAY_TURN = re.compile(r"\b(?:for|with|by|against)\b")
#: What follows is not wanted, or is what there is now.
_NOT = re.compile(r"\b(?:instead of|rather than|not|from|in place of|without)\b|而不是|不要|不是|代替|取代")
_SAME = re.compile(r"\b(?:same|identical)\b|同款|一模一样|一样的|同样的|相同的|原来那")
_JOINT = re.compile(r"[,，、;；.。!！?？\n&+]|\b(?:and|also|plus|then|as well as)\b|和|与|跟|及|还有|另外|以及|再把")
_EXCEPT = re.compile(
    r"\b(?:except(?: for)?|apart from|but not|other than|keep(?:ing)?|not (?:the|my)|(?:don't|do not) (?:return|exchange|change))\b"
    r"|除了|除|留着|保留|不是|(?:不要|不用|不|别)[退换改]"
)
_WITHOUT = re.compile(r"(?:\b(?:no|without|not|non)\b[\s-]*(?:a |an |any |the )?|不带|没有|不要|无|不)$")
_WITH = re.compile(r"(?:\b(?:with|has|having)\b\s*(?:a |an |the )?|带|有)$")
_IS = r"\s*(?:[:：=]|\bis\b|\bof\b|是|为|要)?\s*"
_YES_NO = {"yes": "yes", "no": "no", "none": "none", "是": "yes", "否": "no", "无": "none", "没有": "no", "有": "yes"}
_SWITCHED = r"(?:(yes|no|none)(?![a-z])|(否|(?:是|无|没有|有)(?=[\s,，。、;；)）的]|$)))"
_ORDER_NUMBER = re.compile(r"#[a-z0-9-]+|(?<![a-z0-9])w\d{5,}")
_EMAIL = re.compile(r"[\w.+-]+@[a-z0-9.-]+", re.ASCII)
_CARD = re.compile(
    r"(?:ending|ends|尾号|visa|mastercard|amex)\D{0,12}\d{4}(?!\d)|(?:card|卡)[\s号#:：]*(?:number)?\s*\d{4}(?![0-9a-z])"
)
#: Option values that say nothing without the option's name beside them.
_SAYS_LITTLE = frozenset({"高", "中", "低", "小", "大"})
_COUNTS = re.compile(r"\s*(?:items?|things?|orders?|days?|weeks?|months?|products?|of|pieces|[个件天样条单次])|:\d")
_FUZZY_FROM = 5


@dataclass(frozen=True)
class Passage:
    """A stretch of a message. Exactly one of `lines` and `values` is filled unless it is one of the words between.

    `lines` are those of the order that a name may mean; `values` are the options that a word may name. `is_old` is
    true of what stands where what there is now is described.
    """

    start: int
    end: int
    text: str
    lines: tuple[OrderLine, ...] = ()
    values: frozenset[Pair] = frozenset()
    turns: bool = False
    may_turn: bool = False
    negates: bool = False
    joins: bool = False
    excepts: bool = False
    repeats: bool = False


@dataclass
class _Surfaces:
    """The ways to say what an order's things are and come in: a text to the lines and to the options."""

    lines: dict[str, list[OrderLine]] = field(default_factory=dict)
    values: dict[str, set[Pair]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)


def plain(text: str) -> str:
    """A text as it is compared: one width and case, units and counted numbers in one form ("six feet" is 6ft)."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    plain = _MILLIONS.sub(lambda found: f"{found[1]}mp", plain)
    plain = _SPOKEN.sub(lambda found: _NUMBERS[found[1] or found[2]], plain)
    for unit, name in _MEASURE:
        plain = unit.sub(name, plain)
    return plain


def passages(
    session: ShopSession,
    text: str,
    lines: Sequence[OrderLine],
    *,
    named: Iterable[str] = (),
    hidden: Iterable[str] = (),
) -> list[Passage]:
    """What a message names of an order's things and their options, in the order of the text.

    `named` are words that are taken for things without doubt (the model's product entities); `hidden` are words that
    are no options, whatever they look like: the customer's own name may be Brown.
    """
    said = plain(text)
    surfaces = _surfaces(session, lines)
    for word in named:
        if word.strip() and plain(word) in said and plain(word) not in surfaces.lines:
            called = [line for line in lines if is_called(_names(line.variant.product), word)]
            if called:
                surfaces.lines[plain(word)] = called
    masked = _masked(said, hidden)
    masked = _corrected(masked, surfaces)
    bound = (_bound(masked, passage, surfaces) for passage in _named(masked, surfaces))
    found = [passage for passage in bound if passage is not None]
    return sorted([*found, *_between(masked, found)], key=lambda passage: passage.start)


def _names(product: Product) -> list[str]:
    shelf = product.category
    more = [shelf.name_en, shelf.name_zh, *shelf.synonyms_en, *shelf.synonyms_zh] if shelf else []
    return [*own_names(product), *(name for name in more if name)]


def _surfaces(session: ShopSession, lines: Sequence[OrderLine]) -> _Surfaces:
    surfaces = _Surfaces()
    offered: dict[Pair, None] = {}
    own = {plain(name) for line in lines for name in (line.variant.product.name_en, line.variant.product.name_zh)}
    for line in lines:
        product = line.variant.product
        for name in {name for full in own_names(product) for name in _ways(full)}:
            if plain(name) in own and name not in (product.name_en, product.name_zh):
                continue  # what one thing is called, and another one only also
            several = surfaces.lines.setdefault(plain(name), [])
            if line not in several:
                several.append(line)
        for variant in (line.variant, *product.variants):
            offered |= dict.fromkeys(variant.options.items())
    names = {name for name, _ in offered}
    rows = {(row.name, row.value): row for row in session.scalars(select(Attribute).where(Attribute.name.in_(names)))}
    for pair in offered:
        row = rows.get(pair)
        said = [pair[1], *((row.value_en, row.value_zh, *row.synonyms_en, *row.synonyms_zh) if row else ())]
        counted = [f"{pair[1]} {name}" for name in (pair[0], row.name_zh.removesuffix("数") if row else "") if name]
        for surface in {plain(each) for each in [*said, *(counted if pair[1].isdigit() else ())] if each}:
            for way in {surface, surface.removesuffix("的"), *_shorter(surface)}:
                surfaces.values.setdefault(way, set()).add(pair)
        called = [pair[0], *((row.name_en, row.name_zh) if row else ())]
        for name in {plain(each) for each in called if each}:
            surfaces.names.setdefault(name, set()).add(pair[0])
            if "colour" in name:
                surfaces.names.setdefault(name.replace("colour", "color"), set()).add(pair[0])
            if "color" in name:
                surfaces.names.setdefault(name.replace("color", "colour"), set()).add(pair[0])
    return surfaces


def _ways(name: str) -> Iterator[str]:
    """A product's name, and its end, by which it may be called: the "boots" of hiking boots, the 手表 of 智能手表."""
    yield name
    words = [word for word in re.split(r"[\s(（,，]", name) if word]
    if is_chinese(name):
        if len(words[0]) > 3 and is_chinese(words[0][-2:]):
            yield words[0][-2:]
    elif len(words) > 1 and len(words[-1]) > 3 and words[-1].isalpha():
        yield words[-1]


def _shorter(surface: str) -> Iterator[str]:
    """红色 is said 红 before 的; "warm white light" says no more than "warm white"."""
    if len(surface) == 2 and surface.endswith("色"):
        yield surface[0] + "的"
    if surface.endswith(" equivalent"):
        yield surface.removesuffix(" equivalent")
    if surface.startswith("相当于"):
        yield surface.removeprefix("相当于")


def _masked(said: str, hidden: Iterable[str]) -> str:
    """The text with what is no option blanked out, every place as before."""
    for pattern in (_EMAIL, _ORDER_NUMBER, _CARD):
        said = pattern.sub(lambda found: "\x00" * len(found.group()), said)
    for word in sorted({plain(word) for word in hidden if word and len(word) > 1}, key=len, reverse=True):
        whole = _whole(re.escape(word)) if not is_chinese(word) else re.escape(word)
        said = re.sub(whole, lambda found: "\x00" * len(found.group()), said)
    return said


def _whole(pattern: str) -> str:
    return rf"(?<![a-z0-9]){pattern}(?![a-z0-9])"


def _corrected(said: str, surfaces: _Surfaces) -> str:
    """The text with words that are nearly one of the known ones written like these; places may move."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    known = {word for surface in (*surfaces.lines, *surfaces.values, *surfaces.names) for word in surface.split()}
    known = {word for word in known if word.isascii() and word.isalpha() and len(word) >= _FUZZY_FROM}

    def correct(found: re.Match[str]) -> str:
        word = found.group()
        if word in known or word.rstrip("s") in known or word in _COMMON:
            return word
        most = 2 if len(word) >= 8 else 1
        near = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=most)
        return str(near[0]) if near and near[0][0] == word[0] else word

    return re.sub(rf"(?<![a-z0-9])[a-z]{{{_FUZZY_FROM},}}(?![a-z0-9])", correct, said)


_COMMON = frozenset(
    {
        "change", "charge", "right", "large", "please", "there", "these", "those", "other", "order", "orders", "black",
        "block", "green", "greet", "great", "white", "while", "write", "small", "smell", "smart", "start", "light",
        "night", "might", "plain", "place", "plane", "brand", "grand", "round", "sound", "watch", "match", "catch",
        "metal", "model", "pieces", "price", "prices", "speed", "camera", "matter", "later", "water", "wider", "under",
        "should", "could", "would", "which", "where", "thing", "things", "color", "return", "returned", "received",
        "arrived", "money", "refund", "original", "method", "payment", "credit",
    }
)  # fmt: skip


@lru_cache(maxsize=256)
def _pattern(surfaces: frozenset[str]) -> re.Pattern[str]:
    ways = []
    for surface in sorted(surfaces, key=len, reverse=True):
        loose = r"[\s\-]*".join(re.escape(part) for part in re.split(r"[\s\-]+", surface) if part)
        if not surface or not loose:
            continue
        starts, ends = surface[0], surface[-1]
        before = r"(?<![a-z0-9.'])" if starts.isascii() and starts.isalnum() else ""
        after = r"(?:'?s|es)?(?![a-z0-9])(?!\.\d)" if ends.isascii() and ends.isalnum() else ""
        ways.append(f"{before}{loose}{after}")
    return re.compile("|".join(ways) or r"(?!)")


def _named(said: str, surfaces: _Surfaces) -> list[Passage]:
    every = frozenset((*surfaces.lines, *surfaces.values))
    by_letters = {_letters(surface): surface for surface in every}
    names = [found.span() for name in surfaces.names for found in re.finditer(re.escape(name), said)]
    found: list[Passage] = []
    for match in _pattern(every).finditer(said):
        letters = _letters(match.group())
        known = next(
            (by_letters[way] for way in (letters, letters.removesuffix("s"), letters.removesuffix("es"), letters.removesuffix("'s")) if way in by_letters),
            None,
        )  # fmt: skip
        if known is None or _is_within(match.span(), names):
            continue
        lines, values = tuple(surfaces.lines.get(known, ())), frozenset(surfaces.values.get(known, ()))
        found.append(Passage(match.start(), match.end(), known, lines, values))
    return found + list(_switches(said, surfaces, found))


def _is_within(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end and end - start > span[1] - span[0] for start, end in others)


def _letters(text: str) -> str:
    return re.sub(r"[\s\-]+", "", text)


def _switches(said: str, surfaces: _Surfaces, found: Sequence[Passage]) -> Iterator[Passage]:
    """Options that are there or not: "waterproof: yes", "no backlight", 带拉链."""
    taken = [(passage.start, passage.end) for passage in found if len(passage.text) > 3]
    pairs = {pair for values in surfaces.values.values() for pair in values}
    for surface, names in surfaces.names.items():
        whole = _whole(re.escape(surface)) if not is_chinese(surface) else re.escape(surface)
        for match in re.finditer(whole, said):
            if any(start <= match.start() < end for start, end in taken):
                continue
            offered = {pair for pair in pairs if pair[0] in names and pair[1] in ("yes", "no", "none")}
            if not offered:
                continue
            after = re.match(_IS + _SWITCHED, said[match.end() :])
            without = _WITHOUT.search(said[: match.start()])
            start, end = match.start(), match.end()
            if after:
                wanted, end = _YES_NO[after[1] or after[2]], match.end() + after.end()
            elif without:
                wanted, start = "no", without.start()
            elif {value for _, value in offered} >= {"yes", "no"} or _WITH.search(said[: match.start()]):
                wanted = "yes"
            else:
                continue
            values = frozenset(pair for pair in offered if pair[1] == wanted)
            values = values or frozenset(pair for pair in offered if wanted == "no" and pair[1] == "none")
            if values:
                yield Passage(start, end, surface, (), values)


def _bound(said: str, passage: Passage, surfaces: _Surfaces) -> Passage | None:
    """The passage, with only those options whose name stands beside it, if one does; None if it says nothing."""
    if not passage.values:
        return passage
    before, after = said[: passage.start], said[passage.end :]
    switched = frozenset((name, "no") for name, value in passage.values if value == "yes")
    if len(switched) == len(passage.values) and passage.text not in _YES_NO:
        stated, without = re.match(_IS + _SWITCHED, after), _WITHOUT.search(before)
        is_off = _YES_NO[stated[1] or stated[2]] != "yes" if stated else without is not None
        start = without.start() if without else passage.start
        return replace(passage, start=start, lines=(), values=switched if is_off else passage.values)
    beside = {
        name
        for surface, names in surfaces.names.items()
        if re.search(
            (_whole(re.escape(surface)) if not is_chinese(surface) else re.escape(surface)) + _IS + "$", before
        )
        or re.match(r"[\s-]*" + re.escape(surface) + (r"(?![a-z])" if not is_chinese(surface) else ""), after)
        for name in names
    }
    named = frozenset(pair for pair in passage.values if pair[0] in beside)
    if named:
        return replace(passage, lines=(), values=named)
    if passage.lines:
        return replace(passage, values=frozenset())
    if passage.text in _YES_NO:
        return None
    says_little = passage.text in _SAYS_LITTLE or (passage.text.isdigit() and len(passage.text) < 3)
    is_counted = _COUNTS.match(after) if passage.text.isdigit() else len(re.sub(r"[\W_]", "", said)) > 9
    return None if says_little and is_counted else passage


def _between(said: str, found: Sequence[Passage]) -> Iterator[Passage]:
    taken = [(passage.start, passage.end) for passage in found]
    for pattern, kind in (
        (_TURNS, "turns"),
        (_MAY_TURN, "may_turn"),
        (_NOT, "negates"),
        (_JOINT, "joins"),
        (_EXCEPT, "excepts"),
        (_SAME, "repeats"),
    ):
        for match in pattern.finditer(said):
            if not any(start <= match.start() < end for start, end in taken):
                mark: Mapping[str, bool] = {kind: True}
                yield Passage(match.start(), match.end(), match.group(), **mark)  # type: ignore[arg-type]
