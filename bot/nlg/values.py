"""Numbers, amounts, dates, times, codes and addresses of a text, each in one normal form whatever the wording."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bot.nlg import numerals
from bot.nlg.numerals import canonical, words

_MONTHS = words("january february march april may june july august september october november december")
_MONTH = "|".join([*_MONTHS, *(f"{m[:3]}(?![a-z])" for m in _MONTHS), "sept(?![a-z])"])
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_CURRENCY_BEFORE = r"CNY|RMB|USD|EUR|GBP|US\$|HK\$|[¥$€£]"
_CURRENCY_AFTER = r"元|块钱|块|圆|人民币|美元|欧元|英镑|角|yuan\b|rmb\b|cny\b|usd\b|eur\b|gbp\b|dollars?\b|bucks\b|euros?\b|pounds?\b|cents?\b|[¥$€£]"
_CURRENCIES = {
    "CNY": ("¥", "cny", "rmb", "元", "块钱", "块", "圆", "人民币", "yuan"),
    "USD": ("$", "us$", "usd", "美元", "dollar", "dollars", "bucks"),
    "EUR": ("€", "eur", "欧元", "euro", "euros"),
    "GBP": ("£", "gbp", "英镑", "pound", "pounds"),
}
_N = rf"(?:{numerals.DIGITS})"
_ZH = numerals.CHINESE
_ANY = rf"(?:{numerals.DIGITS})\s?(?:k\b|万|千|百)?|{_ZH}|\b(?:{numerals.ENGLISH})\b"
_A = r"(?<![A-Za-z0-9_])"  # where an ASCII word may begin; \b would see none between a Chinese character and a letter
_Z = r"(?![A-Za-z0-9_])"


_PLAIN: dict[int, str] = {
    ord(written): plain
    for written, plain in ({"’": "'", "‘": "'", "“": '"', "”": '"', "−": "-", "‑": "-", "￥": "¥"}).items()
}


@dataclass(frozen=True, slots=True)
class Item:
    """A value in a text. `kind` and `key` are equal for two ways of writing the same value."""

    kind: str
    key: str
    text: str
    start: int
    end: int

    @property
    def value(self) -> tuple[str, str]:
        return self.kind, self.key


def normalise(text: str) -> str:
    """Full-width and compatibility characters as plain ones, one kind of quote, single spaces."""
    text = unicodedata.normalize("NFKC", text)
    text = text.translate(_PLAIN)
    return re.sub(r"[^\S\n]+", " ", text).strip()


def find_items(text: str, *, taken: Sequence[tuple[int, int]] = ()) -> list[Item]:
    """The items of a normalised text in order, outside the spans in `taken`."""
    covered = [False] * (len(text) + 1)
    for start, end in taken:
        covered[start:end] = [True] * (end - start)
    items: list[Item] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if start == end or any(covered[start:end]):
                continue
            found = read(match)
            if found is None:
                continue
            kind, key = found
            covered[start:end] = [True] * (end - start)
            if kind != "skip":
                items.append(Item(kind, key, match[0].strip(), start, end))
    return sorted(items, key=lambda item: item.start)


@lru_cache(maxsize=4096)
def items_of(text: str) -> tuple[Item, ...]:
    """`find_items` of a text that comes again, such as a fact's."""
    return tuple(find_items(text))


def single_item(text: str) -> Item | None:
    """The item that the whole of `text` is, if it is one."""
    items = items_of(text)
    return items[0] if len(items) == 1 and (items[0].start, items[0].end) == (0, len(text)) else None


def covers(known: tuple[str, str], said: tuple[str, str]) -> bool:
    """Whether a known value supports a said one: the same, or a date with parts left out."""
    if known == said:
        return True
    if known[0] == "date" and said[0] == "date":
        return all(s in (k, "") for k, s in zip(known[1].split("-"), said[1].split("-"), strict=True))
    if known[0] == "date" and said[0] == "ordinal":  # "the 20th"
        return known[1].split("-")[2] == said[1]
    return False


def _amount(text: str) -> Decimal:
    text = text.strip()
    if re.fullmatch(_ZH, text):
        return numerals.from_chinese(text)
    if scaled := re.fullmatch(rf"({_N})\s?(k|万|千|百)?", text, re.IGNORECASE):
        return numerals.from_digits(scaled[1], scaled[2] or "")
    return numerals.from_english(text)


