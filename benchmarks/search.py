"""Search over a shop of 100,000 products on SQLite: how long the index takes, what a search costs, what it finds.

    python benchmarks/search.py [--products 100000]       # writes benchmarks/results/search.json

The shop is made (benchmarks/search_shop.py): the demo catalogue's products in many styles and series, four variants
each. The questions are the starter's examples of product_search in both languages, written for other goods too, and
questions with colours, sizes, prices and stock. A search is timed from the sentence to the ten products with their
variants, in a process that has just been started; `first` is the first time that the sentences are asked. Processor
time stands beside the clock's, since other programs make only the latter longer. What is found is measured on the demo
catalogue alone: its products' synonyms, taken out of the index, are the questions, 200 in each
language (a search is right when a product of
that synonym is among the first ten), by words only, by the vectors of words and by those of whole names.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from ruamel.yaml import YAML
from search_shop import CATALOGUE, fill
from sqlalchemy import select
from starter import machine

from actions.catalogue import ENCODER
from bot.dst.meaning import embedder, word_embedder
from knowledge_base import KnowledgeBase, ShopSession
from knowledge_base.importer import import_folder
from knowledge_base.models import Category, Product
from knowledge_base.search import Embedding, embed_missing, refresh, search_products
from knowledge_base.search.vectors import nearest

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks/results/search.json"
SEED = 1
RIGHT_AMONG = 10
SYNONYMS = 200
ASKED = (
    "red dress under 300, size M, in stock",
    "300元以下的红色连衣裙",
    "dress",
    "连衣裙",
    "nordic desk lamp under 200",
    "北欧风台灯",
    "black running shoes size 42 in stock",
    "有现货的黑色运动鞋 42码",
    "waterproof backpack between 100 and 400 yuan",
    "500到1000元的行李箱，28寸",
    "linnen dres",
    "a gift for somebody who reads at night",
)
Figures = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        print(json.dumps(serve(given.serve)))
        return
    figures: Figures = {"products": given.products}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.db"
        figures |= build(f"sqlite:///{path}", given.products)
        figures["memory_database_mb"] = round(path.stat().st_size / 1e6)
        command = [sys.executable, __file__, "--serve", f"sqlite:///{path}"]
        figures |= json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    figures |= found()
    record = {"machine": machine(), "date": datetime.now(UTC).date().isoformat(), "seeds": [SEED], "figures": figures}
    given.out.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(record, ensure_ascii=False, indent=2))


def build(url: str, products: int) -> Figures:
    """The rows, which are not part of the index, then the index."""
    base = KnowledgeBase(url)
    fill(base, products, seed=SEED)
    text, vectors = Stopwatch(), Stopwatch()
    with text, base.transaction(write=True) as session:
        refresh(session)
    with vectors, base.transaction(write=True) as session:
        embed_missing(session, "product", word_embedder(ENCODER))
    base.close()
    return {
        "search_build_s": round(text.wall + vectors.wall, 1),
        "search_build_cpu_s": round(text.cpu + vectors.cpu, 1),
        "search_build_text_s": round(text.wall, 1),
        "search_build_vectors_s": round(vectors.wall, 1),
        "memory_build_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
    }


def serve(url: str) -> Figures:
    """Searches in a process of their own, then a change of the catalogue."""
    encoder = word_embedder(ENCODER)
    base = KnowledgeBase(url)
    asked = [*ASKED, *examples()]
    with base.transaction() as session:  # the encoder is there in every server; its weights are not the search's
        embedder(ENCODER).queries(session, ["hello"])
    before = resident_mb()
    with base.transaction() as session:
        start = Stopwatch()
        with start:
            search_products(session, "hello", embedder=encoder)
        first = [timed(session, text, encoder) for text in asked]
        again = [timed(session, text, encoder) for text in asked for _ in range(3)]
        words_only = [timed(session, text, None) for text in asked]
    figures: Figures = {"questions": len(asked), "search_start_s": round(start.wall, 2)}
    for name, times in (("", again), ("_first", first), ("_words_only", words_only)):
        figures[f"search_100k_p50{name}_ms"] = percentile([wall for wall, _ in times], 50)
        figures[f"search_100k_p95{name}_ms"] = percentile([wall for wall, _ in times], 95)
        figures[f"search_100k_p95{name}_cpu_ms"] = percentile([cpu for _, cpu in times], 95)
    figures["memory_search_mb"] = round(resident_mb() - before)
    change, search = Stopwatch(), Stopwatch()
    with change, base.transaction(write=True) as session:
        session.get_one(Product, "X000007").name_en = "Zigzag Hammock of Sailcloth"
    with search, base.transaction() as session:
        assert search_products(session, "sailcloth hammock", embedder=encoder)[0].item.id == "X000007"
    figures |= {"search_update_ms": change.ms, "search_after_update_ms": search.ms}
    return figures


def found() -> Figures:
    """How often a product is found by a synonym that the index does not have."""
    base = KnowledgeBase("sqlite://")
    base.upgrade()
    import_folder(base, CATALOGUE)
    with base.transaction() as session:
        asked: dict[str, dict[str, set[str]]] = {"en": {}, "zh": {}}
        for product in session.scalars(select(Product)):
            for language in asked:
                for synonym in getattr(product, f"synonyms_{language}"):
                    asked[language].setdefault(synonym, set()).add(product.id)
            product.synonyms_en, product.synonyms_zh = [], []
        for category in session.scalars(select(Category)):
            category.synonyms_en, category.synonyms_zh = [], []
        session.flush()
        refresh(session)
        asked = {language: dict(Random(SEED).sample(sorted(asked[language].items()), SYNONYMS)) for language in asked}
        by_words = word_embedder(ENCODER)
        by_names = replace(embedder(ENCODER), name="names", entries=None)
        ways: dict[str, Callable[[str], Sequence[str]]] = {
            "text": lambda text: by_search(session, text, None),
            "vectors": lambda text: [ref for ref, _ in nearest(session, "product", text, by_words, limit=RIGHT_AMONG)],
            "name_vectors": lambda text: [
                ref for ref, _ in nearest(session, "product", text, by_names, limit=RIGHT_AMONG)
            ],
            "fused": lambda text: by_search(session, text, by_words),
            "fused_names": lambda text: by_search(session, text, by_names),
        }
        return {
            f"found_{name}_{language}": round(
                100 * sum(not products.isdisjoint(way(text)) for text, products in texts.items()) / len(texts), 1
            )
            for language, texts in asked.items()
            for name, way in ways.items()
        } | {"found_questions": 2 * SYNONYMS}


def by_search(session: ShopSession, text: str, encoder: Embedding | None) -> list[str]:
    return [hit.item.id for hit in search_products(session, text, limit=RIGHT_AMONG, embedder=encoder)]


def examples() -> Iterator[str]:
    """The starter's examples of product_search, as plain sentences."""
    for language in ("en", "zh"):
        data = YAML(typ="safe").load((ROOT / f"data/nlu/{language}/products.yml").read_text(encoding="utf-8"))
        lines = next(block["examples"] for block in data["nlu"] if block.get("intent") == "product_search").splitlines()
        yield from (re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})", r"\1", line.strip("- ")) for line in lines)


class Stopwatch:
    """Seconds of the clock and of the processor."""

    wall = cpu = 0.0

    def __enter__(self) -> Stopwatch:
        self._began = (time.perf_counter(), time.process_time())
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self._began[0], time.process_time() - self._began[1]

    @property
    def ms(self) -> float:
        return round(self.wall * 1000, 1)


def timed(session: ShopSession, text: str, encoder: Embedding | None) -> tuple[float, float]:
    """Milliseconds of a search by the clock and of the processor."""
    watch = Stopwatch()
    with watch:
        search_products(session, text, embedder=encoder)
    return watch.wall * 1000, watch.cpu * 1000


def percentile(values: Sequence[float], per_cent: int) -> float:
    return round(sorted(values)[min(len(values) - 1, len(values) * per_cent // 100)], 1)


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
