"""Clock times and parts of the day in English, and in digits: 5pm, half past three, at five, 15:30, "this evening"."""

from __future__ import annotations

import re
from re import Match

from bot.nlu.duckling import numerals_en
from bot.nlu.duckling.atoms import Atom, ClockAtom, PartAtom, Rule, rules
from bot.nlu.duckling.script import Script

_PARTS = {
    "morning": (4, 12), "lunch": (12, 14), "lunchtime": (12, 14), "afternoon": (12, 19), "evening": (18, 24),
    "night": (18, 24), "tonight": (18, 24),
}  # fmt: skip
_HOURS = {word: value for word, value in numerals_en.UNITS.items() if 1 <= value <= 12}
_H = rf"(?:[0-9]{{1,2}}|{'|'.join(sorted(_HOURS, key=len, reverse=True))})"
_HALF = (
    r"(?:\s?(?P<half>[ap])(?:\.\s?m\b\.?|\s?m\b)|(?P<sharp>\s?o'?\s?clock)(?:\s(?P<half2>[ap])(?:\.\s?m\b\.?|m\b))?)"
)
_START = r"(?:(?<![A-Za-z0-9.,:$£€¥/-])|(?<=[0-9]-)|(?<=[ap]m-)|(?<=[ap]\.m\.-))"
_WHEN = r"today|tomorrow|tonight|yesterday|this|next|on|in\s+the|at\s+night|(?:mon|tues|wednes|thurs|fri|satur|sun)day"


def _hour(said: str) -> int:
    return int(said) if said.isdigit() else _HOURS[said.lower()]


def _clock(match: Match[str], script: Script) -> Atom | None:
    """Groups `hour`, and perhaps `minute`, `second`, `half` (a or p)."""
    groups = match.groupdict()
    hour, minute, second = _hour(groups["hour"]), int(groups.get("minute") or 0), int(groups.get("second") or 0)
    half = (groups.get("half") or groups.get("half2") or "").lower()
    if not (0 <= hour <= (12 if half else 24) and minute < 60 and second < 60):
        return None
    grain = "second" if groups.get("second") else "minute" if groups.get("minute") else "hour"
    certain = hour > 12 or hour == 0 or groups["hour"].startswith("0")
    start, end = match.span("whole") if "whole" in groups else match.span()
    return ClockAtom(start, end, hour, minute, second, grain, {"a": "am", "p": "pm"}.get(half), certain)


def _past(match: Match[str], script: Script) -> Atom | None:
    """A quarter past five, ten to six pm, half past three."""
    hour, said = _hour(match["hour"]), match["minutes"].lower()
    minute = (
        30
        if said.startswith("half")
        else 15
        if "quarter" in said
        else numerals_en.value_of(said) or int(re.sub(r"\D", "", said) or 0)
    )
    if not (1 <= hour <= 12 and 0 < minute < 60):
        return None
    if match["way"].lower() in ("to", "before", "of"):
        hour, minute = hour - 1 or 12, 60 - int(minute)
    half = {"a": "am", "p": "pm"}.get((match["half"] or "").lower())
    return ClockAtom(*match.span(), hour, int(minute), grain="minute", half=half)


def _part(match: Match[str], script: Script) -> Atom:
    first, last = _PARTS[match["part"].lower()]
    return PartAtom(*match.span(), first, last, alone=match["this"] is not None or match["part"].lower() == "tonight")


def _named(match: Match[str], script: Script) -> Atom:
    noon = match["name"].lower() in ("noon", "midday")
    return ClockAtom(*match.span("name"), 12 if noon else 0, certain=True)


DIGITAL: tuple[Rule, ...] = rules(
    (
        ":",
        r"(?:(?<![A-Za-z0-9.,:/+-])|(?<=[0-9]T)|(?<=[0-9]-))(?P<hour>[01]?[0-9]|2[0-4]):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9]))?"
        r"(?:\s?(?P<half>[ap])(?:\.\s?m\b\.?|m\b)|(?P<half2>[ap])\b)?(?![0-9:]|\.[0-9])",
        _clock,
    ),
)
"""15:30, in any language."""

RULES: tuple[Rule, ...] = rules(
    (
        "am pm .m",
        r"(?<![A-Za-z0-9.,:$£€¥/-])(?P<hour>[0-9]{1,2})\.(?P<minute>[0-5][0-9])\s?(?P<half>[ap])(?:\.\s?m\b\.?|m\b)",
        _clock,
    ),
    (
        "am pm .m",
        r"(?<![A-Za-z0-9.,:$£€¥/-])(?P<hour>1[0-2]|[1-9])(?P<minute>[0-5][0-9])\s?(?P<half>[ap])(?:\.\s?m\b\.?|m\b)",
        _clock,
    ),
    (("am", "pm", ".m", " m", "clock"), rf"{_START}(?P<hour>{_H}){_HALF}", _clock),
    (
        ("past", " to ", "before"),
        rf"\b(?P<minutes>half|(?:a\s+)?quarter|[0-9]{{1,2}}\s+minutes?|[0-9]{{1,2}}(?=\s+past)|five|ten|twenty(?:[\s-]five)?)\s+(?P<way>past|to|before)\s+"
        rf"(?P<hour>{_H})(?:\b|(?=[ap]\.?m\b))(?!\s*(?:%|dollars|items|days|hours|pieces|weeks|units|euros|pounds|minutes))(?:\s?(?P<half>[ap])(?:\.\s?m\b\.?|m\b))?",
        _past,
    ),
    (("at ",), rf"\b(?P<whole>at\s+(?P<hour>{_H}))(?=\s*(?:[,.!?;)]?\s*$|[,.!?;](?!\d)|\s(?:{_WHEN})\b))", _clock),
    (
        "am pm .m",
        rf"(?<![A-Za-z0-9.,:$£€¥/-])(?P<hour>{_H})(?=\s*(?:-|to|until|till|and)\s*(?:[0-9]{{1,2}}(?::[0-9]{{2}})?|{'|'.join(_HOURS)})\s?[ap]\.?m\b)",
        _clock,
    ),
    (
        "tonight morning afternoon evening night",
        rf"(?<![A-Za-z0-9.,:$£€¥/-])(?P<hour>{_H})(?=\s+(?:tonight|this\s+(?:morning|afternoon|evening)|in\s+the\s+(?:morning|afternoon|evening)|at\s+night)\b)",
        _clock,
    ),
    ("noon midday midnight", r"\b(?:at\s+)?(?P<name>noon|midday|midnight)\b", _named),
    (
        "morning afternoon evening night lunch",
        r"\b(?:(?P<this>this)\s+|(?:in|during)\s+the\s+|at\s+(?=night|lunch)|(?:early|late)\s+in\s+the\s+|(?<!good )(?<!have a )(?=(?:morning|afternoon|evening|night|tonight)\b))(?:early\s+|late\s+)?(?P<part>morning|afternoon|evening|night|tonight|lunchtime|lunch)\b",
        _part,
    ),
)
"""What only English says."""
