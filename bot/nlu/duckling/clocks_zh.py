"""Clock times and parts of the day in Chinese: 下午三点, 八点半, 差五分十点, 15时30分, 早上."""

from __future__ import annotations

from re import Match

from bot.nlu.duckling.atoms import Atom, ClockAtom, PartAtom, Rule, rules
from bot.nlu.duckling.numerals_zh import value_of
from bot.nlu.duckling.script import Script

_PARTS: dict[str, tuple[int, int]] = {
    "凌晨": (0, 6), "清晨": (4, 9), "清早": (4, 9), "早晨": (4, 12), "早上": (4, 12), "一早": (4, 12), "早": (4, 12),
    "上午": (4, 12), "中午": (12, 14), "正午": (12, 14), "下午": (12, 19), "午后": (12, 19), "傍晚": (17, 19),
    "晚上": (18, 24), "晚间": (18, 24), "夜晚": (18, 24), "夜里": (18, 24), "夜间": (18, 24), "晚": (18, 24),
    "夜": (18, 24), "半夜": (22, 28), "深夜": (22, 28), "午夜": (23, 25),
}  # fmt: skip
_N = r"(?:[0-9]{1,2}|[零一二两三四五六七八九十]{1,3})"
_TO = r"(?:到|至|-|~)"


def _number(said: str) -> int:
    value = int(said) if said[0].isascii() else value_of(said)
    return value if isinstance(value, int) else 99


def _part(match: Match[str], script: Script) -> Atom:
    first, last = _PARTS[match.group()]
    return PartAtom(*match.span(), first, last)


def _oclock(match: Match[str], script: Script) -> Atom | None:
    said, minutes, quarters = match["hour"], match["minute"] or match["bare"], match["quarter"]
    hour, minute = _number(said), _number(minutes) if minutes else 0
    if quarters:
        minute = 15 * _number(quarters)
    minute = 30 if match["half"] else minute
    to, quarters_to = match["to"] or match["to2"], match["quarters_to"] or match["quarters_to2"]
    if to or quarters_to:
        hour, minute = hour - 1, 60 - (_number(to) if to else 15 * _number(quarters_to))
    if not (0 <= hour <= 24 and 0 <= minute < 60):
        return None
    exact = bool(minutes or quarters or match["half"] or to or quarters_to)
    # 一点 is also "a bit": alone it is a time only when something says so.
    alone = said != "一" or exact or match["sharp"] is not None
    return ClockAtom(
        *match.span(), hour, minute, grain="minute" if exact else "hour", certain=hour > 12 or hour == 0, alone=alone
    )


def _hour_of_range(match: Match[str], script: Script) -> Atom | None:
    """The 8 of 8到10点."""
    hour = _number(match["hour"])
    return ClockAtom(*match.span(), hour, certain=hour > 12) if 0 <= hour <= 24 else None


RULES: tuple[Rule, ...] = rules(
    (
        "早 晚 午 夜 晨",
        "(?:凌晨|清晨|清早|早晨|早上|一早|上午|中午|正午|下午|午后|傍晚|晚上(?!衣)|晚间|夜晚|夜里|夜间|半夜|深夜|午夜)"
        "(?!好|安)|(?:(?<=[今明昨前天日号末])|(?<=[周期拜][一二三四五六]))"
        "[早晚夜](?![于些点饭餐安上间晨里])",
        _part,
    ),
    (
        "点 时",
        rf"(?<![0-9.])(?:差(?:(?P<to>{_N})分钟?|(?P<quarters_to>[一三1-3])刻))?(?P<hour>{_N})(?:点(?!建议|意见|要求|问题|原因|内容|理由|疑问|水|击|评|单|餐|赞|子|心|名|开|了?我|数|前面|不满|不同|不足|看法|想法|好处|坏处|优点|缺点|说明|请求|诉求)|时(?![间候段期尚代常不刻装髦光差]))"
        rf"(?:(?P<half>半)|(?P<sharp>整|钟)|(?P<quarter>[一三1-3])刻(?!钟)|差(?:(?P<to2>{_N})分钟?|(?P<quarters_to2>[一三1-3])刻)|过?(?P<minute>{_N})分(?!之|期|钟[内后前])钟?"
        rf"|(?P<bare>[0-5][0-9]|[零一二三四五]?十[一二三四五六七八九]?|零[一二三四五六七八九])(?![0-9.个件点块元]))?",
        _oclock,
    ),
    ("点", rf"(?<![0-9.月年:第])(?P<hour>{_N})(?={_TO}{_N}点)", _hour_of_range),
)
