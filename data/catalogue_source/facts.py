"""Turn the short facts of the product files into labelled sentences in English and Chinese."""

from __future__ import annotations

import re

from .reader import Row

_UNITS = {
    "cm": ("cm", "厘米"), "mm": ("mm", "毫米"), "m": ("m", "米"), "km": ("km", "公里"), "in": ("inches", "英寸"),
    "g": ("g", "克"), "kg": ("kg", "千克"), "ml": ("ml", "毫升"), "L": ("L", "升"), "W": ("W", "瓦"),
    "mAh": ("mAh", "毫安时"), "lm": ("lm", "流明"), "dB": ("dB", "分贝"), "°C": ("°C", "℃"), "m²": ("m²", "平方米"),
    "g/m²": ("g/m²", "克/平方米"), "minutes": ("minutes", "分钟"), "hours": ("hours", "小时"), "days": ("days", "天"),
    "weeks": ("weeks", "周"), "months": ("months", "个月"), "year": ("year", "年"), "years": ("years", "年"),
    "shots": ("shots", "张"),
}  # fmt: skip
_MEASURE = re.compile(r"(-?[\d.]+(?: x [\d.]+)*(?:-[\d.]+)?) ?([^\d\s]+)")


def measure(text: str) -> tuple[str, str]:
    """Return a measure such as "55 x 36 x 22 cm" in English and Chinese; a text that is no measure stays as it is."""
    found = _MEASURE.fullmatch(text)
    if found is None or found[2] not in _UNITS:
        return text, text
    number = found[1].replace(" x ", " × ")
    english, chinese = _UNITS[found[2]]
    return f"{number} {english}", f"{number}{chinese}"


def composition(material: str) -> list[tuple[str, int]]:
    """Return the parts of "cotton 95, elastane 5" with their percentages, the main one first."""
    parts = [part.strip().rsplit(" ", 1) for part in material.split(",") if part.strip()]
    return [(name, int(percent)) for name, percent in parts]


def product_facts(product: Row, shared: Row, *, vocabulary: Row, materials: Row) -> list[Row]:
    """Return the rows of `facts` of one product: its material, its own facts, then those of its category."""
    rows = []
    parts = composition(product.get("material", ""))
    if parts:
        english = ", ".join(f"{percent}% {name}" for name, percent in parts)
        chinese = "，".join(f"{materials[name][1]} {percent}%" for name, percent in parts)
        rows.append(_row("material", english, chinese, vocabulary))
    own: Row = product.get("facts", {})
    for key, value in {**own, **{key: value for key, value in shared.items() if key not in own}}.items():
        rows.append(_row(key, *_text(key, value, vocabulary), vocabulary))
    return rows


def _text(key: str, value: str | list[str], vocabulary: Row) -> tuple[str, str]:
    if isinstance(value, list):
        english, chinese = value
        return english, chinese
    if key == "model":
        height, size = value.split()
        return f"The model is {height} cm tall and wears {size}", f"模特身高{height}厘米，试穿{size}码"
    coded = vocabulary["values"].get(key, {})
    if value in coded:
        english, chinese = coded[value]
        return english, chinese
    if re.fullmatch(r"[a-z_]+\d*", value):
        raise ValueError(f"the value {value!r} of the fact {key!r} is not in vocabulary.toml; known: {sorted(coded)}")
    return measure(value)


def _row(key: str, english: str, chinese: str, vocabulary: Row) -> Row:
    label_en, label_zh = vocabulary["labels"][key]
    return {"key": key, "label_en": label_en, "label_zh": label_zh, "value_en": english, "value_zh": chinese}
