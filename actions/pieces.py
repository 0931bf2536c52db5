"""What a customer has said, since an operation began, of the things of an order and of what these are to become."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from actions.catalogue import replacements as compared_to
from actions.operations import CHANGE_ITEMS, CHANGE_PAYMENT, EXCHANGE
from actions.turn import Turn, is_payload
from knowledge_base.linking import comparison_of
from knowledge_base.linking.pieces import read_pieces, variants_with
from knowledge_base.models import Order, OrderLine, Variant
from knowledge_base.scope import CustomerScope
from knowledge_base.search.vocabulary import Pair
from knowledge_base.sessions import ShopSession

FORMS = frozenset({"return_form", EXCHANGE, CHANGE_ITEMS, CHANGE_PAYMENT})
MOST_MESSAGES = 12
"""Older ones are not read again, so that a turn costs the same however long a conversation is."""
ALL = re.compile(
    r"\b(?:all|both|every\w*|whole|entire)\b|全部|所有|(?<!的)都(?!可以|行)|整单|全都|两[个件样]都", re.IGNORECASE
)
_ALSO = re.compile(
    r"\b(?:also|too|as well|in addition|plus|another thing)\b|还有|也[要想退换改]|另外|再加", re.IGNORECASE
)
_ENDS = frozenset(
    {
        "action_session_start", "action_restart", "action_clear_operation", "action_cancel_order", "action_return_items",
        "action_exchange_items", "action_change_order_items", "action_change_address", "action_change_payment",
    }
)  # fmt: skip
_SWAPS = frozenset({EXCHANGE, CHANGE_ITEMS})
_RETURNS = re.compile(r"退(?![差款到回])|\breturn (?!policy)|\bsend(?:ing)? back\b", re.IGNORECASE)
_DROPPED = frozenset({"utter_dropped", "utter_not_confirmed"})


@dataclass
class Told:
    """What was said of an order's things: `lines` that are meant, None of them while it is `open` which; and for each
    line, by id, the options or the variant that it is to have."""

    lines: list[OrderLine] = field(default_factory=list)
    open: tuple[OrderLine, ...] = ()
    wanted: dict[str, list[frozenset[Pair]]] = field(default_factory=dict)
    chosen: dict[str, Variant] = field(default_factory=dict)

    def variants(self, line: OrderLine) -> list[Variant]:
        """What the line may become by what was said; empty when nothing was, or nothing is like that."""
        if line.id in self.chosen:
            return [self.chosen[line.id]]
        wanted = self.wanted.get(line.id)
        return variants_with(line.variant, line.variant, wanted) if wanted else []


def told_pieces(session: ShopSession, order: Order, turn: Turn, *, hidden: Sequence[str] = ()) -> Told:
    """Read the messages since the operation began, the oldest first; a later one corrects those before it."""
    told = Told()
    only = list(order.lines) if len(order.lines) == 1 else []
    for message in _messages(turn):
        _point(order, message, told)
        text = str(message.get("text") or "")
        if is_payload(text):
            continue
        named = [str(e["value"]) for e in _entities(message) if e["entity"] == "product"]
        about = told.lines or only
        reading = read_pieces(session, text, order.lines, about=about, named=named, hidden=hidden)
        if reading.loose and len(about) > 1 and not reading.lines and (first := _first_open(told)):
            reading = read_pieces(session, text, order.lines, about=[first], named=named, hidden=hidden)
        if turn.form in _SWAPS and _RETURNS.search(text) and reading.wanted:  # "… and the other one goes back"
            reading.lines = [line for line in reading.lines if line.id in reading.wanted]
        _choose(order, text, reading.lines, reading.excluded, reading.open, told)
        for line_id, wanted in reading.wanted.items():
            told.wanted[line_id] = [*told.wanted.get(line_id, ()), *wanted]
            told.chosen.pop(line_id, None)
        told.chosen |= {line.id: line.variant for line in reading.same if line.id not in told.wanted}
        _compare(session, text, bool(reading.wanted), told.lines or only, told)
    return told


def names_of(scope: CustomerScope) -> list[str]:
    """The words of the customer's own name, which are no options even if it is Brown."""
    customer = scope.customer()
    if customer is None:
        return []
    return [word for name in (customer.first_name, customer.last_name) if name for word in name.split()]