def _date(year: str | None, month: str | int | None, day: str | None) -> tuple[str, str] | None:
    parts = [str(int(_amount(str(part)))) if part else "" for part in (year, month, day)]
    if (parts[1] and not 1 <= int(parts[1]) <= 12) or (parts[2] and not 1 <= int(parts[2]) <= 31):
        return None
    return "date", "-".join(parts)


def _english_date(m: re.Match[str]) -> tuple[str, str] | None:
    name = m["month"]
    if not (m["day"] or m["year"]) and not name[0].isupper():
        return None  # "may" and "march" are words
    month = next(i for i, full in enumerate(_MONTHS, start=1) if full.startswith(name[:3].lower()))
    return _date(m["year"], month, m["day"])


def _month_alone(m: re.Match[str]) -> tuple[str, str] | None:
    return _date(None, next(i for i, full in enumerate(_MONTHS, start=1) if full.startswith(m[0][:3].lower())), None)


def _time(hour: str, minute: str | None, half: str | None) -> tuple[str, str] | None:
    hours, minutes = int(_amount(hour)), int(_amount(minute)) if minute else 0
    half = (half or "").lower().replace(".", "")
    if hours > 24 or minutes > 59:
        return None
    if half in ("pm", "下午", "晚上", "傍晚") and hours < 12:
        hours += 12
    if half in ("am", "凌晨") and hours == 12:
        hours = 0
    return "time", f"{hours}:{minutes:02}"


def _chinese_time(m: re.Match[str]) -> tuple[str, str] | None:
    minute = {"半": "30", "一刻": "15", "三刻": "45"}.get(m["part"] or "", m["minute"])
    return _time(m["hour"], minute, m["half"])


def _money(m: re.Match[str]) -> tuple[str, str] | None:
    sign = (m["before"] or m["after"]).lower()
    amount = _amount(m["n1"] or m["n2"])
    if sign in ("角", "cent", "cents"):
        return "money", f"{canonical(amount / (10 if sign == '角' else 100))} {'CNY' if sign == '角' else 'USD'}"
    currency = next((code for code, names in _CURRENCIES.items() if sign in names), sign.upper())
    return "money", f"{'-' if m['minus'] else ''}{canonical(amount)} {currency}"


def _number(m: re.Match[str]) -> tuple[str, str] | None:
    digits = m[0].strip()
    if digits.isdecimal() and len(digits) >= 7:
        return "code", digits  # long runs of digits are order numbers and phones, not quantities
    return "number", canonical(_amount(digits))


def _relative(m: re.Match[str]) -> tuple[str, str]:
    said = re.sub(r"\s+", " ", m[0].lower())
    return "relative", next((key for key, names in _RELATIVE.items() if said in names), said)


# Words of different languages and registers for the same day or haste.
_RELATIVE: dict[str, tuple[str, ...]] = {
    "today": ("today", "今天", "今日", "当天", "当日"),
    "tonight": ("tonight", "今晚"),
    "tomorrow": ("tomorrow", "明天", "明日"),
    "after tomorrow": ("the day after tomorrow", "day after tomorrow", "后天"),
    "yesterday": ("yesterday", "昨天", "昨日"),
    "before yesterday": ("the day before yesterday", "day before yesterday", "前天"),
    "next week": ("next week", "下周", "下星期"),
    "this week": ("this week", "本周", "这周", "这星期"),
    "last week": ("last week", "上周", "上星期"),
    "next month": ("next month", "下个月", "下月"),
    "this month": ("this month", "本月", "这个月"),
    "last month": ("last month", "上个月", "上月"),
    "weekend": ("weekend", "the weekend", "this weekend", "next weekend", "周末"),
    "soon": (
        "soon", "shortly", "in no time", "any day now", "before long", "in a bit", "in a while", "very soon",
        "很快", "即将", "稍后", "不久", "近日", "近期", "随后", "过几天", "过两天",
    ),
    "at once": (
        "immediately", "instantly", "right away", "straight away", "at once", "asap", "as soon as possible", "promptly",
        "马上", "立刻", "立即", "即刻", "尽快", "第一时间", "随即",
    ),
    "morning": ("morning", "上午", "早上", "早晨"),
    "afternoon": ("afternoon", "下午"),
    "evening": ("evening", "night", "overnight", "晚上", "夜里", "傍晚"),
    "noon": ("noon", "midday", "中午"),
    "midnight": ("midnight", "凌晨", "午夜", "半夜"),
}  # fmt: skip

