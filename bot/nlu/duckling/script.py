"""A message prepared for reading: one form of each character, and where the numerals are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

_TRADITIONAL = "義兩萬億週號點鐘個後這禮塊時節國聖誕陽勞動婦兒愛親師勝軍當範圍鎮鄉縣區樓層單東廣雲貴內遼寧陝蘇臺灣門隻條雙張臺瓶盒斤錢圓歐鎊幣開間們過內還現晝聽幾餘來頭為從達關買賣園廈場廳營灘橋廟館亞龍黃漢長濱齊慶閩贛魯鄭瀋渾張領額頂種篇歲農曆臘畫雞"
_SIMPLIFIED = "义两万亿周号点钟个后这礼块时节国圣诞阳劳动妇儿爱亲师胜军当范围镇乡县区楼层单东广云贵内辽宁陕苏台湾门只条双张台瓶盒斤钱圆欧镑币开间们过内还现昼听几余来头为从达关买卖园厦场厅营滩桥庙馆亚龙黄汉长滨齐庆闽赣鲁郑沈浑张领额顶种篇岁农历腊画鸡"
_WIDE = {0xFF00 + code: 0x20 + code for code in range(1, 0x5F)}
_OTHER = {
    "　": " ",
    "\u00a0": " ",
    "～": "~",
    "〜": "~",
    "—": "-",
    "–": "-",
    "－": "-",
    "’": "'",
    "￥": "¥",
    "〇": "零",
    "號": "号",
}

ONE_FORM: dict[int, int] = _WIDE | {
    ord(form): ord(standard) for form, standard in [*zip(_TRADITIONAL, _SIMPLIFIED, strict=True), *_OTHER.items()]
}
"""Full-width to half-width, traditional to simplified: a character for a character, so that offsets stay."""

DIMENSIONS: tuple[str, ...] = (
    "email",
    "url",
    "credit-card-number",
    "phone-number",
    "address",
    "amount-of-money",
    "time",
    "temperature",
    "distance",
    "volume",
    "quantity",
    "duration",
    "ordinal",
    "number",
)
"""Every dimension that is read in this process, by Duckling's name; `address` is ours.

Of two readings of the same length the one that comes first here stands.
"""

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Found:
    """A dimension's value in characters `start` to `end` (exclusive). `info` is the `value` of Duckling's JSON."""

    dimension: str
    start: int
    end: int
    info: dict[str, Any]

    @property
    def value(self) -> Any:
        """What Rasa makes the entity's value: of an interval its two ends, else the value."""
        if self.info.get("type") == "interval":
            return {side: self.info.get(side, {}).get("value") for side in ("to", "from")}
        return self.info.get("value")


class Numeral(NamedTuple):
    """A number in a text. `kind`: `digits`, `zh`, `en`, or `half` (半, which is no number by itself)."""

    start: int
    end: int
    value: int | float
    kind: str


@dataclass(frozen=True, slots=True)
class Reference:
    """What a time is relative to: an aware datetime. `day_first`: 3/5 is the third of May, as in Britain."""

    now: datetime
    day_first: bool = False


@dataclass(frozen=True)
class Script:
    """`text` has one form of each character and the length of the message. Numerals are in order, and do not overlap."""

    text: str
    reference: Reference
    lowered: str
    numerals: tuple[Numeral, ...] = field(default=())
    has_han: bool = True
    has_latin: bool = True
    has_digits: bool = True


def prepare(message: str, reference: Reference) -> Script:
    """The script of a message."""
    from bot.nlu.duckling.numerals import numerals_in

    text = message.translate(ONE_FORM)
    return Script(
        text,
        reference,
        text.lower(),
        numerals=tuple(numerals_in(text)),
        has_han=_HAN.search(text) is not None,
        has_latin=_LATIN.search(text) is not None,
        has_digits=_DIGIT.search(text) is not None,
    )
