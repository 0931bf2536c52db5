"""Dimensions `email`, `url` and `phone-number`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.duckling.script import Found, Script

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9](?:[A-Za-z0-9._%+-]{0,62}[A-Za-z0-9_%+-])?@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
_ENDINGS = "com|cn|net|org|edu|gov|io|co|shop|store|top|cc|me|hk|tw|uk|de|fr|eu|us|ca|au|jp|info|biz|xyz|app|dev|ai|tv"
_URL = re.compile(
    r"(?<![A-Za-z0-9@._/-])(?:"
    r"(?:https?|ftp)://(?P<host>[A-Za-z0-9][A-Za-z0-9.-]{0,252})"
    rf"|(?P<name>(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.){{1,6}}(?:{_ENDINGS}))(?![A-Za-z0-9@-])(?!\.[A-Za-z0-9])"
    r")(?::[0-9]{2,5})?(?P<path>[/?#][A-Za-z0-9/?#._~:@!$&'()*+,;=%\[\]-]*)?",
    re.IGNORECASE,
)
_CODES_OF_TWO = frozenset(
    [
        "20",
        "27",
        "30",
        "31",
        "32",
        "33",
        "34",
        "36",
        "39",
        "40",
        "41",
        "43",
        "44",
        "45",
        "46",
        "47",
        "48",
        "49",
        "51",
        "52",
        "53",
        "54",
        "55",
        "56",
        "57",
        "58",
        "60",
        "61",
        "62",
        "63",
        "64",
        "65",
        "66",
        "81",
        "82",
        "84",
        "86",
        "90",
        "91",
        "92",
        "93",
        "94",
        "95",
        "98",
    ]
)
_PHONE = re.compile(
    r"(?<![A-Za-z0-9+._-])(?:"
    r"(?P<china>(?:(?:\+|00)86[ -]?)?1[3-9][0-9](?P<gap>[ -]?)[0-9]{4}(?P=gap)[0-9]{4})"
    r"|(?P<service>[48]00(?:-?[0-9]{3}-?[0-9]{4}|-?[0-9]{4}-?[0-9]{3}|[0-9]-[0-9]{3}-[0-9]{3}| [0-9]{3} [0-9]{4}))"
    r"|(?P<landline>(?:\(0[0-9]{2,3}\) ?|0[0-9]{2,3}[ -])[1-9][0-9]{2,3}[ -]?[0-9]{4})"
    r"|(?P<abroad>(?:\+|00(?=[1-9]))[1-9][0-9]{0,2}(?:[ .-]?\(0?[0-9]{1,4}\))?[ .-]?[0-9]{1,5}(?:[ .-]?[0-9]{2,5}){1,5})"
    r"|(?P<america>(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[0-9]{3}[ .-][0-9]{4})"
    r"|(?P<britain>0[1-9][0-9]{2,4} [0-9]{3} ?[0-9]{3,4})"
    r")(?P<extension>(?:-| ?(?:转|分机|ext\.?|extension|x) ?)[0-9]{1,6})?(?![A-Za-z0-9_]|[.-][0-9])",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    r"(?<![A-Za-z0-9._%+-])([A-Za-z0-9][A-Za-z0-9._%+-]{0,62}) at ((?:[A-Za-z0-9-]{1,61} dot ){1,4}[A-Za-z]{2,24})(?![A-Za-z0-9-])",
    re.IGNORECASE,
)
_FEWEST, _MOST = 8, 15


def emails(script: Script) -> Iterator[Found]:
    """`{"value": "li@example.cn"}`, also of "li at example dot cn"."""
    if " dot " in script.lowered:
        for match in _SPELLED.finditer(script.text):
            domain = re.sub(" dot ", ".", match[2], flags=re.IGNORECASE)
            yield Found("email", *match.span(), {"value": f"{match[1]}@{domain}"})
    if "@" in script.text:
        for match in _EMAIL.finditer(script.text):
            yield Found("email", *match.span(), {"value": match.group()})


def urls(script: Script) -> Iterator[Found]:
    """`{"value": "www.example.com/a", "domain": "example.com"}`. A full stop or bracket at the end is the sentence's."""
    if "." not in script.text:
        return
    for match in _URL.finditer(script.text):
        url = match.group().rstrip(".,;:!?'")
        if url.endswith(")") and "(" not in url:
            url = url.rstrip(").")
        host = (match["host"] or match["name"]).lower().rstrip(".")
        yield Found("url", match.start(), match.start() + len(url), {"value": url, "domain": host.removeprefix("www.")})


def phone_numbers(script: Script) -> Iterator[Found]:
    """`{"value": "13800138000"}`, with a country code `{"value": "(+86) 13800138000"}`; an extension follows as `ext 802`."""
    if not script.has_digits:
        return
    for match in _PHONE.finditer(script.text):
        extension = match["extension"] or ""
        said = match.group().removesuffix(extension)
        digits = re.sub(r"[^0-9]", "", re.sub(r"\(0([0-9])", r"(\1", said) if match["abroad"] else said)
        if said.startswith(("+", "00")):
            digits = digits.removeprefix("00") if said.startswith("00") else digits
            code = digits[: _length_of_code(digits)]
            value = f"(+{code}) {digits[len(code) :].removeprefix('0')}"
        else:
            value = digits
        if _FEWEST <= len(digits) <= _MOST:
            inner = re.sub("[^0-9]", "", extension)
            yield Found("phone-number", *match.span(), {"value": f"{value} ext {inner}" if inner else value})


def _length_of_code(digits: str) -> int:
    """Country codes are +1, +7, the listed ones of two digits, and else of three (ITU-T E.164)."""
    if digits[0] in "17":
        return 1
    return 2 if digits[:2] in _CODES_OF_TWO else 3
