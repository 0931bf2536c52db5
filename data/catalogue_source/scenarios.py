"""What can happen to an order, as stages with durations. Times are counted back from the moment of the data.

A scenario names the last stage reached; the order then lies a part of the next stage in the past. Operations rules:
only pending orders are cancelled or changed, only delivered ones returned (within 7 days of delivery in mainland China,
30 days elsewhere) or exchanged. An order keeps the status "return requested" or "exchange requested" when its
return is over, so that nobody returns it twice; a rejected return puts it back to "delivered".
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from .clock import AS_OF
from .parcels import Destination


@dataclass(frozen=True)
class Scenario:
    """`status` of the order, `stage` reached, `course` of the parcel, status of the return, how many of the rest."""

    status: str
    stage: str
    weight: int
    course: str = "normal"
    kind: str | None = None
    return_status: str | None = None


SCENARIOS: dict[str, Scenario] = {
    "pending": Scenario("pending", "placed", 34),
    "pending_second_try": Scenario("pending", "placed", 8),
    "processed": Scenario("processed", "processed", 38),
    "shipped": Scenario("shipped", "shipped", 36),
    "shipped_partial": Scenario("shipped", "shipped", 10),
    "shipped_customs": Scenario("shipped", "shipped", 6),
    "shipped_failed": Scenario("shipped", "shipped", 6, course="failed"),
    "shipped_exception": Scenario("shipped", "shipped", 6, course="exception"),
    "delivered": Scenario("delivered", "delivered", 130),
    "delivered_failed_once": Scenario("delivered", "delivered", 12, course="failed"),
    "delivered_two_parcels": Scenario("delivered", "delivered", 12),
    "cancelled": Scenario("cancelled", "cancelled", 22),
    "cancelled_refund_pending": Scenario("cancelled", "cancelled", 9),
    **{f"return_{status}": Scenario("return requested", stage, weight, kind="return", return_status=status)
       for status, stage, weight in (("requested", "requested", 7), ("approved", "approved", 5),
                                     ("in_transit", "sent_back", 5), ("received", "received", 6),
                                     ("refunded", "settled", 12))},
    "return_refund_failed": Scenario("return requested", "settled", 3, kind="return", return_status="received"),
    "return_rejected": Scenario("delivered", "received", 3, kind="return", return_status="rejected"),
    **{f"exchange_{status}": Scenario("exchange requested", stage, weight, kind="exchange", return_status=status)
       for status, stage, weight in (("requested", "requested", 6), ("approved", "approved", 3),
                                     ("in_transit", "sent_back", 3), ("received", "received", 2),
                                     ("exchanged", "settled", 6))},
}  # fmt: skip

_STAGES = ("placed", "processed", "shipped", "delivered", "requested", "approved", "sent_back", "received", "settled")


@dataclass(frozen=True)
class Timeline:
    """When each stage of an order was reached, and how many days its parcel travels."""

    at: dict[str, datetime]
    transit: float


def timeline(name: str, to: Destination, *, days: float | None, rng: random.Random) -> Timeline:
    """Return the timeline of a scenario that ends now; `days` (or chance) puts finished ones further back."""
    scenario = SCENARIOS[name]
    transit = to.transit_days(rng) * (1.6 if scenario.course == "exception" else 1.0)
    if name == "shipped_partial":
        transit = max(transit, 2.6)  # long enough for the first of two parcels to have arrived
    back = rng.uniform(8, 13) if to.abroad else rng.uniform(2, 4)
    # One working day may pass between the nominal time of delivery and that of at_work: hence the 1 day of slack.
    wish = 1.0 + (rng.uniform(1, 18) if to.abroad else rng.uniform(0.4, 4.5))
    lengths = {"processed": rng.uniform(0.2, 0.6), "shipped": rng.uniform(0.3, 0.7), "delivered": transit,
               "requested": wish, "approved": rng.uniform(0.3, 0.9), "sent_back": rng.uniform(0.8, 2.0),
               "received": back, "settled": rng.uniform(3.6, 4.9)}  # fmt: skip
    if scenario.stage == "cancelled":
        wait = rng.uniform(0.2, 2.0) if name == "cancelled_refund_pending" else rng.uniform(6, 9)
        age = wait + (days if days is not None else 0 if name == "cancelled_refund_pending" else rng.uniform(0, 120))
        cancelled = AS_OF - timedelta(days=age)
        return Timeline({"placed": cancelled - timedelta(hours=rng.uniform(0.3, 10)), "cancelled": cancelled}, transit)
    reached = _STAGES[: _STAGES.index(scenario.stage) + 1]
    age = sum(lengths[stage] for stage in reached[1:]) + _since(name, scenario, lengths, days, rng)
    moment = AS_OF - timedelta(days=age)
    at = {"placed": moment}
    for stage in reached[1:]:
        moment += timedelta(days=lengths[stage])
        at[stage] = moment
    return Timeline(_in_warehouse_hours(at, rng), transit)


def _in_warehouse_hours(at: dict[str, datetime], rng: random.Random) -> dict[str, datetime]:
    """Move an order back, as far as its dispatch, so that the parcel leaves between 9:00 and 18:59 Beijing time."""
    if "shipped" not in at:
        return at
    local = at["shipped"] + timedelta(hours=8)
    if 9 <= local.hour < 19:
        return at
    leaves = (local - timedelta(days=local.hour < 9)).replace(hour=rng.randint(14, 18), minute=rng.randint(0, 59))
    early = ("placed", "processed", "shipped")
    return {stage: moment - (local - leaves) if stage in early else moment for stage, moment in at.items()}


def _since(name: str, scenario: Scenario, lengths: dict[str, float], days: float | None, rng: random.Random) -> float:
    """Return the days since the last stage: a part of the next one, or any time for an order that is finished."""
    finished = {"delivered", "return_refunded", "return_rejected", "exchange_exchanged", "delivered_failed_once",
                "delivered_two_parcels"}  # fmt: skip
    if name in finished:
        return 1.5 + (days if days is not None else rng.uniform(0, 150))
    if scenario.stage == "shipped":
        share = {"shipped_failed": 0.86, "shipped_customs": 0.58, "shipped_partial": 0.75, "shipped_exception": 0.7}
        return lengths["delivered"] * share.get(name, rng.uniform(0.3, 0.8))
    later = _STAGES[_STAGES.index(scenario.stage) + 1] if scenario.stage != "settled" else "processed"
    return lengths[later] * rng.uniform(0.3, 0.8)
