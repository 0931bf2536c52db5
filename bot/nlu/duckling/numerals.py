"""Where the numerals of a text are, in digits, Chinese or English."""

from __future__ import annotations

import re
from itertools import pairwise

from bot.nlu.duckling import numerals_en, numerals_zh
from bot.nlu.duckling.script import Numeral

_NUMERALS = re.compile(
    r"(?=[-0-9零一二两三四五六七八九十百千万亿廿卅半壹贰貳叁參肆伍陆陸柒捌玖])(?:(?P<digits>(?<![A-Za-z0-9_])(?<![0-9][.,/])(?<![A-Za-z]-)(?:(?<![0-9\u3400-\u9fff)])-)?"
    r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)(?![0-9]|[./][0-9]))"
    r"(?P<times>\s?(?:十万|百万|千万|[十百千万亿]|(?:hundred|thousand|million|billion|dozen)\b|[kK](?![A-Za-z0-9])))?"
    r"(?P<half>\s+and\s+a\s+half\b)?"
    r"|(?P<vague>(?:一两|三五)(?=[十百千万]?[\u3400-\u9fff]))[十百千万]?"
    rf"|(?P<zh>{numerals_zh.NUMERAL})"
    r"|(?P<half_zh>半))",
    re.IGNORECASE,
)
_WORDS = re.compile(numerals_en.NUMERAL, re.IGNORECASE)
_LONGEST_PLAIN = 11
"""Digits of a whole number; more of them are somebody's identifier."""
_TIMES = numerals_zh.MULTIPLES | numerals_en.SCALES | {"dozen": 12, "k": 1000}


def numerals_in(text: str) -> list[Numeral]:
    """The numerals of a text in one form of characters, in order. Approximate ones (十几, 三四百) are no numerals."""
    lowered = text.lower()
    if not any(stem in lowered for stem in numerals_en.STEMS):
        return _in_figures(text)
    words = [Numeral(*match.span(), numerals_en.value_of(match.group()), "en") for match in _WORDS.finditer(text)]
    return sorted([*_in_figures(text), *words])


def _in_figures(text: str) -> list[Numeral]:
    """Numerals in digits and in Chinese."""
    found: list[Numeral] = []
    for match in _NUMERALS.finditer(text):
        kind = match.lastgroup
        if match["digits"] is not None:
            value = _digits(match["digits"], match["times"], match["half"])
            kind = "digits"
        elif kind == "zh":
            value = None if _is_vague(text, *match.span()) else numerals_zh.value_of(match["zh"])
        elif kind == "half_zh":
            value, kind = 0.5, "half"
        else:
            value = None
        if value is not None and not _is_approximate(text, *match.span()):
            found.append(Numeral(*match.span(), value, str(kind)))
    return found


def plain(value: float) -> int | float:
    """A whole number as an int, others rounded to what was said: 1.1 × 10,000 is 11,000."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _digits(digits: str, times: str | None, half: str | None) -> int | float | None:
    if len(digits) > _LONGEST_PLAIN and digits.isdigit():
        return None
    if len(digits) > 2 * numerals_zh.MOST_DIGITS:
        return None
    number = float(digits.replace(",", ""))
    return plain((number + (0.5 if half else 0)) * (_TIMES[times.strip().lower()] if times else 1))


def _is_vague(text: str, start: int, end: int) -> bool:
    """Two digits in a row say roughly how many: 三四个, 七八百."""
    said = text[start:end]
    digits = numerals_zh.DIGITS
    pairs = [(digits.get(one), digits.get(other)) for one, other in pairwise(said)]
    rising = [one for one, other in pairs if one and other == one + 1]
    if not rising or len(said) > 3 or (len(said) == 3 and said[2] in digits):
        return False
    return len(said) == 3 or (end < len(text) and "\u3400" <= text[end] <= "\u9fff")


def _is_approximate(text: str, start: int, end: int) -> bool:
    after, before, last = text[end : end + 1], text[max(0, start - 1) : start], text[end - 1]
    if "分之" in (text[end : end + 2], text[max(0, start - 2) : start]):
        return True
    if before == "第" or (before and before in "几数" and text[start] in "十百千万亿"):
        return True
    return (
        (after != "" and after in "几余")
        or (after == "多" and text[end : end + 2] not in ("多少", "多久"))
        or (after == "来" and last in "十百千万0")
    )
