"""Dimension `address` (ours) of Chinese addresses: 省, 市, 区, 街道, 路, 号, 楼, 单元, 室, from the large to the small."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.duckling.places_zh import CITIES, MUNICIPALITIES
from bot.nlu.duckling.script import Found, Script

_MUNICIPALITIES = "|".join(MUNICIPALITIES)
_PROVINCES = "|".join(CITIES)
_CITIES = "|".join(sorted((city for cities in CITIES.values() for city in cities), key=len, reverse=True))
# What a city's bare name is not: a road (南京西路), a person or a thing from there.
_NO_CITY = r"(?![东南西北中]?[一二三]?[路街巷]|大道|大街|步行街|[区县人的话菜站]|机场)"
_LEAD = "到在去是寄送改成为址我你您他她请把给住地收货发往从和跟及或的新老旧换了叫家哪个什么这那"
_C = rf"(?:成都|从化|和平|新乡|新余|新华|新区|新城|新吴|新建|发展|(?![{_LEAD}])[\u4e00-\u9fff])"
_NUMBER = r"(?:[0-9]{1,5}|[一二三四五六七八九十百零]{1,5})(?:-[0-9]{1,4})?"
_ADDRESS = re.compile(
    rf"(?:(?P<province>(?:{_PROVINCES})(?:省|壮族自治区|维吾尔自治区|回族自治区|自治区|特别行政区)?)?\s?"
    rf"(?P<city>(?:{_MUNICIPALITIES}|{_CITIES})(?:市(?![场区民面])|{_NO_CITY})"
    rf"|{_C}{{1,6}}?(?:市(?![场区民面])|地区|盟(?!\w*区))|{_C}{{2,12}}?自治州)?\s?"
    rf"(?P<district>浦东(?:新区)?|{_C}{{1,5}}?(?:新区|开发区|区(?![域别间])|县|旗)|{_C}{{1,3}}市(?![场区民面]))?\s?"
    rf"(?P<town>{_C}{{1,6}}?(?:街道|镇|乡|园区))?\s?)"
    rf"(?P<road>(?:{_C}|[0-9]){{1,8}}?(?:大道|大街|步行街|胡同|[东西南北中]?[一二三四五六七八九]?[路街巷道弄](?![道路口边上过由灯]|线))(?:[一二三四五六七八九0-9]段)?)?\s?"
    rf"(?P<number>{_NUMBER}(?:号院|弄[0-9]{{1,4}}号|号(?!楼|线|店|码)(?:附[0-9]{{1,4}}号)?|弄))?\s?"
    rf"(?P<estate>(?:{_C}{{2,10}}?(?:小区|花园|花苑|公寓|大厦|大楼|广场|商场|家园|新村|雅苑|国际|中心|大学|学院|学校|中学|医院|酒店|苑|城|村(?!民))"
    rf"|{_C}{{0,8}}?(?:产业园|科技园|工业园|软件园|创意园))(?:[东南西北]区)?)?(?P<phase>[一二三四五0-9]期)?\s?"
    rf"(?P<building>[A-Za-z0-9一二三四五六七八九十]{{1,4}}(?:号楼|幢|栋|座|塔楼?))?\s?"
    rf"(?P<unit>[0-9一二三四五六七八九十]{{1,2}}单元)?\s?"
    rf"(?P<floor>[0-9一二三四五六七八九十]{{1,3}}(?:楼|层))?\s?"
    rf"(?P<room>(?:[A-Za-z]?[0-9]{{2,5}}|[0-9]{{1,2}}-[0-9]{{1,4}})(?:室|房|号)?(?![0-9A-Za-z元块件个斤年月天折%.-]))?"
)
_PARTS = (
    "province",
    "city",
    "district",
    "town",
    "road",
    "number",
    "estate",
    "phase",
    "building",
    "unit",
    "floor",
    "room",
)
_STARTS = re.compile(
    rf"(?:^|(?<=[{_LEAD}])|(?<![\u4e00-\u9fff]))(?=[\u4e00-\u9fff])|(?={_PROVINCES}|{_MUNICIPALITIES})"
)
_REACH = 12
_REGION = frozenset(("province", "city", "district", "town"))
_SIGNS = re.compile(r"[省市区县镇乡路街道巷弄胡村苑城座栋幢]")


def addresses(script: Script) -> Iterator[Found]:
    """`{"value": "杭州市西湖区文三路10号", "parts": {"city": "杭州市", "district": "西湖区", "road": "文三路", "number": "10号"}}`.

    Only the unmistakable: a road or an estate with a number behind it, a region with one of those before it, or a
    city and a district.
    """
    if not script.has_han or not _SIGNS.search(script.text):
        return
    end = 0
    for place in (match.start() for match in _STARTS.finditer(script.text)):
        near = place >= end and _SIGNS.search(script.text, place, place + _REACH)
        match = _ADDRESS.match(script.text, place) if near else None
        parts = {name: match[name] for name in _PARTS if match[name]} if match else {}
        if match is not None and _is_unmistakable(parts):
            said = match.group().rstrip()
            end = place + len(said)
            yield Found("address", place, end, {"value": said, "parts": parts, "type": "value"})


def _is_unmistakable(parts: dict[str, str]) -> bool:
    regions = len(_REGION & parts.keys())
    exact = bool(parts.keys() & {"number", "building", "unit", "room"})
    if "road" in parts:
        return "number" in parts or "building" in parts or (regions >= 1 and (exact or regions >= 2))
    if "estate" in parts:
        return (regions >= 1 and bool(parts.keys() & {"building", "district", "town"})) or (
            "building" in parts and ("unit" in parts or "room" in parts)
        )
    return regions >= 3 or (regions >= 2 and ("city" in parts or "province" in parts) and "district" in parts)
