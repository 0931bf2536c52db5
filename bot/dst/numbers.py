"""Small numbers as customers write them, in Chinese and English: 2, two, a dozen, 两, 十二, 第三个, the last one."""

from __future__ import annotations

import re
import unicodedata

_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_ENGLISH = {word: number for number, word in enumerate(_UNITS)} | {
    "a": 1, "an": 1, "single": 1, "couple": 2, "pair": 2, "both": 2, "dozen": 12, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100,
}  # fmt: skip
_ENGLISH_ORDINALS = {
    word: number
    for number, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], start=1
    )
}
_CHINESE = "零一二三四五六七八九"
_LAST = re.compile(r"\b(last|bottom|final)\b|最后|最後|末尾|最下面", re.IGNORECASE)
_TOP = re.compile(r"\b(top|very first)\b|头一个|最上面|首个", re.IGNORECASE)
_CHINESE_ORDINAL = re.compile(r"第\s*([0-9]+|[零一二两三四五六七八九十]+)")
_CHINESE_NUMBER = re.compile(r"[零一二两俩三仨四五六七八九十百千]+")
_ENGLISH_ORDINAL_DIGITS = re.compile(r"\b([0-9]+)(?:st|nd|rd|th)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:#|no\.?|number|option|选项?|序号)\s*([0-9]{1,2})\b", re.IGNORECASE)


def cardinal(text: str) -> int | None:
    """The whole number that `text` holds, or None. Full-width digits, 两 and 俩 count; "a pair" is 2."""
    text = unicodedata.normalize("NFKC", text).strip().lower()
    if digits := re.search(r"[0-9]+", text):
        return int(digits.group())
    if chinese := _CHINESE_NUMBER.search(text):
        return _chinese(chinese.group())
    numbers = [_ENGLISH[word] for word in re.findall(r"[a-z]+", text) if word in _ENGLISH]
    return max(numbers) if numbers else None


def ordinal(text: str, count: int) -> int | None:
    """The position (from 1) among `count` things that `text` points at, or None: "the second one", 第2个, "last"."""
    text = unicodedata.normalize("NFKC", text).lower()
    position: int | None = None
    if found := _CHINESE_ORDINAL.search(text):
        position = int(found[1]) if found[1].isdigit() else _chinese(found[1])
    elif found := _ENGLISH_ORDINAL_DIGITS.search(text) or _NUMBERED.search(text):
        position = int(found[1])
    elif words := [word for word in re.findall(r"[a-z]+", text) if word in _ENGLISH_ORDINALS]:
        position = _ENGLISH_ORDINALS[words[0]]
    elif _TOP.search(text):
        position = 1
    elif _LAST.search(text):
        position = count
    elif re.fullmatch(r"[0-9]{1,2}", text.strip()):
        position = int(text)
    return position if position is not None and 1 <= position <= count else None


def _chinese(text: str) -> int | None:
    """Numbers up to 9999 in Chinese characters; None when the characters do not form one."""
    text = text.replace("两", "二").replace("俩", "二").replace("仨", "三")
    total, digit = 0, None
    for character in text:
        if character in _CHINESE:
            digit = _CHINESE.index(character)
        else:
            total += (1 if digit is None else digit) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = None
    return total + (digit or 0) if total or digit is not None else None
