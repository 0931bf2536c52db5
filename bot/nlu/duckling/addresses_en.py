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
    "USA|U\\.S\\.A\\.|United States(?: of America)?|UK|U\\.K\\.|United Kingdom|Great Britain|England|Scotland|Wales"
    "|Northern Ireland|Ireland|Canada|Australia|New Zealand|Germany|France|Italy|Spain|Netherlands|China|Singapore|Hong Kong"
    "|India|Japan|Malaysia"
)
_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa"
    "|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada"
    "|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island"
    "|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming"
    "|Ontario|Quebec|British Columbia|Alberta|Manitoba|Saskatchewan|Nova Scotia|New South Wales|Victoria|Queensland"
)
_POSTCODE = r"[0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][A-Z0-9]?\s[0-9][A-Z]{2}|[A-Z][0-9][A-Z]\s[0-9][A-Z][0-9]|[0-9]{4}"
_CODES = "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
_ZIP = r"[0-9]{5}(?:-[0-9]{4})?(?![0-9])"
# What a city, a state and a ZIP code follow is an address.
_CITY_STATE_ZIP = rf"[A-Z][A-Za-z.' -]{{1,30}},?\s(?:{_CODES}|{_STATES}),?\s{_ZIP}"
_LOWER_CITY = rf"(?P<lower_city>[a-z][a-z.' -]{{1,30}}?)(?=,?\s(?i:{_CODES}|{_STATES}),?\s{_ZIP})"
_LINE = rf"(?:,?\s(?i:{_UNIT}),?|,)?\s{_CITY_STATE_ZIP}"
_ADDRESS = re.compile(
    rf"(?:\b(?P<unit_first>(?i:{_UNIT})),\s)?"
    r"(?<![A-Za-z0-9.,/$£€¥-])(?:(?P<po_box>(?i:p\.?\s?o\.?\s?box)\s#?[0-9]{1,6})"
    r"|(?P<house_number>[0-9]{1,5}[A-Za-z]?(?:-[0-9]{1,4})?)\s"
    rf"(?P<street>(?:[NSEW]\.?\s)?(?:[A-Za-z0-9][A-Za-z0-9'.-]{{0,20}}\s){{1,4}}?(?i:{_KINDS})(?![A-Za-z])(?:\s(?:N|S|E|W|NW|NE|SW|SE)\b)?"
    rf"|[A-Z][A-Za-z'.-]{{1,20}}(?:\s[A-Z0-9][A-Za-z0-9'.-]{{0,20}}){{0,3}}(?={_LINE})))"
    rf"(?:,?\s(?P<unit>(?i:{_UNIT}))(?![A-Za-z0-9]))?"
    rf"(?:(?:,\s|\s(?=[A-Z][A-Za-z' ]{{1,30}},?\s[A-Z]{{2}}\s[0-9]{{5}}))(?P<city>{_NAME}(?:\s{_NAME}){{0,2}})(?![A-Za-z0-9])"
    rf"|,\s{_LOWER_CITY})?"
    rf"(?:,?\s(?P<region>[A-Z]{{2,3}}|{_STATES}|(?i:{_CODES}|{_STATES})(?=,?\s[0-9]{{5}}))(?![A-Za-z0-9]))?"
    rf"(?:,?\s(?P<postcode>{_POSTCODE})(?![A-Za-z0-9]))?"
    rf"(?:,?\s(?P<country>(?i:{_COUNTRIES})|US)(?![A-Za-z]))?"
)
_PARTS = ("po_box", "unit", "house_number", "street", "city", "region", "postcode", "country")
_NO_STREET = re.compile(r"\b(?:on|my|the|way|is|was|to|a|in|of|and|for|days?|items?|orders?)\b\s", re.IGNORECASE)


def addresses(script: Script) -> Iterator[Found]:
    """`{"value": "12 High Street, York", "parts": {"house_number": "12", "street": "High Street", …}}`.

    Only what begins with a house number (or a PO box) and ends a street's name with a word such as Street, or has a
    city, state and ZIP code after it. In lower case it needs a unit, a city or a postcode: "5 on my way" is no address.
    """
    if not script.has_latin or not script.has_digits:
        return
    for match in _ADDRESS.finditer(script.text):
        said = {name: match[name] for name in _PARTS if match[name]}
        if match["lower_city"]:
            said["city"] = match["lower_city"]
        if _is_no_address(said):
            continue
        if match["unit_first"]:
            said = {"unit": match["unit_first"], **said}
        if "city" in said and said["city"] in _COUNTRIES.split("|") and "country" not in said:
            said["country"] = said.pop("city")
        text = match.group().rstrip()
        parts = {name: said[name] for name in _PARTS if name in said}
        yield Found(
            "address", match.start(), match.start() + len(text), {"value": text, "parts": parts, "type": "value"}
        )


def _is_no_address(said: dict[str, str]) -> bool:
    if "po_box" in said:
        return "city" not in said
    street = said["street"]
    if _NO_STREET.search(street + " "):
        return True
    return street[0].islower() and not said.keys() & {"unit", "city", "postcode"}
