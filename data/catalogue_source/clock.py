"""The moment the demo data is written for. The importer moves every time by the distance from here to now."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

AS_OF = datetime(2026, 11, 20, tzinfo=UTC)


def stamp(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime:
    """Return the moment of a text written by `stamp`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def days_ago(days: float) -> datetime:
    """Return the moment that many days before the moment of the data."""
    return AS_OF - timedelta(days=days)


def at_work(moment: datetime, *, offset: int, rng: random.Random) -> datetime:
    """Move a moment into the working day (8:00 to 19:59) of a place `offset` hours east of UTC, never back.

    Carriers do not deliver at three in the morning.
    """
    local = moment + timedelta(hours=offset)
    if local.hour < 8:
        local = local.replace(hour=8, minute=rng.randint(5, 59), second=rng.randint(0, 59))
    elif local.hour >= 20:
        local = (local + timedelta(days=1)).replace(hour=rng.randint(8, 11), minute=rng.randint(0, 59))
    return local - timedelta(hours=offset)
