"""Entities without a model: messages a second, and lookup tables of 100,000 values.

    python benchmarks/entities.py          # writes benchmarks/results/entities.json

Times are of the process, on one core, the best of five runs; a message's is the mean over all messages.
"""

from __future__ import annotations

import json
import os
import platform
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.formats.data import read_data
from bot.formats.problem_list import ProblemList
from bot.message import Entity, Understanding
from bot.nlu.base import silent
from bot.nlu.duckling.extract import extract
from bot.nlu.duckling.script import Reference
from bot.nlu.language import detect
from bot.nlu.patterns import RegexEntityExtractor, RegexEntityExtractorConfig
from bot.training_data import Example, Lookup, TrainingData

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks/results/entities.json"
SEED = 0
VALUES = 100_000
REFERENCE = Reference(datetime(2026, 3, 11, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai")))
LOOKUPS: dict[str, dict[str, Any]] = {
    "lookup": {"use_word_boundaries": False},
    "lookup_word_boundaries": {"use_word_boundaries": True},
    "lookup_fuzzy": {"use_word_boundaries": False, "fuzzy": True},
}
LONG_ZH = (
    "你好，我上周五下午三点在你们店里买了两件冲锋衣，一共花了三百五十块钱，订单号是K1048213，说好3月5号到8号发货，结果到现在都没有收到。"
    "我的手机号是13800138000，收货地址是浙江省杭州市西湖区文三路478号华星时代广场A座1201室，邮箱li.wei@example.cn。"
    "请在三天之内给我处理，不然我就要申请退款了，谢谢，麻烦快一点，我真的等了好久好久，客服也一直没有人回复我，请问什么时候可以发货呢？"
)[:200]
LONG_EN = (
    "Hello, I ordered two waterproof jackets from your shop last Friday at 3pm for $350 and was told that they would "
    "ship between March 5th and March 8th. It is the 11th now and nothing came. Call +44 20 7946 0958."
)[:200]


def main() -> None:
    figures = {**extraction(), **lookup()}
    record = {
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "seeds": [SEED],
        "figures": figures,
    }
    RESULT.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(record, ensure_ascii=False, indent=2))


def extraction() -> dict[str, Any]:
    """All dimensions, of the starter's training messages and of messages of 200 characters full of entities."""
    figures: dict[str, Any] = {}
    for language, long in (("zh", LONG_ZH), ("en", LONG_EN)):
        texts = messages(language)
        each = milliseconds(lambda text: extract(text, REFERENCE), texts)
        figures[f"messages_{language}"] = len(texts)
        figures[f"mean_characters_{language}"] = round(sum(map(len, texts)) / len(texts), 1)
        figures[f"extract_ms_{language}"] = round(each, 3)
        figures[f"messages_per_second_{language}"] = round(1000 / each)
        figures[f"extract_200_characters_ms_{language}"] = round(
            milliseconds(lambda text: extract(text, REFERENCE), [long] * 20), 3
        )
        figures[f"entities_in_200_characters_{language}"] = len(extract(long, REFERENCE))
    return figures


def lookup() -> dict[str, Any]:
    """A table of 100,000 names, half Chinese and half English, and messages of which each has one of them."""
    generator = random.Random(SEED)
    values = names(generator)
    texts = [
        f"{before}{generator.choice(values)}{after}"
        for text in messages("zh") + messages("en")
        for before, after in [(text[: len(text) // 2] + " ", " " + text[len(text) // 2 :])]
    ]
    figures: dict[str, Any] = {"lookup_values": len(values)}
    for name, options in LOOKUPS.items():
        component = RegexEntityExtractor(RegexEntityExtractorConfig(**options), language="zh", root=ROOT)
        started = time.process_time()
        component.train(table(values), silent)
        figures[f"{name}_build_s"] = round(time.process_time() - started, 2)
        found = component.process([Understanding(text) for text in texts])
        figures[f"{name}_found_in"] = sum(bool(understanding.entities) for understanding in found)
        figures[f"{name}_ms"] = round(milliseconds(partial(find, component), texts), 4)
    return figures | {"lookup_messages": len(texts)}


def find(component: RegexEntityExtractor, text: str) -> list[Understanding]:
    return component.process([Understanding(text)])


def table(values: Sequence[str]) -> TrainingData:
    example = Example("x", "inform", (Entity("product", "x"),))
    return TrainingData(examples=(example,), lookups=(Lookup("product", tuple(values)),))


def names(generator: random.Random) -> list[str]:
    syllables = ["ka", "lo", "mi", "ner", "tas", "vel", "dor", "quin", "bar", "shen", "fox", "ham", "pel", "rit", "sun"]
    characters = "东方明珠雅致轻便防水保暖高级羽绒真丝纯棉旅行户外运动商务休闲经典复古北欧日式冲锋登山羊毛针织"
    english = {"".join(generator.choices(syllables, k=generator.randint(3, 5))) for _ in range(VALUES)}
    chinese = {"".join(generator.choices(characters, k=generator.randint(4, 6))) for _ in range(VALUES)}
    return sorted(english)[: VALUES // 2] + sorted(chinese)[: VALUES // 2]


def messages(language: str) -> list[str]:
    """The starter's training messages in a language."""
    data = read_data([ROOT / "data/nlu"], ProblemList()).training_data
    return [example.text for example in data.examples if detect(example.text) == language]


def milliseconds(work: Callable[[str], Any], texts: Sequence[str]) -> float:
    """The mean time of a text, in the best of five runs."""
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        for text in texts:
            work(text)
        best = min(best, time.process_time() - started)
    return 1000 * best / len(texts)


def machine() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
