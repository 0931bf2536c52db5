"""What people type when they mean an order, a person or a phone, brought into one form that can be looked up."""

from __future__ import annotations

import re
import unicodedata

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_NOT_DIGIT = re.compile(r"[^0-9]+")
#: Ids with a known shape: the letter tells which prefix they are written with.
_PREFIXES = {"K": "K", "W": "#W"}
_KNOWN_ORDER_ID = re.compile(r"([KW])([0-9]{7})")
#: The shortest run of digits taken for a phone number, and how many of its last digits identify it: more than that
#: is a country or trunk code, which people give or leave out as they like.
_PHONE_MINIMUM, _PHONE_SIGNIFICANT = 7, 10


def _plain(text: str) -> str:
    """Full-width letters and digits become ordinary ones, case goes."""
    return unicodedata.normalize("NFKC", text).strip()


def order_key(text: str) -> str:
    """An order id without case, marks and spaces: "# w237 8156" → "W2378156"."""
    return _NOT_ALPHANUMERIC.sub("", _plain(text)).upper()


def order_digits(text: str) -> str:
    """The digits of an order id, for customers who leave the letter out: "K1048213" → "1048213"."""
    return _NOT_DIGIT.sub("", order_key(text))


def normalise_order_id(text: str) -> str:
    """An order id as the shop writes it: "w2378156" → "#W2378156", "ｋ１０４８２１３" → "K1048213".

    What has no known shape comes back as its key; bare digits stay bare, because only the customer's own orders can
    tell which letter belongs to them (CustomerScope.find_order does).
    """
    key = order_key(text)
    known = _KNOWN_ORDER_ID.fullmatch(key)
    return f"{_PREFIXES[known[1]]}{known[2]}" if known else key


def email_key(text: str | None) -> str | None:
    """An e-mail address as it is compared: no case, no spaces."""
    return "".join(_plain(text).casefold().split()) or None if text else None


def phone_key(text: str | None) -> str | None:
    """A phone number as it is compared: its last ten digits; None if it has too few to be one."""
    digits = _NOT_DIGIT.sub("", _plain(text)) if text else ""
    return digits[-_PHONE_SIGNIFICANT:] if len(digits) >= _PHONE_MINIMUM else None


def name_key(first_name: str | None, last_name: str | None) -> str:
    """A name as it is compared: no case, and in no order, because "Li Wei" and "Wei Li" are one person."""
    words = f"{_plain(first_name or '')} {_plain(last_name or '')}".casefold().split()
    return " ".join(sorted(words))


def zip_key(text: str) -> str:
    """A postcode as it is compared: letters and digits, upper case ("sw1a 1aa" → "SW1A1AA")."""
    return _NOT_ALPHANUMERIC.sub("", _plain(text)).upper()
