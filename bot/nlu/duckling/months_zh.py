"""Years, months and their days in Chinese: 3月5日, 下个月5号, 月底, 明年, 农历八月十五."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from re import Match

from bot.nlu.duckling import calendar, holidays
from bot.nlu.duckling.atoms import Atom, Resolve, Rule, dated, rules
from bot.nlu.duckling.calendar import Period
from bot.nlu.duckling.numerals_zh import value_of
from bot.nlu.duckling.script import Script

_N = r"(?:[0-9]{1,2}|[一二三四五六七八九十廿卅]{1,3})"
# Regular expressions of a year, and of what says how many weeks, months or quarters on.
YEAR = r"(?:(?:19|20)[0-9]{2}|[0-9]{2}(?=年[0-9一二三四五六七八九十]{1,3}月)|[零一二三四五六七八九]{4})年|大前年|大后年|今年|去年|前年|明年|后年|上年|下年|本年"
NEAR = r"上上个?|上一?个?|这一?个?|本|今个?|当|下下个?|下一?个?"
_NEAR_YEARS = {
    "今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2, "大前年": -3, "明年": 1, "下年": 1, "后年": 2, "大后年": 3,
}  # fmt: skip
_THIRD = {"初": 0, "头": 0, "上旬": 0, "中": 1, "中旬": 1, "底": 2, "末": 2, "尾": 2, "下旬": 2}


def number_said(said: str) -> int:
    value = int(said) if said[0].isascii() else value_of(said)
    return value if isinstance(value, int) else 0


def near(said: str) -> int:
    """How many weeks, months or years on: 上 is -1, 下下 is 2."""
    return said.count("下") - said.count("上")


def year_said(said: str, today: date) -> int:
    """The year of what `YEAR` matched."""
    if said in _NEAR_YEARS:
        return today.year + _NEAR_YEARS[said]
    digits = said.rstrip("年")
    number = number_said(digits)
    return number + 2000 if len(digits) == 2 else number


def _year_month_day(match: Match[str], script: Script) -> Atom | None:
    """Any of 2024年3月5日, 明年3月, 3月5号, 3月底, 3月."""
    said, month, day, third = match["year"], number_said(match["month"]), match["day"], match["third"]
    if not 1 <= month <= 12 or (day and not 1 <= number_said(day) <= 31):
        return None

    def resolve(today: date) -> Period | None:
        if day:
            which = number_said(day)
            found = (
                calendar.valid(year_said(said, today), month, which)
                if said
                else calendar.next_date(today, month, which)
            )
            return calendar.day(found) if found else None
        year = year_said(said, today) if said else today.year + (month < today.month)
        whole = calendar.month(date(year, month, 1)) if 1 <= year <= 9000 else None
        return calendar.thirds(whole, _THIRD[third]) if whole and third else whole

    return dated(match, resolve, floating=said is None)


def _month(match: Match[str], script: Script) -> Atom | None:
    """下个月5号, 上个月底, 这个月, 月底."""
    months, day, third = near(match["near"] or "这"), match["day"], match["third"]
    if match["near"] is None and not third:
        return None

    def resolve(today: date) -> Period | None:
        whole = calendar.month(calendar.add_months(calendar.month(today).first, months))
        if day:
            found = calendar.valid(whole.first.year, whole.first.month, number_said(day))
            return calendar.day(found) if found else None
        return calendar.thirds(whole, _THIRD[third]) if third else whole

    return dated(match, resolve)


def _year_alone(match: Match[str], script: Script) -> Atom | None:
    said, third = match["year"], match["third"]
    if said is None and not third:
        return None

    def resolve(today: date) -> Period | None:
        year = year_said(said, today) if said else today.year
        whole = calendar.year(date(year, 1, 1)) if 1900 <= year <= 2200 else None
        return calendar.thirds(whole, _THIRD[third]) if whole and third else whole

    return dated(match, resolve)


def _day_of_month(match: Match[str], script: Script) -> Atom | None:
    number = number_said(match["day"])
    if not 1 <= number <= 31:
        return None
    return dated(match, _next(lambda today: calendar.next_day_of_month(today, number)), floating=True)


def _quarter(match: Match[str], script: Script) -> Atom | None:
    relative, which, said = match["near"], match["which"], match["year"]
    number = number_said(which) if which else 0
    if which and not 1 <= number <= 4:
        return None

    def resolve(today: date) -> Period | None:
        if which:
            start = calendar.valid(year_said(said, today) if said else today.year, 3 * number, 1)
            return calendar.quarter(start) if start else None
        return calendar.quarter(calendar.add_months(calendar.quarter(today).first, 3 * near(relative)))

    return dated(match, resolve)


def _half_year(match: Match[str], script: Script) -> Atom:
    said, months = match["year"], 0 if match["which"] == "上" else 6

    def resolve(today: date) -> Period | None:
        year = year_said(said, today) if said else today.year
        if not 1900 <= year <= 2200:
            return None
        start = calendar.add_months(calendar.year(date(year, 1, 1)).first, months)
        return Period(start, calendar.add_months(start, 6), "month", interval=True)

    return dated(match, resolve)


def _lunar(match: Match[str], script: Script) -> Atom | None:
    said = match["month"] or "正"
    month = {"正": 1, "腊": 12, "冬": 11}.get(said) or number_said(said)
    day = number_said(match["day"].lstrip("初"))
    if not (1 <= month <= 12 and 1 <= day <= 30):
        return None
    return dated(match, _next(lambda today: holidays.next_lunar(today, month, day)), floating=True)


_TO = r"(?:到|至|-|~)"
_HAO = r"(?:号(?![楼线店门台桌机床馆院厅柜铺码房栋库仓色鞋球字口]|电池|单元)|日(?![内之以期前后常]))"


def _next(find: Callable[[date], date | None]) -> Resolve:
    def resolve(today: date) -> Period | None:
        found = find(today)
        return calendar.day(found) if found else None

    return resolve


RULES: tuple[Rule, ...] = rules(
    (
        "月",
        rf"(?<![0-9.])(?:(?P<year>{YEAR})的?)?(?P<month>{_N})月(?!饼)份?"
        rf"(?:(?P<third>[上中下]旬|[初中底末头尾](?!级|年))|(?P<day>{_N})"
        rf"(?:[号日]|(?={_TO}{_N}[号日])|(?![0-9一二三四五六七八九十号日个天点件块元折])))?",
        _year_month_day,
    ),
    (
        "月",
        rf"(?<![0-9零一二三四五六七八九十半几个])(?:(?P<near>{NEAR})月|月(?=[上中下初底末头尾]))(?!份?[亮饼])"
        rf"份?(?:的?(?:(?P<third>[上中下]旬|[初中底末头尾](?!级))|(?P<day>{_N})[号日]))?",
        _month,
    ),
    (
        "年",
        rf"(?:(?P<year>{YEAR})(?![0-9一二三四五六七八九十]{{1,3}}月)年?|(?<![0-9零一二三四五六七八九十半几大])年(?=[初底末尾]))"
        r"(?P<third>[初底末尾](?!级)|中(?![国文秋]))?",
        _year_alone,
    ),
    (
        ".",
        rf"(?<![0-9.])(?P<year>(?!))?(?P<month>1[0-2]|0?[1-9])\.(?P<day>3[01]|[12][0-9]|0?[1-9])(?={_HAO})[号日](?P<third>(?!))?",
        _year_month_day,
    ),
    (
        "号 日",
        rf"(?<![0-9月零一二三四五六七八九十第.大小-])(?P<day>{_N})(?:{_HAO}|(?={_TO}{_N}{_HAO}))",
        _day_of_month,
    ),
    ("号 日", rf"(?<=[到至~-])(?P<day>{_N}){_HAO}", _day_of_month),
    ("半年", rf"(?:(?P<year>{YEAR})的?)?(?P<which>[上下])半年", _half_year),
    ("季度", rf"(?:(?P<year>{YEAR})的?)?(?:第?(?P<which>[一二三四1-4])季度|(?P<near>{NEAR})季度)", _quarter),
    (
        "正月 腊月 冬月 历 大年",
        r"(?:(?:农历|阴历)?(?P<month>正|腊|冬|(?<=历)(?:[一二三四五六七八九十]{1,2}|[0-9]{1,2}))月|大年(?=初))"
        r"(?P<day>初[一二三四五六七八九十]|[一二三四五六七八九十廿]{1,3}|[0-9]{1,2})[号日]?",
        _lunar,
    ),
)
