"""Numbers as people write them, in digits, English words and Chinese characters, to one exact value."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal


def words(text: str) -> list[str]:
    """A table of words, written as a text."""
    return text.split()


_ONES = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "dozen": 12}
_ORDINALS = words(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_WORDS = {word: value for value, word in enumerate(_ONES)} | {word: (i + 2) * 10 for i, word in enumerate(_TENS)}
_ZH_DIGITS = {**{c: i for i, c in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2, "俩": 2, "仨": 3}
_ZH_DIGITS |= {c: i for i, c in enumerate("壹贰叁肆伍陆柒捌玖", start=1)}
_ZH_UNITS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_ZH_BIG = {"万": 10_000, "亿": 100_000_000}

ENGLISH_WORD = "|".join(sorted([*_WORDS, *_SCALES], key=len, reverse=True))
ENGLISH = rf"(?:(?:half\s+)?a\s+(?:{'|'.join(_SCALES)})|(?:{ENGLISH_WORD}))(?:(?:\s+and\s+|\s+|-)(?:{ENGLISH_WORD})(?![a-z]))*"
ENGLISH_ORDINAL = "|".join(sorted(_ORDINALS, key=len, reverse=True))
CHINESE = "[零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟俩仨]+"
DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


def canonical(value: Decimal) -> str:
    """`3`, `299.5`: the same text for the same number, however it was written."""
    text = format(value.normalize(), "f")
    return "0" if text in ("-0", "") else text


def from_digits(text: str, scale: str = "") -> Decimal:
    """`1,299.00` and digits of any script, times a written scale (`k`, `万`)."""
    plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text if c not in ", ")
    scales = {"k": 1000, "m": 1_000_000, "百": 100, "千": 1000, "hundred": 100, "thousand": 1000, "million": 1_000_000}
    return Decimal(plain) * (scales | _ZH_BIG).get(scale.strip().casefold(), 1)


def from_english(text: str) -> Decimal:
    """`twenty-one`, `two hundred and fifty`, `half a dozen`. The text matches `ENGLISH`."""
    said = [word for word in re.split(r"[\s-]+", text.casefold()) if word and word != "and"]
    factor = Decimal(1)
    if said[0] == "half":
        factor, said = Decimal("0.5"), said[1:]
    if said[0] == "a":
        said = ["one", *said[1:]]
    total, group = 0, 0
    for word in said:
        if word in ("hundred", "dozen"):
            group = max(group, 1) * _SCALES[word]
        elif word in _SCALES:
            total, group = total + max(group, 1) * _SCALES[word], 0
        else:
            group += _WORDS[word]
    return factor * (total + group)


def from_ordinal(text: str) -> Decimal:
    """`first` to `twentieth`."""
    return Decimal(_ORDINALS.index(text.casefold()))


def from_chinese(text: str) -> Decimal:
    """`三百五` is 350, `两万三` 23000, `一二三` (digit by digit) 123. The text matches `CHINESE`."""
    if not any(c in _ZH_UNITS or c in _ZH_BIG for c in text):
        return Decimal("".join(str(_ZH_DIGITS[c]) for c in text))
    total, section, digit, unit = 0, 0, 0, 1
    after_zero = False
    for character in text:
        if character in _ZH_DIGITS:
            digit, after_zero = _ZH_DIGITS[character], after_zero or _ZH_DIGITS[character] == 0
        elif character in _ZH_UNITS:
            unit, after_zero = _ZH_UNITS[character], False
            section, digit = section + (digit or 1) * unit, 0
        else:
            unit, after_zero = _ZH_BIG[character], False
            total, section, digit = (total + section + digit or 1) * unit, 0, 0
    # Spoken Chinese drops the last unit: 三百五 is 三百五十, but 三百零五 is 305 and 十五 is 15.
    last = digit * (unit // 10 if unit > 10 and not after_zero else 1)
    return Decimal(total + section + last)
