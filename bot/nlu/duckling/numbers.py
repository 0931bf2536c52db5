"""Dimensions `number` and `ordinal`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.duckling import numerals_en, numerals_zh
from bot.nlu.duckling.script import Found, Numeral, Script

MEASURES = "个件条双只支部台本瓶盒箱包袋套把张份杯块斤公克千两元毛角位名次遍天年月周号岁楼层打对副根颗粒片枚顶辆架间家页种款样单笔倍折成分秒米"
_VERBS = "了要买来拿订选加减改换有共是等约退寄送付给差第到至和或"
_TOGETHER = re.compile(r"(?<![我你他她它咱们哥姐妹弟])[俩仨](?!人)|[俩仨](?=人)")
_DOZEN = re.compile(r"打(?![开电包折扰算印扫字架球针断破听招工车的不过])")
_ORDINAL_ZH = re.compile(rf"第\s?([0-9]{{1,6}}|{numerals_zh.NUMERAL})(?![0-9.点])")
_ORDINAL_DIGITS = re.compile(r"(?<![A-Za-z0-9.,])([0-9]{1,3}(?:,[0-9]{3})*|[0-9]{4,9})(st|nd|rd|th)\b", re.IGNORECASE)
_ORDINAL_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
} | {"thirtieth": 30}
ORDINAL = rf"(?:(?:twenty|thirty)[\s-])?(?:{'|'.join(_ORDINAL_WORDS)})"
"""A regular expression (ignoring case) for an English ordinal in words, up to thirty-ninth."""
_ORDINAL_EN = re.compile(rf"\b{ORDINAL}\b(?![\s-]hand\b)", re.IGNORECASE)
_NO_NUMBER_ONE = re.compile(
    r"(?:\b(?:this|that|the|which|another|new|no|any|some|every|each|wrong|right|same|other|last|next|[0-9]+(?:st|nd|rd|th)"
    rf"|{ORDINAL})"
    r"|[a-z]{2,}(?:er|est))\s+$",
    re.IGNORECASE,
)


def numbers(script: Script) -> Iterator[Found]:
    """`{"value": 350, "type": "value"}`. 一 in 一起 and "one" in "this one" are no numbers."""
    for numeral in script.numerals:
        start, end, value = numeral.start, numeral.end, numeral.value
        dozen = _DOZEN.match(script.text, end) if numeral.kind in ("zh", "half", "digits") else None
        if dozen is not None:
            yield Found("number", start, dozen.end(), {"value": _plain(value * 12), "type": "value"})
        elif _stands_alone(script.text, numeral):
            yield Found("number", start, end, {"value": value, "type": "value"})
    for match in _TOGETHER.finditer(script.text) if script.has_han else ():
        yield Found("number", *match.span(), {"value": 2 if match.group() == "俩" else 3, "type": "value"})


def ordinals(script: Script) -> Iterator[Found]:
    """`{"value": 3, "type": "value"}` of 第三, "third" and "3rd"."""
    for match in _ORDINAL_ZH.finditer(script.text) if script.has_han else ():
        value = int(match[1]) if match[1].isdigit() and match[1].isascii() else numerals_zh.value_of(match[1])
        if value is not None:
            yield Found("ordinal", *match.span(), {"value": value, "type": "value"})
    if not script.has_latin:
        return
    for match in _ORDINAL_DIGITS.finditer(script.text):
        value = int(match[1].replace(",", ""))
        if match[2].lower() == _suffix(value):
            yield Found("ordinal", *match.span(), {"value": value, "type": "value"})
    for match in _ORDINAL_EN.finditer(script.text):
        yield Found("ordinal", *match.span(), {"value": ordinal_value(match.group()), "type": "value"})


def ordinal_value(words: str) -> int:
    """The value of what `ORDINAL` matched."""
    *tens, last = re.split(r"[\s-]", words.lower())
    return sum(numerals_en.TENS[ten] for ten in tens) + _ORDINAL_WORDS[last]


def _suffix(value: int) -> str:
    return "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")


def _stands_alone(text: str, numeral: Numeral) -> bool:
    before, after = (
        text[numeral.start - 1 : numeral.start] if numeral.start else "",
        text[numeral.end : numeral.end + 1],
    )
    if numeral.kind in ("half", "article") or (before and before in "第周期拜") or after == "折":
        return False
    if numeral.kind == "digits":
        return not (after.isascii() and (after.isalnum() or after == "_"))
    if numeral.kind == "en":
        return numeral.value != 1 or not _NO_NUMBER_ONE.search(text, 0, numeral.start)
    if numeral.end - numeral.start > 1 and text[numeral.start : numeral.end] not in ("十万", "一一", "百千"):
        return True
    return (not _is_han(after) or after in MEASURES or (after == "点" and numeral.value > 1)) and (
        not _is_han(before) or before in _VERBS or after in MEASURES[:20]
    )


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value
