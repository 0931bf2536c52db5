"""English numerals: "two hundred and fifty", "twenty-three", "half a dozen"."""

from __future__ import annotations

import re

UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}

_SMALL = rf"(?:(?:{'|'.join(TENS)})(?:[\s-]+(?:{'|'.join(list(UNITS)[1:10])}))?|(?:{'|'.join(sorted(UNITS, key=len, reverse=True))}))"
_HUNDREDS = rf"(?:(?:{_SMALL}|an?)\s+hundred(?:(?:\s+and)?\s+{_SMALL}\b)?|{_SMALL}\b)"
NUMERAL = (
    r"\b(?=[aefhnostz])(?:(?:half\s+a|an?|one|two|three|four|five|six|ten)\s+dozen"
    r"|a\s+couple(?:\s+of)?(?=\s+[a-z])"
    rf"|(?:an?|{_HUNDREDS})\s+(?:million|billion)(?:\s+{_HUNDREDS}\s+thousand)?(?:(?:\s+and)?\s+{_HUNDREDS})?"
    rf"|(?:an?|{_HUNDREDS})\s+thousand(?:(?:\s+and)?\s+{_HUNDREDS})?"
    rf"|{_HUNDREDS})(?:\s+and\s+a\s+half|(?:\s+point(?:\s+(?:{'|'.join(list(UNITS)[:10])}))+))?\b"
)
"""A regular expression (ignoring case) for a number in words."""

STEMS = (
    "one",
    "two",
    "thr",
    "four",
    "fiv",
    "six",
    "seven",
    "eigh",
    "nin",
    "ten",
    "eleven",
    "twe",
    "hundred",
    "thousand",
    "million",
    "billion",
    "dozen",
    "couple",
    "zero",
    "thirt",
    "fort",
    "fift",
)
"""A text without any of them (in lower case) has no such numeral."""

_WORD = re.compile(r"[a-z]+")


def value_of(numeral: str) -> int | float:
    """The value of what `NUMERAL` matched."""
    words = _WORD.findall(numeral.lower())
    if "point" in words:
        place = words.index("point")
        decimals = "".join(str(UNITS[word]) for word in words[place + 1 :])
        return float(f"{value_of(' '.join(words[:place]))}.{decimals}")
    half = 0.5 if words[-3:] == ["and", "a", "half"] else 0
    if half:
        words = words[:-3]
    if "dozen" in words:
        return _dozens(words) + half
    if "couple" in words:
        return 2 + half
    total = section = 0
    for word in words:
        if word in ("a", "an"):
            section = 1
        elif word == "hundred":
            section *= 100
        elif word in SCALES:
            total += section * SCALES[word]
            section = 0
        elif word != "and":
            section += UNITS.get(word, 0) + TENS.get(word, 0)
    return total + section + half


def _dozens(words: list[str]) -> int:
    if words[0] == "half":
        return 6
    return 12 * UNITS.get(words[0], 1)