# Chinese words that hold a numeral but count nothing, and English ones.
_NO_NUMBER = words(
    "一下 一直 一起 一些 一样 一共 一并 一旦 一般 一会儿 一会 一点 一切 万一 唯一 统一 一致 一边 一方面 十分 万分 千万 进一步 一如既往 七天无理由 一键 第三方 百货 一同 一律 "
    "一次性 下一步 一番 一时 不一 八成 亿点 半点"
)
_NO_NUMBER_EN = (
    r"no one|this one|that one|the one|which one|another one|one of (?:our|my|the)|one moment|one another|someone|"
    r"anyone|everyone|one more thing|back to square one|one by one|a second|one sec(?:ond)?|second thoughts|at first|most recent(?:ly)?"
)
_VAGUE = (
    r"\b(?:a few|few|several|many|a couple of|a couple|couple|dozens|hundreds|thousands|plenty|lots|a lot|numerous|most|"
    r"multiple|some more|a number of)\b|[十百千]?[几数][十百千万]?(?=[天日件个只双条款份元块次小周月位])|若干|不少|许多|很多|多个|多件|"
    r"好几|多数|大部分|[半](?=[天年个小月价])|\bhalf\b|\bquarter\b|\btwice\b|\bdouble\b|\btriple\b|一半|一倍|两倍|双倍"
)

_Reader = Callable[[re.Match[str]], tuple[str, str] | None]


