"""FAQ: how often the right answer comes first, and how long 12,000 entries take to search.

    python benchmarks/faq.py                          # the starter's articles; writes benchmarks/results/faq.json
    python benchmarks/faq.py --entries faq.jsonl      # and the time of a large index (DSTC9 track 1: lines of id,
                                                      # entity, question, answer)

The questions (tests/nlu/held_out/faq.yml, three of an article and language) were written from the articles' answers by
somebody who had not seen the questions that are indexed. `selector` is the component ResponseSelector trained on the
articles' titles and questions, `articles` the search by words and meaning that the starter answers with; `answered` is
the part where that found the right article and was sure enough to give it. Times are of the process, one message at a time on one core.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from actions.catalogue import ENCODER, GOOD_ARTICLE
from bot.domain import ResponseVariation
from bot.dst.meaning import embedder
from bot.evaluation.shop import fill
from bot.message import Understanding
from bot.nlu.base import Progress, silent
from bot.nlu.response_selector import ResponseSelector, ResponseSelectorConfig
from bot.training_data import Example, TrainingData
from knowledge_base import connect
from knowledge_base.search import search_articles

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks/results/faq.json"
LANGUAGES = ("en", "zh")
SEED = 0
_WIDTH = 384
ASKED = 300
"""Messages whose time is taken."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=Path)
    arguments = parser.parse_args()
    figures = starter()
    if arguments.entries:
        figures |= large(arguments.entries)
    record = {"machine": machine(), "date": datetime.now(UTC).date().isoformat(), "seeds": [SEED], "figures": figures}
    RESULT.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(record, ensure_ascii=False, indent=2))


def starter() -> dict[str, Any]:
    articles = [json.loads(line) for line in (ROOT / "data/catalogue/articles.jsonl").read_text("utf-8").splitlines()]
    questions = held_out()
    selector = trained(of_articles(articles))
    figures: dict[str, Any] = {"articles": len(articles)}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/shop.db"
        fill(url, ROOT / "data/catalogue", encoder=ENCODER)
        with connect(url).session() as session:
            for language in LANGUAGES:
                asked = [(slug, text) for slug, texts in questions.items() for text in texts[language]]
                figures[f"questions_{language}"] = len(asked)
                figures[f"selector_{language}"] = percent([selected(selector, text) == slug for slug, text in asked])
                hits = [search_articles(session, text, limit=1, embedder=embedder(ENCODER)) for _, text in asked]
                right = [bool(hit) and hit[0].item.slug == slug for hit, (slug, _) in zip(hits, asked, strict=True)]
                sure = [bool(hit) and hit[0].score >= GOOD_ARTICLE for hit in hits]
                figures[f"articles_{language}"] = percent(right)
                figures[f"answered_{language}"] = percent([r and s for r, s in zip(right, sure, strict=True)])
    return figures


def large(path: Path) -> dict[str, Any]:
    """The time to search an index of many entries (question and answer), without and with the encoder's forward pass.

    Their vectors are random, which saves minutes of encoding: an exact search takes as long whatever they are.
    """
    entries = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    data = TrainingData(
        tuple(Example(f"{entry['entity']}: {entry['question']}", f"faq/{entry['id']}") for entry in entries),
        responses={f"utter_faq/{entry['id']}": (ResponseVariation(text=entry["answer"]),) for entry in entries},
    )
    selector = ResponseSelector(ResponseSelectorConfig(model=ENCODER), language="zh", root=ROOT)
    encode, generator = selector._encode, np.random.default_rng(SEED)

    def at_random(texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        drawn = generator.standard_normal((len(texts), _WIDTH)).astype(np.float32)
        unit: NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return unit

    selector._encode = at_random  # type: ignore[method-assign]
    selector.train(data, silent)
    texts = [entries[place * len(entries) // ASKED]["question"] for place in range(ASKED)]
    search = milliseconds(lambda text: selected(selector, text), texts)
    selector._encode = encode  # type: ignore[method-assign]
    selected(selector, texts[0])  # loads the encoder
    whole = milliseconds(lambda text: selected(selector, text), texts)
    return {
        "large_entries": len(entries),
        "large_points": len(selector._entries.points),
        "large_search_ms": round(median(search), 2),
        "large_search_p95_ms": round(sorted(search)[int(0.95 * ASKED)], 2),
        "large_with_encoder_ms": round(median(whole), 2),
        "large_index_mb": round(selector._entries.points.nbytes / 1e6, 1),
    }


def of_articles(articles: Sequence[dict[str, Any]]) -> TrainingData:
    examples: list[Example] = []
    responses: dict[str, tuple[ResponseVariation, ...]] = {}
    for article in articles:
        key = f"faq/{article['slug']}"
        for language in LANGUAGES:
            texts = [article[f"title_{language}"], *article[f"questions_{language}"]]
            examples += [Example(text, key) for text in texts]
        responses[f"utter_{key}"] = tuple(ResponseVariation(text=article[f"body_{each}"]) for each in LANGUAGES)
    return TrainingData(tuple(examples), responses=responses)


def trained(data: TrainingData) -> ResponseSelector:
    selector = ResponseSelector(ResponseSelectorConfig(model=ENCODER), language="zh", root=ROOT)
    selector.train(data, silent)
    return selector


def selected(selector: ResponseSelector, text: str) -> str:
    """The key of the answer that comes first."""
    (understood,) = selector.process([Understanding(text)])
    key: str = understood.extra["response_selector"]["default"]["response"]["intent_response_key"]
    return key.removeprefix("faq/")


def held_out() -> dict[str, dict[str, list[str]]]:
    """Article → language → questions."""
    read: dict[str, dict[str, list[str]]] = YAML(typ="safe").load(ROOT / "tests/nlu/held_out/faq.yml")
    return read


def percent(right: Sequence[bool]) -> float:
    return round(100 * mean(right), 1)


def milliseconds(work: Callable[[str], Any], texts: Sequence[str]) -> list[float]:
    times: list[float] = []
    for text in texts:
        started = time.process_time()
        work(text)
        times.append(1000 * (time.process_time() - started))
    return times


def machine() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    return f"{cpu}, {os.cpu_count()} cores ({threads} used), {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
