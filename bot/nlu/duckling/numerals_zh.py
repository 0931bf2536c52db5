"""Chinese numerals: 三百五 is 350, 一万二 is 12,000, 二零二四 is 2024."""

from __future__ import annotations

DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟貳參陸廿卅", "一二三四五六七八九十百千二三六廿卅")
MOST_DIGITS = 15
"""Longer runs of digits are no number that anybody counts with."""
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}

_CHARACTER = "[零一二三四五六七八九十百千万亿廿卅]"
_FORMAL = "壹贰貳叁參肆伍陆陸柒捌玖"
NUMERAL = (
    rf"(?:(?:两|{_CHARACTER})(?:{_CHARACTER}|两(?=[百千万亿]))*"
    r"(?:点[零一二三四五六七八九]+(?![十百千万亿]?[分刻号十日]))?"
    rf"|[{_FORMAL}][{_FORMAL}拾佰仟万亿零]+)"
)
"""A regular expression for what may be one; `value_of` says whether it is."""

MULTIPLES = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
}
"""What may stand after Arabic digits, as in 1.5万."""


def value_of(numeral: str) -> int | float | None:
    """The value of a Chinese numeral (simplified or formal), None when the characters are no number.

    A digit at the end counts tenths of the unit before it, as people say it: 两千三 is 2,300, 两千零三 is 2,003.
    """
    whole, _, decimals = numeral.translate(FORMAL).replace("廿", "二十").replace("卅", "三十").partition("点")
    value = _whole(whole)
    if value is None or not decimals:
        return value
    return float(f"{value}.{''.join(str(DIGITS[digit]) for digit in decimals)}")


def _whole(numeral: str) -> int | None:
    if all(character in DIGITS for character in numeral):
        return _read_out(numeral)
    total = section = 0
    pending: int | None = None
    unit = largest = 10**9
    after_zero = False
    for character in numeral:
        if character in DIGITS:
            if pending is not None:
                return None
            after_zero = after_zero or character == "零"
            pending = None if character == "零" else DIGITS[character]
        elif character in _SMALL:
            size = _SMALL[character]
            if size >= unit or (pending is None and not (size == 10 and (section == total == 0 or after_zero))):
                return None
            section += (pending or 1) * size
            unit, pending, after_zero = size, None, False
        else:
            size = _LARGE[character]
            section += pending or 0
            if section == 0 or size >= largest:
                return None
            total += section * size
            section, pending, unit, largest, after_zero = 0, None, size, size, False
    if pending is None:
        return total + section
    tenths = 1 if after_zero or unit in (10, 10**9) else unit // 10
    return total + section + pending * tenths


def _read_out(digits: str) -> int | None:
    """Digits one by one, as in a year or a house number. 两 is never read out among others."""
    if len(digits) > MOST_DIGITS or (len(digits) > 1 and "两" in digits):
        return None
    return int("".join(str(DIGITS[digit]) for digit in digits))
