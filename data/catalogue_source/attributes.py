"""Values of product options (colour, size, storage ...) and materials, with their words in both languages."""

from __future__ import annotations

import re

from .facts import composition, measure
from .reader import Row, read, words

OPTIONS = ("colour", "size", "storage", "capacity", "length", "pack", "scent", "flavour", "switch", "prescription",
           "nib", "tip")  # fmt: skip
"""Keys of a product file that are options, in the order in which a customer chooses them."""

# Adult shoe sizes are the same for women and men in the British system.
_UK_SHOES = {"35": "2.5", "36": "3.5", "37": "4", "38": "5", "39": "6", "40": "6.5", "41": "7.5", "42": "8", "43": "9",
             "44": "9.5", "45": "10.5"}  # fmt: skip


def canonical(name: str, token: str, table: Row) -> str:
    """Return the canonical English value of a token as written in a product file."""
    if name == "colour":
        return str(table["colour"][token][0])
    return token.replace("_", " ")


def attribute_rows(products: list[Row]) -> list[Row]:
    """Return one row for every option value and material that `products` (authored tables) use."""
    table = read("attributes.toml")
    used: dict[tuple[str, str], str] = {}
    for product in products:
        for name in OPTIONS:
            for token in option_tokens(product, name):
                used[name, canonical(name, token, table)] = token
        for material, _ in composition(product.get("material", "")):
            used["material", material] = material
    order = (*OPTIONS, "material")
    keys = sorted(used, key=lambda key: (order.index(key[0]), key[1]))
    return [_row(name, used[name, value], table) for name, value in keys]


def option_tokens(product: Row, name: str) -> list[str]:
    """Return the values of an option as written: a text with spaces, or a table of value and surcharge."""
    value = product.get(name, "")
    return value.split() if isinstance(value, str) else list(value)


def _row(name: str, token: str, table: Row) -> Row:
    name_en, name_zh = table["names"][name]
    listed = table.get(name, {}).get(token.replace("/", "_"))
    if listed:
        value_en, value_zh, synonyms_en, synonyms_zh = listed[0], listed[1], words(listed[2]), words(listed[3])
    else:
        value_en, value_zh, synonyms_en, synonyms_zh = _measure_words(canonical(name, token, table))
    return {"name": name, "value": canonical(name, token, table), "name_en": name_en, "name_zh": name_zh,
            "value_en": value_en, "value_zh": value_zh,
            "synonyms_en": synonyms_en, "synonyms_zh": synonyms_zh}  # fmt: skip


def _measure_words(value: str) -> tuple[str, str, list[str], list[str]]:
    """Return English, Chinese and synonyms of a value such as "42", "64GB", "1.2L", "150x200 cm" or "iPhone 15"."""
    if re.fullmatch(r"\d+([-/]\d+)?", value):
        spoken = [f"size {value}", f"EU {value}"] + ([f"UK {_UK_SHOES[value]}"] if value in _UK_SHOES else [])
        return value, f"{value}码", spoken, [f"{value}号", value]
    if found := re.fullmatch(r"(\d+)(GB|TB)", value):
        short = f"{found[1]}{found[2][0]}"
        return f"{found[1]} {found[2]}", value, [value.lower(), short], [short, value.lower()]
    if found := re.fullmatch(r"(\d+)-inch", value):
        return f"{found[1]} inch", f"{found[1]}英寸", [f'{found[1]}"', f"{found[1]} in"], [f"{found[1]}寸"]
    if found := re.fullmatch(r"([\d.x]+) ?(mAh|ml|L|mm|cm|m|kg|g)", value):
        number = found[1].replace("x", " × ")
        english, chinese = f"{number} {found[2]}", f"{number}{measure(f'1 {found[2]}')[1][1:]}"
        unit = {"L": "litres", "m": "metres", "kg": "kilos", "g": "grams"}.get(found[2], found[2])
        synonyms = [f"{found[1]}{found[2]}", f"{found[1]} {unit}"]
        return english, chinese, synonyms, [f"{found[1]}{found[2]}", chinese.replace(" × ", "乘")]
    return value, value, [value.lower()], [value.replace("iPhone", "苹果")]