def _messages(turn: Turn) -> Iterator[Mapping[str, Any]]:
    """The customer's messages about the running operation, the oldest first."""
    events = itertools.takewhile(lambda event: not _is_end(event), reversed(turn.tracker.events))
    messages: list[Mapping[str, Any]] = []
    count = 1
    is_begun = False
    for event in events:
        if event.get("event") == "active_loop" and event.get("name") in FORMS:
            is_begun = True
        elif event.get("event") == "user":
            messages.append(event)
            if is_begun:
                count, is_begun = len(messages), False
            if len(messages) == MOST_MESSAGES:
                break
    kept = messages[:count]
    yield from reversed(kept[1:] if turn.is_elsewhere and not _was_taken_up(turn) else kept)


def _was_taken_up(turn: Turn) -> bool:
    """Whether another operation on things of an order was begun or under way before this form took the message."""
    since = itertools.takewhile(lambda event: event.get("event") != "user", reversed(turn.tracker.events))
    forms = {event.get("name") for event in since if event.get("event") == "active_loop"} | {turn.form_before}
    return bool((forms & FORMS) - {turn.form})


def _is_end(event: Mapping[str, Any]) -> bool:
    """Whether something else was being done before this."""
    if event.get("event") == "bot":
        return (event.get("metadata") or {}).get("utter_action") in _DROPPED
    return event.get("event") == "action" and event.get("name") in _ENDS


def _entities(message: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = (message.get("parse_data") or {}).get("entities") or ()
    return found


def _point(order: Order, message: Mapping[str, Any], told: Told) -> None:
    """Take what a button or a reference ("the second one") stands for."""
    by_id = {line.id: line for line in order.lines}
    pointed = [by_id[str(e["value"])] for e in _entities(message) if e["entity"] == "item_id" and e["value"] in by_id]
    if pointed:
        told.lines = [*(told.lines if told.open else ()), *(line for line in pointed if line not in told.lines)]
        told.lines = told.lines or pointed
        told.open = ()
    for entity in _entities(message):
        if entity["entity"] != "variant_id":
            continue
        lines = [
            line
            for line in told.lines or order.lines
            if any(variant.id == str(entity["value"]) for variant in line.variant.product.variants)
        ]
        line = next((line for line in lines if line.id not in told.chosen and line.id not in told.wanted), None)
        line = line or next(iter(lines), None)
        if line is not None:
            told.chosen[line.id] = next(v for v in line.variant.product.variants if v.id == str(entity["value"]))


def _first_open(told: Told) -> OrderLine | None:
    return next((line for line in told.lines if len(told.variants(line)) != 1), None)


def _choose(
    order: Order,
    text: str,
    named: Sequence[OrderLine],
    excluded: Sequence[OrderLine],
    unclear: Sequence[tuple[OrderLine, ...]],
    told: Told,
) -> None:
    """The lines that are meant after a message that names some, or says that all are."""
    if excluded and (not named or ALL.search(text)):
        kept = told.lines or order.lines
        told.lines = [line for line in (order.lines if ALL.search(text) else kept) if line not in excluded]
        return
    if not named and not unclear:
        if not told.lines and not told.wanted and ALL.search(text):
            told.lines = list(order.lines)
        return
    adds = _ALSO.search(text) or told.open
    before = told.lines if adds or set(named) <= {*told.lines} else []
    told.lines = [*before, *(line for line in named if line not in before)]
    told.lines = [line for line in told.lines if line not in excluded]
    left = next((tuple(one for one in several if one not in told.lines) for several in unclear), ())
    told.open = left


def _compare(session: ShopSession, text: str, has_options: bool, lines: Sequence[OrderLine], told: Told) -> None:
    """Take "the bigger one" of the only thing that is talked about."""
    if has_options or len(lines) != 1 or comparison_of(text) is None:
        return
    found = compared_to(session, lines[0].variant, [text])
    if len(found) == 1:
        told.chosen[lines[0].id] = found[0]
