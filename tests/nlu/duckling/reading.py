"""What the tables of cases are checked with: what was found, in short."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.nlu.duckling.extract import extract
from bot.nlu.duckling.script import Found, Reference

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEDNESDAY = Reference(datetime(2026, 3, 11, 10, 0, tzinfo=SHANGHAI))
"""Wednesday, March 11th 2026, ten in the morning, in Shanghai."""


def found(text: str, reference: Reference = WEDNESDAY) -> list[tuple[str, str, Any]]:
    """(dimension, characters, value in short) of what is in a text; a time's as `short` writes it."""
    return [(one.dimension, text[one.start : one.end], value(one)) for one in extract(text, reference)]


def times(text: str, reference: Reference = WEDNESDAY) -> list[tuple[str, str]]:
    """(characters, value in short) of the times in a text."""
    return [(said, value) for dimension, said, value in found(text, reference) if dimension == "time"]


def value(one: Found) -> Any:
    info = one.info
    if one.dimension == "time":
        return short(info)
    if info.get("type") == "interval":
        return (info["from"]["value"], info["to"]["value"], info["to"]["unit"])
    if "unit" in info:
        return (info["value"], info["unit"])
    return info["value"]


def short(info: dict[str, Any]) -> str:
    """`2026-03-12 day`, `2026-03-12T17:00 hour`, `2026-03-12..2026-03-14 day`, `..2026-03-13 day`."""
    if info["type"] == "value":
        return f"{_local(info['value'])} {info['grain']}"
    ends = [info.get("from"), info.get("to")]
    grain = next(end["grain"] for end in ends if end)
    return "..".join(_local(end["value"]) if end else "" for end in ends) + f" {grain}"


def _local(iso: str) -> str:
    at = datetime.fromisoformat(iso)
    if at.hour == at.minute == at.second == 0:
        return at.date().isoformat()
    return at.strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")
