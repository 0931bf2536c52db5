"""All dimensions of a message, the longest where several read the same characters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from bot.nlu.duckling.addresses_en import addresses as addresses_en
from bot.nlu.duckling.addresses_zh import addresses as addresses_zh
from bot.nlu.duckling.cards import credit_cards
from bot.nlu.duckling.contacts import emails, phone_numbers, urls
from bot.nlu.duckling.durations import durations
from bot.nlu.duckling.money import money
from bot.nlu.duckling.numbers import numbers, ordinals
from bot.nlu.duckling.quantities import quantities
from bot.nlu.duckling.script import DIMENSIONS, Found, Reference, Script, prepare
from bot.nlu.duckling.times import times

Reader = Callable[[Script], Iterator[Found]]

# Of two readings of the same length the first one's stands.
READERS: tuple[tuple[Reader, tuple[str, ...]], ...] = (
    (emails, ("email",)),
    (urls, ("url",)),
    (credit_cards, ("credit-card-number",)),
    (phone_numbers, ("phone-number",)),
    (addresses_zh, ("address",)),
    (addresses_en, ("address",)),
    (money, ("amount-of-money",)),
    (times, ("time",)),
    (quantities, ("temperature", "distance", "volume", "quantity")),
    (durations, ("duration",)),
    (ordinals, ("ordinal",)),
    (numbers, ("number",)),
)
LONGEST = 10_000
"""Characters of a message that are read; nobody writes more, and the time taken stays bounded."""


def extract(message: str, reference: Reference, dimensions: Collection[str] | None = None) -> list[Found]:
    """What is in a message, in its order, not overlapping. `dimensions`: only these; None means all."""
    wanted = DIMENSIONS if dimensions is None else dimensions
    script = prepare(message[:LONGEST], reference)
    found = [
        one
        for reader, names in READERS
        if any(name in wanted for name in names)
        for one in reader(script)
        if one.dimension in wanted
    ]
    return sorted(_longest(found), key=lambda one: one.start)


def _longest(found: Iterable[Found]) -> Iterator[Found]:
    """The longest first; whatever overlaps one that was taken goes. Of equals the one that came first."""
    taken: set[int] = set()
    for one in sorted(found, key=lambda one: one.start - one.end):
        characters = range(one.start, one.end)
        if taken.isdisjoint(characters):
            taken.update(characters)
            yield one
