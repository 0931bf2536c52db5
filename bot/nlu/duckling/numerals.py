"""Where the numerals of a text are, in digits, Chinese or English."""

from __future__ import annotations

import re
from itertools import pairwise

from bot.nlu.duckling import numerals_en, numerals_zh
from bot.nlu.duckling.script import Numeral

_NUMERALS = re.compile(
    r"(?=[-0-9零一二两三四五六七八九十百千万亿廿卅半壹贰貳叁參肆伍陆陸柒捌玖])(?:"
    r"(?P<mixed>(?<![A-Za-z0-9_.,])[0-9]{1,4}[万千百](?:(?:[0-9]{1,4}[千百十])+[0-9]?(?![0-9.])|[0-9](?=[块元]|[^0-9.\u3400-\u9fff]|$)))"
    r"|(?P<digits>(?<![A-Za-z0-9_])(?<![0-9][.,/])(?<![A-Za-z]-)(?:(?<![0-9\u3400-\u9fff)])-)?"
    r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)(?![0-9]|[./][0-9]))"
    r"(?P<times>\s?(?:十万|百万|千万|[十百千万亿]|(?:hundred|thousand|million|billion|dozen)\b|[kK](?![A-Za-z0-9])))?"
    r"(?P<half>\s+and\s+a\s+half\b)?"
    r"|(?P<vague>(?:一两|三五)(?=[十百千万]?[\u3400-\u9fff]))[十百千万]?"
    rf"|(?P<zh>{numerals_zh.NUMERAL})"
    r"|(?P<half_zh>半))",
    re.IGNORECASE | re.ASCII,
)
_WORDS = re.compile(numerals_en.NUMERAL, re.IGNORECASE | re.ASCII)
_ARTICLE = re.compile(
    r"\b(?<!half )an?(?=\s+(?:dollar|buck|euro|quid|yuan|pound(?!s?\s+of\b))\b"
    r"|\s+(?:pair|box|bottle|bag|pack|packet|set|cup|carton|pound|kilo|kilogram|gram|ounce|lit(?:er|re)|gallon)\s+of\b)",
    re.IGNORECASE | re.ASCII,
)
_NEGATIVE = re.compile(
    r"(?:(?<!胜)负|(?:^|[,.;:(]\s*|\b(?:is|at|of|to|about|was|below)\s+)(?P<sign>minus\s+))$", re.IGNORECASE | re.ASCII
)
_NEGATIVE_REACH = 16
_LONGEST_PLAIN = 11
"""Digits of a whole number; more of them are somebody's identifier."""
_TIMES = numerals_zh.MULTIPLES | numerals_en.SCALES | {"dozen": 12, "k": 1000}


def numerals_in(text: str) -> list[Numeral]:
    """The numerals of a text in one form of characters, in order. Approximate ones (十几, 三四百) are no numerals."""
    lowered = text.lower()
    found = _in_figures(text)
    if any(stem in lowered for stem in numerals_en.STEMS):
        found += [Numeral(*match.span(), numerals_en.value_of(match.group()), "en") for match in _WORDS.finditer(text)]
    if "a" in lowered:
        found += [Numeral(*match.span(), 1, "article") for match in _ARTICLE.finditer(text)]
    if "负" in text or "minus" in lowered:
        found = [_signed(text, numeral) for numeral in found]
    return sorted(found)


def _signed(text: str, numeral: Numeral) -> Numeral:
    """负三 and "minus three" are below zero; 5 minus 3 is a sum."""
    match = _NEGATIVE.search(text, max(0, numeral.start - _NEGATIVE_REACH), numeral.start)
    if match is None or numeral.value <= 0:
        return numeral
    start = match.start("sign") if match["sign"] else match.start()
    return numeral._replace(start=start, value=-numeral.value)


def _in_figures(text: str) -> list[Numeral]:
    """Numerals in digits and in Chinese."""
    found: list[Numeral] = []
    for match in _NUMERALS.finditer(text):
        kind = match.lastgroup
        value: int | float | None
        if kind == "mixed":
            value, kind = _mixed(match["mixed"]), "digits"
        elif match["digits"] is not None:
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


def _mixed(said: str) -> int | None:
    """2千5百 is 2,500 and 1万2 is 12,000; None when the units do not fall."""
    parts = re.findall(r"([0-9]+)([万千百十]?)", said)
    units = [numerals_zh.MULTIPLES.get(unit, 1) for _, unit in parts]
    if len(parts) == 2 and units[1] == 1:
        units[1] = units[0] // 10
    falling = all(larger > smaller for larger, smaller in pairwise(units))
    return sum(int(digits) * unit for (digits, _), unit in zip(parts, units, strict=True)) if falling else None


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
        or text[end : end + 2] in ("个多", "好几")
        or (after == "来" and last in "十百千万0")
    )
