"""A shop of any size for benchmarks/search.py: the demo catalogue's products in many styles, makes and series."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from knowledge_base import KnowledgeBase
from knowledge_base.importer import import_folder
from knowledge_base.models import Product, Variant

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "data/catalogue"
VARIANTS = 4
_CHUNK = 2000

#: English and Chinese; both languages of a product say the same.
STYLES = """
Nordic 北欧|Vintage 复古|Minimalist 极简|Retro 怀旧|Boho 波西米亚|Rustic 乡村|Industrial 工业风|Classic 经典|Modern 现代
Coastal 海岸|Japanese 日式|French 法式|Italian 意式|British 英伦|Tropical 热带|Urban 都市|Preppy 学院|Gothic 哥特
Art-Deco 装饰艺术|Mid-Century 中古|Baroque 巴洛克|Pastoral 田园|Oriental 东方|Scholar 书香|Festival 节日|Bridal 婚庆
Campus 校园|Office 商务|Outdoor 户外|Travel 旅行|Maternity 孕妇|Kids 儿童|Senior 老人|Unisex 中性|Couple 情侣|Family 亲子
Lightweight 轻量|Heavy-Duty 加固|Waterproof 防水|Quick-Dry 速干|Foldable 可折叠|Portable 便携|Oversized 大号款|Mini 迷你
Deluxe 豪华|Budget 平价|Premium 高端|Handmade 手工|Organic 有机|Recycled 环保再生|Thermal 保暖|Breathable 透气
Antibacterial 抗菌|Reflective 反光|Embroidered 刺绣|Quilted 绗缝|Striped 条纹|Plaid 格纹|Polka-Dot 波点|Floral 碎花
"""
SERIES = """
Willow 柳岸|Harbour 港湾|Ember 余烬|Juniper 杜松|Meadow 草甸|Aurora 极光|Pebble 卵石|Maple 枫语|Saffron 藏红|Cedar 雪松
Lagoon 泻湖|Comet 彗星|Orchid 兰心|Summit 峰顶|Prairie 旷野|Velvet 丝绒|Amber 琥珀|Indigo 靛蓝湾|Sparrow 麻雀|Dune 沙丘
Tundra 苔原|Canyon 峡谷|Monsoon 季风|Lantern 灯笼|Marble 云石|Falcon 猎鹰|Heron 苍鹭|Bramble 荆棘|Clover 三叶草|Delta 三角洲
Thistle 蓟花|Cobalt 钴蓝|Zephyr 西风|Quartz 石英|Hazel 榛果|Birch 白桦|Cascade 瀑布|Fjord 峡湾|Glacier 冰川|Oasis 绿洲
"""


def pairs(text: str) -> list[tuple[str, str]]:
    """ "Nordic 北欧|…" as pairs of an English and a Chinese word."""
    return [(en, zh) for en, zh in (entry.split() for line in text.split("\n") for entry in line.split("|") if entry)]


def fill(base: KnowledgeBase, products: int, *, seed: int) -> None:
    """The demo catalogue and made products, `products` in all, with their variants; nothing of it indexed anew."""
    base.upgrade()
    import_folder(base, CATALOGUE)
    models = [json.loads(line) for line in (CATALOGUE / "products.jsonl").read_text(encoding="utf-8").splitlines()]
    made = _products(models, products - len(models), random.Random(seed))
    with base.transaction(write=True) as session:
        while chunk := list(itertools.islice(made, _CHUNK)):
            session.execute(insert(Product), [product for product, _ in chunk])
            session.execute(insert(Variant), [variant for _, variants in chunk for variant in variants])


def _products(models: list[dict[str, Any]], count: int, rng: random.Random) -> Iterator[tuple[dict[str, Any], Any]]:
    named = list(itertools.product(pairs(STYLES), pairs(SERIES), models))
    for number, (style, series, model) in enumerate(rng.sample(named, count)):
        id_ = f"X{number:06}"
        product = {
            "id": id_,
            "category_id": model["category_id"],
            "brand": model["brand"],
            "name_en": f"{series[0]} {style[0]} {model['name_en']}",
            "name_zh": f"{series[1]}{style[1]}{model['name_zh']}",
            "synonyms_en": model["synonyms_en"],
            "synonyms_zh": model["synonyms_zh"],
            "description_en": model["description_en"],
            "description_zh": model["description_zh"],
            "facts": model["facts"],
            "complements": [],
            "image": None,
        }
        yield product, list(_variants(id_, model["variants"], rng))


def _variants(product_id: str, models: list[dict[str, Any]], rng: random.Random) -> Iterator[dict[str, Any]]:
    factor = rng.choice(("0.5", "0.8", "1.0", "1.3", "2.0"))
    for place, model in enumerate(rng.sample(models, min(VARIANTS, len(models)))):
        yield {
            "id": f"{product_id}-{place}",
            "product_id": product_id,
            "options": model["options"],
            "display_en": ", ".join(model["options"].values()),
            "display_zh": "，".join(model["options"].values()),
            "price": (Decimal(model["price"]) * Decimal(factor)).quantize(Decimal("0.01")),
            "list_price": None,
            "currency": "CNY",
            "available": True,
            "stock": rng.choice((0, 0, 3, 20, 100)),
            "available_from": None,
        }
