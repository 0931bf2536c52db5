"""Which of two sizes is the bigger one: letters, words, numbers with units."""

from __future__ import annotations

import re

_LETTERS = ("xxxs", "xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl", "xxxxl")
_WORDS = {"mini": 2, "small": 3, "medium": 4, "large": 5, "extra large": 6, "小号": 3, "中号": 4, "大号": 5}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*-?\s*([a-z%]*)")
#: Units as multiples of one another, by what they measure.
_UNITS = {
    "ml": 1.0, "l": 1000.0, "liter": 1000.0, "liters": 1000.0, "litre": 1000.0,
    "mb": 1.0, "gb": 1024.0, "tb": 1024.0**2,
    "mm": 1.0, "cm": 10.0, "m": 1000.0, "inch": 25.4, "inches": 25.4, "ft": 304.8,
    "g": 1.0, "kg": 1000.0, "lbs": 453.6, "oz": 28.35,
}  # fmt: skip


def size_rank(value: str) -> float | None:
    """A number that grows with the size ("M" < "L", "500ml" < "1L", "38" < "42"); None if it is no size.

    Ranks compare only within one attribute of one product.
    """
    text = value.strip().casefold()
    multiple = re.fullmatch(r"(\d)x(s|l)", text)  # 2XL = XXL
    if multiple:
        text = "x" * int(multiple[1]) + multiple[2]
    if text in _LETTERS:
        return float(_LETTERS.index(text))
    if text in _WORDS:
        return float(_WORDS[text])
    found = _AMOUNT.match(text)
    return float(found[1]) * _UNITS.get(found[2], 1.0) if found else None
