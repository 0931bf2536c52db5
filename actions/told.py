"""Answers that show by their form what they are, whatever the model takes them for: addresses, invoice titles, reasons."""

from __future__ import annotations

import re
import unicodedata

from actions.choices import stated_reason
from actions.operations import started_by
from actions.turn import LISTED, Turn

PERSONAL = re.compile(r"\s*(personal|me|private|myself|个人|個人|我自己|我)\s*[.。!！]?\s*", re.IGNORECASE)
TAX_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?=[A-Za-z]*[0-9])[0-9A-Za-z]{15,20}(?![0-9A-Za-z])")
_COMPANY = re.compile(r"\b(?:ltd|limited|inc|llc|gmbh|plc|corp|company)\b|公司|事务所|工作室|研究所", re.IGNORECASE)

# A reason and a new request may be worded alike ("the wrong size"); from here on the model is believed.
_SURE = 0.7
# Room for "the … please".
_BESIDE_A_NAME = 12
_POSTCODE = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d|\d{5}(?:-\d{4})?|\d{6}|(?<=\s)\d{4}$)\b",
    re.IGNORECASE,
)
_COUNTRIES = {
    "uk": "United Kingdom",
    "united kingdom": "United Kingdom",
    "great britain": "United Kingdom",
    "england": "United Kingdom",
    "us": "United States",
    "usa": "United States",
    "united states": "United States",
    "australia": "Australia",
    "canada": "Canada",
    "france": "France",
    "germany": "Germany",
    "ireland": "Ireland",
    "china": "China",
}
_LEAD_IN = re.compile(
    r"^.*?\b(?:is|to|at|address|it's)\b:?\s+(?=\S*\d|(?:flat|apt|apartment|unit|suite)\b)", re.IGNORECASE
)
_CLOSING = re.compile(r"[\s.!,]*\b(?:please|thanks|thank you|pls)\b[\s.!]*$|[\s.!]+$", re.IGNORECASE)
_PART_OF_HOUSE = re.compile(r"^(?:flat|apt|apartment|unit|suite|floor|room|building|c/o)\b", re.IGNORECASE)
_CHINESE = re.compile(
    r"(?P<state>[\u4e00-\u9fff]{2,12}?(?:省|自治区))?\s*(?P<city>[\u4e00-\u9fff]{2,12}?(?:市|自治州))\s*"
    r"(?P<street>[\u4e00-\u9fff].*\d.*)"
)
_CHINESE_LEAD_IN = re.compile(r".*[是到为為成给給]")


def is_told(turn: Turn) -> bool:
    """Whether the message is without doubt the answer to what was asked."""
    match turn.slot("requested_slot"):
        case "reason":
            is_sure = started_by(turn.intent) is not None and turn.confidence >= _SURE
            return stated_reason(turn.text) is not None and not is_sure
        case "invoice_title":
            return any(form.search(turn.text) for form in (TAX_NUMBER, _COMPANY)) or is_personal(turn.text)
        case "order_id" | "item_ids" | "new_item_ids" | "payment_method_id":
            return _is_name_of_listed(turn)
        case _:
            return wants_address(turn) and (address(turn.text) or postcode(turn.text)) is not None


def _is_name_of_listed(turn: Turn) -> bool:
    """Whether the message is, but for a few letters, a name of one of the things that were listed to choose from."""
    text = turn.text.casefold().strip(" .!。！")
    names = [str(name).casefold() for thing in turn.slot(LISTED) or () for name in thing.get("names", ()) if name]
    return any(name in text and len(text) <= len(name) + _BESIDE_A_NAME for name in names)


def is_personal(title: str) -> bool:
    """Whether an invoice is to be made out to the customer themselves."""
    return PERSONAL.fullmatch(title) is not None


def wants_address(turn: Turn) -> bool:
    """Whether an address in the message is where an order is to go."""
    return turn.form == "change_address_form"


def postcode(text: str) -> str | None:
    """The postcode that is all a message says, after an address that lacked it."""
    text = unicodedata.normalize("NFKC", text)
    found = re.fullmatch(
        r"(?:(?:the )?(?:post ?code|zip)(?: code)?(?: is)?|it's|邮编是?)?[:：\s]*(.+?)[.。!！]*", text.strip(), re.I
    )
    return found[1].upper() if found and _POSTCODE.fullmatch(found[1]) else None


def address(text: str) -> dict[str, str | None] | None:
    """The slots of an address written out with street and city, and in the Western way with postcode or country."""
    text = unicodedata.normalize("NFKC", text)
    return _chinese_address(text) or _western_address(text)


def _western_address(text: str) -> dict[str, str | None] | None:
    text = _CLOSING.sub("", _LEAD_IN.sub("", text))
    parts = [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
    country = _COUNTRIES.get(parts[-1].casefold()) if parts else None
    parts = parts[:-1] if country else parts
    postcode = None
    for index in range(len(parts) - 1, 0, -1):  # the first part is the street, whose number is no postcode
        if found := _POSTCODE.search(parts[index]):
            postcode = found.group().upper()
            parts[index] = parts[index].replace(found.group(), "").strip()
            break
    parts = [part for part in parts if part]
    house = next((i for i, part in enumerate(parts) if re.search(r"\d", part) and not _PART_OF_HOUSE.match(part)), None)
    if house is None or not (postcode or country):
        return None
    end = house + 1
    while end < len(parts) and _PART_OF_HOUSE.match(parts[end]):
        end += 1
    rest = parts[end:]
    if not rest:
        return None
    region = rest[1] if len(rest) > 1 else None
    return {"address1": ", ".join(parts[:end]), "city": rest[0], "state": region, "country": country, "zip": postcode}


def _chinese_address(text: str) -> dict[str, str | None] | None:
    found = _CHINESE.search(text)
    if found is None:
        return None
    city = _CHINESE_LEAD_IN.sub("", found["city"])
    state = _CHINESE_LEAD_IN.sub("", found["state"]) if found["state"] else None
    street = found["street"]
    postcode = re.search(r"(?<!\d)\d{6}(?!\d)", street)
    if postcode:
        street = re.sub(r"[\s,，。;；]*(?:邮编|邮政编码)?[:：\s]*" + postcode.group(), "", street)
    return {
        "address1": street.strip(" ,，。;；"),
        "city": city,
        "state": state or (city if city in ("北京市", "上海市", "天津市", "重庆市") else None),
        "country": None,
        "zip": postcode.group() if postcode else None,
    }
