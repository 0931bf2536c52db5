"""Dimension `credit-card-number`: numbers of a known issuer with a right check digit (Luhn, ISO/IEC 7812)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.duckling.script import Found, Script

_CARD = re.compile(
    r"(?<![A-Za-z0-9+.-])(?:[0-9]{4}([ -]?)[0-9]{4}\1[0-9]{4}\1(?:[0-9]{4}\1[0-9]{1,3}|[0-9]{1,7})|[0-9]{4}([ -]?)[0-9]{6}\2[0-9]{4,5})(?![A-Za-z0-9]|[.-][0-9])"
)
_ISSUERS = (
    ("visa", re.compile(r"4(?:\d{12}|\d{15})")),
    ("mastercard", re.compile(r"(?=\d{16}$)(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)\d+")),
    ("amex", re.compile(r"3[47]\d{13}")),
    ("diner club", re.compile(r"3(?:0[0-5]|[68]\d)\d{11}")),
    ("discover", re.compile(r"6(?:011|5\d\d|4[4-9]\d)\d{12}")),
    ("unionpay", re.compile(r"62\d{14,17}")),
)


def credit_cards(script: Script) -> Iterator[Found]:
    """`{"value": "4111111111111111", "issuer": "visa"}`. Issuers as Duckling names them, and `unionpay`."""
    if not script.has_digits:
        return
    for match in _CARD.finditer(script.text):
        digits = match.group().replace(" ", "").replace("-", "")
        issuer = issuer_of(digits)
        if issuer is not None and passes_luhn(digits):
            yield Found("credit-card-number", *match.span(), {"value": digits, "issuer": issuer})


def issuer_of(digits: str) -> str | None:
    """Whose number it is by its first digits and its length."""
    return next((issuer for issuer, pattern in _ISSUERS if pattern.fullmatch(digits)), None)


def passes_luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
