"""Shipments: carriers, tracking numbers and the events of a parcel, at plausible places and hours."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

from .clock import AS_OF, at_work, stamp
from .customers import read_places
from .reader import Row, read

_DOMESTIC = ("SF Express", "YTO", "ZTO", "JD Logistics", "EMS")
_ABROAD = {"GB": ("DHL", "Royal Mail", "FedEx"), "US": ("UPS", "FedEx", "USPS"), "CA": ("UPS", "FedEx"),
           "AU": ("DHL", "FedEx"), "DE": ("DHL", "UPS"), "FR": ("DHL", "FedEx")}  # fmt: skip
_BEIJING = 8

# Schedules: (share of the transit time, kind, key in parcel_notes.toml, place). Places: origin, hub, home, gateway.
_Schedule = tuple[tuple[float, str, str, str], ...]
_SCHEDULES: dict[tuple[bool, str], _Schedule] = {
    (False, "normal"): ((0.02, "picked_up", "picked_up", "origin"), (0.2, "in_transit", "sorted", "origin"),
                        (0.6, "in_transit", "sorted", "hub"), (0.85, "in_transit", "local", "home"),
                        (0.93, "out_for_delivery", "out", "home"), (1.0, "delivered", "delivered", "home")),
    (False, "failed"): ((0.02, "picked_up", "picked_up", "origin"), (0.4, "in_transit", "sorted", "hub"),
                        (0.6, "out_for_delivery", "out", "home"), (0.64, "failed_attempt", "failed", "home"),
                        (0.97, "out_for_delivery", "out", "home"), (1.0, "delivered", "delivered", "home")),
    (False, "exception"): ((0.02, "picked_up", "picked_up", "origin"), (0.2, "in_transit", "sorted", "origin"),
                           (0.4, "exception", "exception", "hub"), (0.9, "out_for_delivery", "out", "home"),
                           (1.0, "delivered", "delivered", "home")),
    (True, "normal"): ((0.02, "picked_up", "picked_up", "origin"), (0.1, "in_transit", "sorted", "export"),
                       (0.2, "customs", "export", "export"), (0.28, "in_transit", "flight", "export"),
                       (0.5, "customs", "import", "gateway"), (0.65, "customs", "cleared", "gateway"),
                       (0.85, "in_transit", "local", "home"), (0.96, "out_for_delivery", "out", "home"),
                       (1.0, "delivered", "delivered", "home")),
    (True, "failed"): ((0.02, "picked_up", "picked_up", "origin"), (0.15, "customs", "export", "export"),
                       (0.25, "in_transit", "flight", "export"), (0.45, "customs", "cleared", "gateway"),
                       (0.65, "out_for_delivery", "out", "home"), (0.67, "failed_attempt", "failed", "home"),
                       (0.96, "out_for_delivery", "out", "home"), (1.0, "delivered", "delivered", "home")),
    (True, "exception"): ((0.02, "picked_up", "picked_up", "origin"), (0.15, "customs", "export", "export"),
                          (0.25, "in_transit", "flight", "export"), (0.4, "exception", "exception", "gateway"),
                          (0.85, "customs", "cleared", "gateway"), (0.96, "out_for_delivery", "out", "home"),
                          (1.0, "delivered", "delivered", "home")),
}  # fmt: skip


@dataclass(frozen=True)
class Destination:
    """Where a customer lives, as far as a carrier cares. `offset` is in hours east of UTC."""

    city: str
    abroad: bool
    region: str
    country: str
    offset: int
    places: dict[str, tuple[str, str]]

    def transit_days(self, rng: random.Random) -> float:
        """Return days from dispatch to delivery; the article on delivery times states these ranges."""
        low, high = {"near": (1.0, 1.8), "inland": (2.0, 3.7), "remote": (4.0, 6.7), "abroad": (7.0, 11.7)}[self.region]
        return rng.uniform(low, high)

    def promised_days(self) -> int:
        """Return the upper end of the delivery time that the shop states."""
        return {"near": 2, "inland": 4, "remote": 7, "abroad": 12}[self.region]


def destination(city: str) -> Destination:
    """Return the destination for a city of places.toml."""
    places = read_places()
    origin, export = ("Hangzhou", "杭州"), ("Shanghai Pudong", "上海浦东")
    if city in places["china"]:
        chinese, _, region, *_ = places["china"][city]
        hub = (f"{city} sorting centre", f"{chinese}转运中心")
        named = {"origin": origin, "hub": hub, "home": (city, chinese)}
        return Destination(city, False, region, "CN", _BEIJING, named)
    chinese, _, country, offset, _, _, gateway_en, gateway_zh = places["abroad"][city]
    named = {"origin": origin, "export": export, "gateway": (gateway_en, gateway_zh), "home": (city, chinese)}
    return Destination(city, True, "abroad", country, offset, named)


def shipment(to: Destination, shipped: datetime, days: float, line_ids: list[str], *, course: str = "normal",
             rng: random.Random) -> Row:  # fmt: skip
    """Return a row of `shipments`; what lies after the moment of the data has not happened yet.

    `course` is normal, failed (one vain attempt) or exception (a delay on the way).
    """
    carrier = rng.choice(_ABROAD[to.country] if to.abroad else _DOMESTIC)
    notes = read("parcel_notes.toml")
    events: list[Row] = []
    last = shipped
    for share, kind, note, place in _SCHEDULES[to.abroad, course]:
        offset = to.offset if place in ("home", "gateway") else _BEIJING
        moment = max(shipped + timedelta(days=days * share, minutes=rng.randint(0, 40)), last + timedelta(minutes=35))
        last = at_work(moment, offset=offset, rng=rng)
        if last > AS_OF:
            break
        place_en, place_zh = to.places[place]
        note_en, note_zh = rng.choice(notes[note])
        events.append({"at": stamp(last), "kind": kind, "place_en": place_en, "place_zh": place_zh,
                       "note_en": note_en, "note_zh": note_zh})  # fmt: skip
    delivered = events[-1]["at"] if events and events[-1]["kind"] == "delivered" else None
    return {"tracking_number": tracking_number(carrier, rng), "carrier": carrier, "shipped_at": stamp(shipped),
            "estimated_at": stamp(shipped + timedelta(days=to.promised_days())), "delivered_at": delivered,
            "line_ids": line_ids, "events": events}  # fmt: skip


def tracking_number(carrier: str, rng: random.Random) -> str:
    """Return a number of the shape that the carrier uses."""

    def digits(count: int) -> str:
        return "".join(rng.choices(string.digits, k=count))

    letters = "".join(rng.choices("ABCDEFGHJKLMNPRSTUVWXY", k=2))
    return {"SF Express": "SF" + digits(13), "YTO": "YT" + digits(13), "ZTO": "7" + digits(13),
            "JD Logistics": "JDVA" + digits(11), "EMS": f"E{letters[0]}{digits(9)}CN", "UPS": "1Z" + letters[0]
            + digits(2) + letters[1] + digits(12), "FedEx": digits(12), "DHL": digits(10), "USPS": "94" + digits(20),
            "Royal Mail": f"{letters}{digits(9)}GB"}[carrier]  # fmt: skip