def _readers() -> tuple[tuple[re.Pattern[str], _Reader], ...]:
    def compiled(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
        return re.compile(pattern, flags)

    relative = "|".join(sorted((re.escape(w) for names in _RELATIVE.values() for w in names), key=len, reverse=True))
    return (
        (
            compiled(r"(?:https?://|www\.)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*[A-Za-z0-9/]"),
            lambda m: ("url", re.sub(r"^https?://|/$", "", m[0].lower())),
        ),
        (compiled(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), lambda m: ("email", m[0].lower())),
        (
            compiled(rf"{_A}(?:[a-z0-9-]+\.)+[a-z]{{2,}}(?:/[A-Za-z0-9/_-]*)?{_Z}"),
            lambda m: ("url", m[0].lower().rstrip("/")),
        ),
        (compiled("|".join(_NO_NUMBER)), lambda m: ("skip", "")),
        (compiled(rf"\b(?:{_NO_NUMBER_EN})\b"), lambda m: ("skip", "")),
        (
            compiled(rf"{_A}(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?=T\d|{_Z})(?:T(?=\d))?"),
            lambda m: _date(m[1], m[2], m[3]),
        ),
        (
            compiled(
                rf"(?:(\d{{4}}|[二〇零一三四五六七八九]{{4}})年)?(\d{{1,2}}|{_ZH})月(?:份|(\d{{1,2}}|{_ZH})[日号])?"
            ),
            lambda m: _date(m[1], m[2], m[3]),
        ),
        (compiled(rf"(?<!\d)(\d{{1,2}}|{_ZH})[日号](?!线|店|楼|码)"), lambda m: _date(None, None, m[1])),
        (
            compiled(
                rf"{_A}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]+(?P<month>{_MONTH})\.?(?:[\s,-]+(?P<year>(?:19|20)\d\d))?{_Z}"
            ),
            _english_date,
        ),
        (
            compiled(
                rf"{_A}(?P<month>{_MONTH})\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_Z}(?!:)(?:,?\s+(?P<year>(?:19|20)\d\d){_Z})?"
            ),
            _english_date,
        ),
        (
            compiled(rf"{_A}(?P<month>{_MONTH})(?P<day>)\s+(?P<year>(?:19|20)\d\d){_Z}"),
            _english_date,
        ),
        # A month alone: "may" and "march" are words unless "in" stands before them.
        (compiled(rf"{_A}(?:(?<=\bin )|(?!may\b|march\b|mar\b))(?:{_MONTH}){_Z}"), _month_alone),
        (
            compiled(rf"{_A}(?:{'|'.join(_WEEKDAYS)})s?{_Z}"),
            lambda m: ("weekday", m[0][:3].lower()),
        ),
        (
            compiled(rf"{_A}(?:Mon|Tue|Tues|Wed|Thu|Thurs|Fri|Sat|Sun){_Z}", 0),
            lambda m: ("weekday", m[0][:3].lower()),
        ),
        (
            compiled(r"(?:星期|礼拜|周)([一二三四五六日天])"),
            lambda m: ("weekday", _WEEKDAYS["一二三四五六日天".index(m[1]) if m[1] != "天" else 6][:3]),
        ),
        (
            compiled(rf"(?<!\d)(\d{{1,2}}):(\d{{2}})(?::\d{{2}}(?:\.\d+)?)?(?!\d)(?:\s?([ap]\.?m\b\.?)|Z{_Z})?"),
            lambda m: _time(m[1], m[2], m[3]),
        ),
        (compiled(rf"{_A}(\d{{1,2}})\s?([ap]\.?m)\b\.?"), lambda m: _time(m[1], None, m[2])),
        (
            compiled(
                rf"(?P<half>上午|下午|晚上|傍晚|凌晨|早上|中午)?(?P<hour>\d{{1,2}}|{_ZH})[点时](?!间|候|刻|尚)(?P<part>半|一刻|三刻|(?P<minute>\d{{1,2}}|{_ZH})分?)?"
            ),
            _chinese_time,
        ),
        (
            compiled(
                rf"(?P<minus>(?<![\w.])-\s?)?(?:(?P<before>{_CURRENCY_BEFORE})\s?(?P<n1>-?{_ANY})(?!\.?\d|,\d{{3}}(?!\d))|(?<![\d.])(?P<n2>{_ANY})\s?(?P<after>{_CURRENCY_AFTER}))"
            ),
            _money,
        ),
        (
            compiled(rf"(?<![\w.])(-?)({_ANY})\s?(?:%|percent\b|per cent\b)"),
            lambda m: ("percent", m[1] + canonical(_amount(m[2]))),
        ),
        (compiled(rf"百分之({_N}|{_ZH})"), lambda m: ("percent", canonical(_amount(m[1])))),
        (
            compiled(rf"({_N}|{_ZH})折"),
            lambda m: ("percent", "zhe " + canonical(_amount(m[1])).rstrip("0").replace(".", "")),
        ),
        (compiled(rf"{_A}(\d+)(?:st|nd|rd|th){_Z}"), lambda m: ("ordinal", str(int(m[1])))),
        (compiled(rf"第({_N}|{_ZH})"), lambda m: ("ordinal", canonical(_amount(m[1])))),
        (
            compiled(rf"\b({numerals.ENGLISH_ORDINAL})\b"),
            lambda m: ("ordinal", canonical(numerals.from_ordinal(m[1]))),
        ),
        (
            compiled(rf"#?{_A}(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*{_Z}"),
            lambda m: ("code", m[0].lstrip("#").casefold()),
        ),
        (
            compiled(r"(?<![\w.])\+?\d{2,}(?:[ ()-]{1,2}\d{2,}){1,4}(?!\w)"),
            lambda m: ("code", re.sub(r"\D", "", m[0])),
        ),
        (compiled(rf"(?<!\w)({relative})(?!\w)|(?<![A-Za-z])(?:{relative})(?![A-Za-z])"), _relative),
        (compiled(_VAGUE), lambda m: ("vague", m[0].lower())),
        (compiled(r"#(\d+)"), lambda m: ("code", m[1])),
        (compiled(rf"(?<![\w.])-(?:{numerals.DIGITS})"), lambda m: ("number", "-" + canonical(_amount(m[0][1:])))),
        (compiled(rf"(?<![\d.])(?:{numerals.DIGITS})(?:\s?(?:k\b|万|千|百))?"), _number),
        (compiled(rf"\b(?:{numerals.ENGLISH})\b"), _number),
        (compiled(r"\bboth\b"), lambda m: ("number", "2")),
        (compiled(_ZH), _number),
    )


_READERS = _readers()
