"""Dimension `amount-of-money`. Units as Duckling names them: `CNY`, `$`, `EUR`, `£`, `JPY`, `cent` …"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from bot.nlu.duckling import numerals_en
from bot.nlu.duckling.numerals import plain
from bot.nlu.duckling.numerals_zh import DIGITS
from bot.nlu.duckling.script import Found, Numeral, Script

_BEFORE = re.compile(
    r"(?:(?P<CNY>¥|(?:rmb|cny|人民币)\s?¥?)|(?P<HKD>hk\$|hkd)|(?P<TWD>nt\$|twd)|(?P<AUD>au?\$|aud)|(?P<CAD>ca?\$|cad)|(?P<SGD>s\$|sgd)"
    r"|(?P<USD>us\$|\$|usd\s?\$?)|(?P<EUR>€|eur)|(?P<GBP>£|gbp)|(?P<JPY>jpy)|(?P<KRW>₩|krw)|(?P<INR>₹|inr))\s?$",
    re.IGNORECASE | re.ASCII,
)
_BEFORE_REACH = 6
_AFTER = re.compile(
    r"\s?(?:(?P<CNY>块钱|元钱|元人民币|人民币|块(?![表手电蛋布地肉糖豆石肥香巧面玻屏板砖木])|元(?![旦宵素件老首]|[一二三]次)|圆(?!形|圈|桌|领|珠)|(?:yuan|rmb|cny|kuai)\b)"
    r"|(?P<jiao>毛钱?(?![衣巾线绒发皮病毯笔利坯孩])|角钱?(?!度|色|落|膜))|(?P<fen>分钱)"
    r"|(?P<USD>美元|美金|us\s?dollars?\b|dollars?\b|bucks?\b|usd\b)|(?P<HKD>港币|港元|港纸|hkd\b|hong kong dollars?\b)"
    r"|(?P<TWD>台币|新台币|twd\b)|(?P<AUD>澳元|澳币|aud\b|australian dollars?\b)|(?P<CAD>加元|加币|cad\b|canadian dollars?\b)|(?P<SGD>新币|新加坡元|sgd\b|singapore dollars?\b)|(?P<EUR>欧元|欧(?![洲美式亚盟])|euros?\b|eur\b|€)|(?P<GBP>英镑|pounds?\b(?! of\b)|quid\b|gbp\b|£)"
    r"|(?P<JPY>日元|日圆|yen\b|jpy\b)|(?P<KRW>韩元|韩币|krw\b)|(?P<cent>cents?\b|美分))",
    re.IGNORECASE | re.ASCII,
)
_TAIL = re.compile(
    r"(?:零)?(?P<jiao>[0-9一二两三四五六七八九])(?:(?P<mao>[毛角])(?:(?P<fen>[0-9一二三四五六七八九])分?)?)?钱?(?![0-9.十百千万个件条双只天年月日号折点块%])"
)
_HALF = re.compile(r"半(?![天年月个小])")
_CENTS = re.compile(r"\s+(?:and\s+)?(?P<cents>[1-9][0-9]?)\s+cents?\b", re.IGNORECASE | re.ASCII)
_ODD_CENTS = re.compile(
    rf"\s+(?P<cents>[1-9][0-9]|{numerals_en.NUMERAL})(?=\s*(?:$|[.,!?;]))", re.IGNORECASE | re.ASCII
)
_JOINED = re.compile(r"\s*(?:-|~|到|至|to)\s*[¥$€£]?\s?", re.IGNORECASE | re.ASCII)
_BETWEEN = re.compile(r"\s*(?:and|和)\s*[¥$€£]?\s?", re.IGNORECASE | re.ASCII)
_BETWEEN_LEAD = re.compile(r"\bbetween\s+$|在$", re.IGNORECASE | re.ASCII)
_SYMBOLS = {"USD": "$", "GBP": "£"}


def money(script: Script) -> Iterator[Found]:
    """`{"value": 3.5, "unit": "CNY", "type": "value"}`; of a range `{"from": …, "to": …, "type": "interval"}`."""
    amounts: dict[int, Found] = {}
    for numeral in script.numerals:
        found = _amount(script.text, numeral)
        if found is not None:
            amounts[numeral.start] = found
            yield found
    for low, high in pairwise(script.numerals):
        if high.start in amounts and low.value < amounts[high.start].info["value"]:
            yield from _range(script.text, low, amounts.get(low.start), amounts[high.start])


def _amount(text: str, numeral: Numeral) -> Found | None:
    before = _BEFORE.search(text, max(0, numeral.start - _BEFORE_REACH), numeral.start)
    if before is not None and not _cuts_a_word(text, before.start()):
        following = _AFTER.match(text, numeral.end) if before.lastgroup == "CNY" else None
        end = following.end() if following and following.lastgroup == "CNY" else numeral.end
        if not (end == numeral.end and text[end : end + 1].isascii() and text[end : end + 1].isalnum()):
            return _found(before.start(), end, numeral.value, str(before.lastgroup))
    after = _AFTER.match(text, numeral.end)
    if after is None:
        return None
    unit, value, end = str(after.lastgroup), numeral.value, after.end()
    if after.group().strip() == "块" and _is_a_piece(text, numeral, end):
        return None
    if unit == "jiao":
        return _found(numeral.start, end, plain(value / 10), "CNY")
    if unit == "fen":
        return _found(numeral.start, end, plain(value / 100), "CNY")
    if unit == "CNY" and after.group().strip() in ("块", "元", "块钱"):
        value, end = _with_small_change(text, value, end, said_all=after.group().endswith("钱"))
    elif unit in ("USD", "EUR", "GBP") and (cents := _CENTS.match(text, end) or _ODD_CENTS.match(text, end)):
        value, end = _with_cents(value, end, cents)
    return None if numeral.kind == "half" else _found(numeral.start, end, value, unit)


def _is_a_piece(text: str, numeral: Numeral, end: int) -> bool:
    """一块 is also one piece, and together: it is money after a word of paying, or with small change."""
    paid = numeral.start > 0 and text[numeral.start - 1] in "花付给收差多少加减退补赔扣价充"
    return text[numeral.start : numeral.end] == "一" and not paid and not _TAIL.match(text, end)


def _with_small_change(text: str, value: float, end: int, *, said_all: bool) -> tuple[int | float, int]:
    """三块五 is 3.5, 三块五毛二分 is 3.52, 两块半 is 2.5; after 三块钱 only what is called 毛 still belongs to it."""
    tail, half = _TAIL.match(text, end), _HALF.match(text, end)
    if half and not said_all:
        return plain(value + 0.5), half.end()
    if tail is None or (said_all and not tail["mao"]):
        return plain(value), end
    jiao, fen = _digit(tail["jiao"]), _digit(tail["fen"] or "0")
    return plain(value + jiao / 10 + fen / 100), tail.end()


def _with_cents(value: float, end: int, match: re.Match[str]) -> tuple[int | float, int]:
    """Five dollars and 25 cents, three dollars fifty."""
    said = match["cents"]
    cents = int(said) if said.isdigit() else numerals_en.value_of(said)
    return (plain(value + cents / 100), match.end()) if 0 < cents < 100 and cents == int(cents) else (value, end)


def _range(text: str, low: Numeral, amount: Found | None, high: Found) -> Iterator[Found]:
    start, end = (amount.start, amount.end) if amount else (low.start, low.end)
    pattern = _BETWEEN if _BETWEEN_LEAD.search(text, max(0, start - 10), start) else _JOINED
    joined = pattern.fullmatch(text, end, high.start) or (pattern.match(text, end) if high.start <= end else None)
    if joined is None or low.kind == "half" or (amount and amount.info["unit"] != high.info["unit"]):
        return
    unit = high.info["unit"]
    ends = {"from": {"value": low.value, "unit": unit}, "to": {"value": high.info["value"], "unit": unit}}
    yield Found("amount-of-money", start, high.end, {"type": "interval", **ends})


def _digit(character: str) -> int:
    return int(character) if character.isascii() else DIGITS[character]


def _found(start: int, end: int, value: float, unit: str) -> Found:
    return Found("amount-of-money", start, end, {"value": value, "unit": _SYMBOLS.get(unit, unit), "type": "value"})


def _cuts_a_word(text: str, start: int) -> bool:
    first, before = text[start : start + 1], text[start - 1 : start] if start else ""
    return first.isascii() and first.isalpha() and before.isascii() and before.isalpha()
