"""Dimensions `quantity`, `distance`, `volume` and `temperature`: a numeral and a unit of one table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.nlu.duckling.numerals import plain
from bot.nlu.duckling.numerals_zh import DIGITS
from bot.nlu.duckling.script import Found, Script

# What is said (regular expression) → dimension, unit, and how many of that unit it is.
_UNITS: tuple[tuple[str, str, str, float], ...] = (
    (r"公斤|千克|kilograms?\b|kilos?\b|kgs?\b", "quantity", "gram", 1000),
    (r"毫克|milligrams?\b|mgs?\b", "quantity", "gram", 0.001),
    (r"克(?![服隆拉制])|grams?\b|(?-i:g)\b", "quantity", "gram", 1),
    (r"市?斤(?!斤)", "quantity", "catty", 1),
    (r"两(?=[^\u3400-\u9fff个一二三四五六七八九十百千]|$)", "quantity", "tael", 1),
    (r"吨|tons?\b|tonnes?\b", "quantity", "ton", 1),
    (r"磅|lbs?\b|pounds?(?= of\b)", "quantity", "pound", 1),
    (r"盎司|ounces?\b|oz\b", "quantity", "ounce", 1),
    (r"件(?!套)|pieces?\b|pcs\b|items?\b", "quantity", "piece", 1),
    (r"双(?![十1１])|对(?=[^\u3400-\u9fff]|$)|pairs?\b", "quantity", "pair", 1),
    (r"瓶|bottles?\b", "quantity", "bottle", 1),
    (r"盒|箱|box(?:es)?\b|cartons?\b", "quantity", "box", 1),
    (r"袋|包(?![邮裹括含装])|bags?\b|packs?\b|packets?\b", "quantity", "pack", 1),
    (r"套|sets?\b", "quantity", "set", 1),
    (r"杯|cups?\b", "quantity", "cup", 1),
    (
        r"条|只(?![要是能有不会剩好得想看用花])|台(?![湾币])|部(?![分门])|本(?![来人身地店次月周科])|把(?![我它他她你这那])|张(?![先小女])|份(?!额)|顶",
        "quantity",
        "unnamed",
        1,
    ),
    (r"毫升|millilit(?:er|re)s?\b|ml\b", "volume", "millilitre", 1),
    (r"公升|升(?![级值职温])|lit(?:er|re)s?\b", "volume", "litre", 1),
    (r"加仑|gallons?\b", "volume", "gallon", 1),
    (r"公里|千米|kilomet(?:er|re)s?\b|kms?\b", "distance", "kilometre", 1),
    (r"厘米|公分|centimet(?:er|re)s?\b|cms?\b", "distance", "centimetre", 1),
    (r"毫米|millimet(?:er|re)s?\b|mm\b", "distance", "millimetre", 1),
    (r"米(?![饭粉线色白面])|met(?:er|re)s?\b", "distance", "metre", 1),
    (r"英里|miles?\b", "distance", "mile", 1),
    (r"英寸|寸|inch(?:es)?\b|\"", "distance", "inch", 1),
    (r"英尺|feet\b|foot\b|ft\b", "distance", "foot", 1),
    (r"摄氏度|℃|°\s?c\b|degrees? celsius\b", "temperature", "celsius", 1),
    (r"华氏度|℉|°\s?f\b|degrees? fahrenheit\b", "temperature", "fahrenheit", 1),
    (r"度(?![假过数])|degrees?\b|°", "temperature", "degree", 1),
)
_UNIT = re.compile(
    r"(?P<count>个)?(?P<gap>[\s-]?)(?:"
    + "|".join(f"(?P<u{i}>{said})" for i, (said, *_) in enumerate(_UNITS))
    + ")(?P<half>半)?",
    re.IGNORECASE | re.ASCII,
)
_TENTHS = re.compile(r"(?P<rest>[0-9]{1,2}|[一二三四五六七八九]{1,2})(?![0-9.十百千万点个件条元块])")
_TAELS = re.compile(r"(?P<rest>[0-9]|[一二两三四五六七八九])两(?P<half>半)?")
_INCHES = re.compile(
    r"\s?(?:and\s+)?(?P<rest>1[01]|[0-9])(?:\s?(?:inch(?:es)?\b|\"|in\b)|(?![0-9.A-Za-z\u3400-\u9fff]))",
    re.IGNORECASE | re.ASCII,
)
_FEET = re.compile(r"(?<![A-Za-z0-9.'])(?P<feet>[1-9])\s?'\s?(?P<inches>1[01]|[0-9])\s?(?:\"|''|(?=\s+tall))")
_SMALLER = {"metre": _TENTHS, "catty": _TAELS, "foot": _INCHES}
_BELOW = re.compile(r"(?:零下|\bminus\s+)$", re.IGNORECASE | re.ASCII)
_PRODUCT = re.compile(r"\s+of\s+([a-z]+)", re.IGNORECASE | re.ASCII)


def quantities(script: Script) -> Iterator[Found]:
    """`{"value": 2, "unit": "catty", "type": "value"}`; a kilogram is 1,000 `gram`, as in Duckling; 一米七五 is 1.75 `metre`."""
    for numeral in script.numerals:
        match = _UNIT.match(script.text, numeral.end)
        if match is None or match["count"]:
            continue
        index = next(i for i in range(len(_UNITS)) if match[f"u{i}"] is not None)
        _, dimension, unit, factor = _UNITS[index]
        value = numeral.value + (0.5 if match["half"] else 0)
        info: dict[str, Any] = {"value": plain(value * factor), "unit": unit, "type": "value"}
        end = match.end()
        if match.group().endswith('"') and script.text.count('"', 0, end) % 2 == 0:
            continue  # the closing quotation mark after a number
        if rest := _SMALLER[unit].match(script.text, end) if unit in _SMALLER else None:
            value, unit = _with_rest(numeral.value, unit, rest)
            info, end = {"value": value, "unit": unit, "type": "value"}, rest.end()
        if dimension == "quantity" and (product := _PRODUCT.match(script.text, end)):
            info["product"], end = product[1].lower(), product.end()
        below = (
            _BELOW.search(script.text, max(0, numeral.start - 6), numeral.start) if dimension == "temperature" else None
        )
        if below is not None:
            info["value"] = -plain(value * factor)
        yield Found(dimension, below.start() if below else numeral.start, end, info)
    for match in _FEET.finditer(script.text) if "'" in script.text else ():
        inches = 12 * int(match["feet"]) + int(match["inches"])
        yield Found("distance", *match.span(), {"value": inches, "unit": "inch", "type": "value"})


def _with_rest(value: float, unit: str, rest: re.Match[str]) -> tuple[int | float, str]:
    """一米七五 is 1.75 metres, 三斤二两 3.2 catties, "5 foot 10" 70 inches."""
    said = "".join(str(DIGITS.get(digit, digit)) for digit in rest["rest"])
    if unit == "foot":
        return plain(value * 12 + int(said)), "inch"
    half = 0.05 if unit == "catty" and rest["half"] else 0
    return plain(value + float(f"0.{said}") + half), unit
