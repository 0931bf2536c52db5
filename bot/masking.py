"""Personal data in logs and in `--debug`: each is replaced by a word that says what stood there.

What can be told by its form is found in any text: e-mail addresses, phone and card numbers, addresses, numbers of
parcels and of ways to pay. Names cannot; those of the customer whose turn is running are known from their slots.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.tracker import Tracker

#: Slots, entities and facts of these names hold personal data, and what is written in their place.
PERSONAL = {
    "email": "[email]",
    "phone": "[phone]",
    "phone_number": "[phone]",
    "name": "[name]",
    "person_name": "[name]",
    "customer_name": "[name]",
    "first_name": "[name]",
    "last_name": "[name]",
    "recipient": "[name]",
    "invoice_title": "[name]",
    "title": "[name]",
    "address": "[address]",
    "address1": "[address]",
    "address2": "[address]",
    "zip": "[postcode]",
    "tracking_number": "[number]",
    "payment_method_id": "[payment]",
    "method": "[payment]",
}
#: Of these names only some facts are personal: a product has a name and a title, too. Their values are not looked for.
_AMBIGUOUS = frozenset({"name", "title", "method"})
_SHORTEST = 2
_DIMENSIONS = {
    "email": "[email]",
    "phone-number": "[phone]",
    "credit-card-number": "[payment]",
    "address": "[address]",
}
_ANY_TIME = datetime.min.replace(tzinfo=UTC)
_PAYMENT = re.compile(
    r"\b(?:credit_card|debit_card|bank_card|gift_card|alipay|wechat_pay|paypal|unionpay|apple_pay|google_pay)_\w*\d\w*"
)
_LONG_NUMBER = re.compile(r"(?<![\w.])[A-Za-z]{0,4}\d{11,}(?!\w)")
_about: ContextVar[Tracker | None] = ContextVar("conversation_of_the_running_turn", default=None)


@contextmanager
def about(tracker: Tracker) -> Iterator[None]:
    """While this lasts, the personal values of this conversation's slots are masked as well."""
    token = _about.set(tracker)
    try:
        yield
    finally:
        _about.reset(token)


def mask(text: str, known: Mapping[str, str] | None = None) -> str:
    """The text without personal data. `known`: values that are personal, with what to write in their place."""
    if known is None:
        tracker = _about.get()
        known = personal_values(tracker.slots) if tracker is not None else {}
    for value in sorted(known, key=len, reverse=True):
        boundary = r"\b" if value.isascii() and value.isalnum() else ""
        text = re.sub(f"{boundary}{re.escape(value)}{boundary}", known[value], text, flags=re.IGNORECASE)
    return "\n".join(map(_without_forms, text.split("\n")))


def personal_values(values: Any) -> dict[str, str]:
    """The personal values among slots or in objects that these hold, with what to write in their place."""
    found: dict[str, str] = {}
    if isinstance(values, Mapping):
        for name, value in values.items():
            if name in PERSONAL and name not in _AMBIGUOUS and isinstance(value, str | int):
                for part in {str(value), *str(value).split()}:
                    if len(part) >= _SHORTEST:
                        found[part] = PERSONAL[name]
            else:
                found |= personal_values(value)
    elif isinstance(values, list | tuple):
        for value in values:
            found |= personal_values(value)
    return found


def masked_value(name: str, value: Any, known: Mapping[str, str]) -> str:
    """The value of a slot, entity or fact of this name, as it may be shown."""
    if name in PERSONAL and value not in (None, ""):
        return PERSONAL[name]
    return mask(str(value), known) if value is not None else "–"


def mask_logs() -> None:
    """Have every handler that there is write its lines masked, tracebacks too."""
    named = (logger for logger in logging.Logger.manager.loggerDict.values() if isinstance(logger, logging.Logger))
    for logger in (logging.getLogger(), *named):
        for handler in logger.handlers:
            if not isinstance(handler.formatter, _Masking):
                handler.setFormatter(_Masking(handler.formatter or logging.Formatter()))


class _Masking(logging.Formatter):
    """Writes what another formatter makes of a record, masked."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self._formatter = formatter

    def format(self, record: logging.LogRecord) -> str:
        return mask(self._formatter.format(record))


def _without_forms(line: str) -> str:
    """A line without what can be told by its form; of a very long one the pieces."""
    from bot.nlu.duckling.extract import LONGEST, extract
    from bot.nlu.duckling.script import Reference

    line = _PAYMENT.sub("[payment]", line)
    pieces = []
    for start in range(0, len(line), LONGEST):
        piece = line[start : start + LONGEST]
        for one in reversed(extract(piece, Reference(_ANY_TIME), tuple(_DIMENSIONS))):
            piece = piece[: one.start] + _DIMENSIONS[one.dimension] + piece[one.end :]
        pieces.append(_LONG_NUMBER.sub("[number]", piece))
    return "".join(pieces)
