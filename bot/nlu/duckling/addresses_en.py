"""Dimension `address` (ours) of western addresses: a house number and a street, and what follows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.duckling.script import Found, Script

_KINDS = (
    r"Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Lane|Ln\.?|Drive|Dr\.?|Boulevard|Blvd\.?|Way|Court|Ct\.?|Place|Pl\.?|Square|Sq\.?|Terrace|Crescent|Close"
    r"|Highway|Hwy\.?|Parkway|Pkwy\.?"
)
_UNIT = r"(?:(?:apt|apartment|suite|ste|unit|flat|room|rm|floor)\.?\s?#?|#\s?)[A-Za-z0-9-]{1,6}"
_NAME = r"(?:(?:St|Mt|Ft)\.|[A-Z][a-z][A-Za-z'-]{0,20})"
_COUNTRIES = (
    "USA|U\\.S\\.A\\.|United States(?: of America)?|UK|U\\.K\\.|United Kingdom|England|Scotland|Wales|Ireland|Canada|Australia|New Zealand"
    "|Germany|France|China|Singapore|Hong Kong|India|Japan"
)
_POSTCODE = r"[0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][A-Z0-9]?\s[0-9][A-Z]{2}|[A-Z][0-9][A-Z]\s[0-9][A-Z][0-9]|[0-9]{4}"
_ADDRESS = re.compile(
    rf"(?:\b(?P<unit_first>(?i:{_UNIT})),\s)?"
    rf"(?<![A-Za-z0-9.,/$£€¥-])(?P<house_number>[0-9]{{1,5}}[A-Za-z]?)\s"
    rf"(?P<street>(?:[NSEW]\.?\s)?(?:[A-Za-z0-9][A-Za-z0-9'.-]{{0,20}}\s){{1,4}}?(?i:{_KINDS})(?![A-Za-z])(?:\s(?:N|S|E|W|NW|NE|SW|SE)\b)?)"
    rf"(?:,?\s(?P<unit>(?i:{_UNIT}))(?![A-Za-z0-9]))?"
    rf"(?:(?:,\s|\s(?=[A-Z][A-Za-z' ]{{1,30}},?\s[A-Z]{{2}}\s[0-9]{{5}}))(?P<city>{_NAME}(?:\s{_NAME}){{0,2}})(?![A-Za-z0-9]))?"
    rf"(?:,?\s(?P<region>[A-Z]{{2,3}})(?![A-Za-z0-9]))?"
    rf"(?:,?\s(?P<postcode>{_POSTCODE})(?![A-Za-z0-9]))?"
    rf"(?:,\s?(?P<country>{_COUNTRIES})(?![A-Za-z]))?"
)
_PARTS = ("unit", "house_number", "street", "city", "region", "postcode", "country")
_NO_STREET = re.compile(r"\b(?:on|my|the|way|is|was|to|a|in|of|and|for|days?|items?|orders?)\b\s", re.IGNORECASE)


def addresses(script: Script) -> Iterator[Found]:
    """`{"value": "12 High Street, York", "parts": {"house_number": "12", "street": "High Street", …}}`.

    Only what begins with a house number and ends a street's name with a word such as Street. In lower case it needs
    a unit, a city or a postcode after it: "5 on my way" is no address.
    """
    if not script.has_latin or not script.has_digits:
        return
    for match in _ADDRESS.finditer(script.text):
        street = match["street"]
        if _NO_STREET.search(street + " ") or (
            street[0].islower() and not (match["unit"] or match["city"] or match["postcode"])
        ):
            continue
        said = {name: match[name] for name in _PARTS if match[name]}
        if match["unit_first"]:
            said = {"unit": match["unit_first"], **said}
        if "city" in said and said["city"] in _COUNTRIES.split("|") and "country" not in said:
            said["country"] = said.pop("city")
        text = match.group().rstrip()
        yield Found(
            "address", match.start(), match.start() + len(text), {"value": text, "parts": said, "type": "value"}
        )
