"""How fast the starter's understanding is beside its bare encoder, and how much memory a server takes.

    python benchmarks/nlu_speed.py [--rasa PATH/TO/rasa]      # writes benchmarks/results/nlu_speed.json

Uses the project's newest model (`bot train` makes one) and the unseen messages of tests/nlu. The bare encoder is the
forward pass in the number format that the model is served in, on ids that lie ready; what is compared with it also
cuts the text, labels intents and entities, and hands answers to their callers. With `--rasa` (or $KEFU_RASA), the `rasa`
command of an environment with Rasa 3.6, DIET is trained on the starter's examples (for a few epochs: only its speed counts) and both servers are asked
through POST /model/parse by as many callers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import httpx
from nlu import DIET
from nlu_data import Row, write_rows
from starter import machine

from bot.formats.data import read_data
from bot.formats.problem_list import ProblemList
from bot.stores.model_archive import CACHE, newest, open_model
from nlu_models.batching import MicroBatcher
from nlu_models.joint import collate
from nlu_models.predictor import JointPredictor
from nlu_models.sampling import sorted_batches

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks/results/nlu_speed.json"
CALLERS = 32
BATCHES = (8, 16, 32, 64)
Figures = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rasa", type=Path, default=os.environ.get("KEFU_RASA"))
    parser.add_argument("--servers-only", action="store_true", help="measure the servers; other figures stay")
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    texts = messages()
    figures: Figures = json.loads(given.out.read_text("utf-8"))["figures"] if given.out.exists() else {}
    if not given.servers_only:
        figures |= encoder(texts)
    figures |= servers(texts, given.rasa)
    record = {"machine": machine(), "date": datetime.now(UTC).date().isoformat(), "seeds": [0], "figures": figures}
    given.out.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(record, indent=2))


def encoder(texts: list[str]) -> Figures:
    """The newest model beside its bare encoder, in this process."""
    archive = newest(ROOT / "models")
    if archive is None:
        raise SystemExit("There is no model: run `bot train` first.")
    model = open_model(archive, ROOT / CACHE)
    folder = model.part_folder(next(part for part in model.metadata.nlu if part.name == "BertIntentSlotClassifier"))
    training = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    figures: Figures = {
        "starter_train_s": round(training["seconds"], 1),
        "starter_train_examples": training["examples"],
        "number_format": training["number_format"],
        "number_formats": training["trials"],
    }
    predictor = JointPredictor.load(folder)
    return figures | throughput(predictor, texts) | latency(predictor, texts)


def messages(languages: Sequence[str] = ("en", "zh")) -> list[str]:
    """Messages that are in no training file, both languages in turn."""
    files = [ROOT / f"tests/nlu/held_out/{language}.yml" for language in languages]
    parts = [[each.text for each in read_data([file], ProblemList()).training_data.examples] for file in files]
    return [text for together in zip(*parts, strict=False) for text in together]


def throughput(predictor: JointPredictor, texts: list[str]) -> Figures:
    """Messages a second: the bare encoder at its best batch size, and 32 callers of the micro-batcher."""
    bare = {size: len(texts) / best_of(3, lambda: encode(predictor, texts, size)) for size in BATCHES}  # noqa: B023
    best = max(bare, key=lambda size: bare[size])
    served = len(texts) / best_of(3, lambda: asyncio.run(call(predictor, texts)))
    return {
        "encoder_messages_per_s": round(bare[best], 1),
        "encoder_best_batch": best,
        "batcher_messages_per_s": round(served, 1),
        "throughput_vs_encoder": round(served / bare[best], 3),
    }


def encode(predictor: JointPredictor, texts: list[str], size: int) -> None:
    """The bare encoder over all texts, in batches of messages of like length."""
    import torch

    encoded = ENCODED.setdefault(id(predictor), predictor.tokenizer.encode(texts))
    with torch.inference_mode():
        for members in sorted_batches([len(each.ids) for each in encoded], size):
            chosen = [encoded[index] for index in members]
            batch = collate(chosen, pad=predictor.tokenizer.pad, device=predictor.placement.device)
            predictor.model.encoder(batch.ids, batch.mask)


ENCODED: dict[int, Any] = {}
"""Texts cut once, by predictor: cutting is no part of the bare encoder."""


async def call(predictor: JointPredictor, texts: list[str]) -> None:
    """As many callers as there are, each with its next message as soon as it has its answer."""
    waiting = iter(texts)
    with MicroBatcher(predictor, max_batch=CALLERS) as batcher:

        async def caller() -> None:
            for text in waiting:
                await batcher.predict_async(text)

        await asyncio.gather(*(caller() for _ in range(CALLERS)))


def latency(predictor: JointPredictor, texts: list[str]) -> Figures:
    """One message alone, in milliseconds: the median over every fifth message, each the best of three."""
    some = texts[::5]
    bare = [best_of(3, lambda: alone(predictor, encoded)) for encoded in predictor.tokenizer.encode(some)]  # noqa: B023
    whole = [best_of(3, lambda: predictor.predict([text])) for text in some]  # noqa: B023
    return {
        "encoder_alone_ms": round(1000 * statistics.median(bare), 2),
        "message_alone_ms": round(1000 * statistics.median(whole), 2),
        "latency_vs_encoder": round(statistics.median(whole) / statistics.median(bare), 3),
    }


def alone(predictor: JointPredictor, encoded: Any) -> None:
    import torch

    with torch.inference_mode():
        batch = collate([encoded], pad=predictor.tokenizer.pad, device=predictor.placement.device)
        predictor.model.encoder(batch.ids, batch.mask)


def servers(texts: list[str], rasa: Path | None) -> Figures:
    """POST /model/parse by 32 callers, and the memory of our server afterwards."""
    with server([sys.executable, "-m", "bot", "run", "--enable-api", "-m", "models", "-p"], ROOT) as (url, process):
        ours = parsed_per_second(url, texts)
        figures: Figures = {"parse_messages_per_s": round(ours, 1), "serving_memory_mb": round(memory_mb(process.pid))}
    if rasa:
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work)
            diet_project(folder, rasa)
            command = [str(rasa), "run", "--enable-api", "-m", "models/model.tar.gz", "-p"]
            with server(command, folder) as (url, _):
                theirs = parsed_per_second(url, texts)
        figures |= {"diet_parse_messages_per_s": round(theirs, 1), "messages_vs_diet": round(ours / theirs, 2)}
    return figures


def diet_project(folder: Path, rasa: Path) -> None:
    """DIET with its own default pipeline, trained on the starter's examples."""
    examples = read_data([ROOT / "data/nlu"], ProblemList()).training_data.examples
    rows = [Row(each.text, each.base_intent or "", each.entities) for each in examples if each.intent]
    (folder / "data").mkdir()
    (folder / "config.yml").write_text(DIET.format(language="en", seed=0).replace("100", "5", 1), encoding="utf-8")
    write_rows(rows, folder / "data/nlu.yml", folder / "domain.yml")
    command = [str(rasa), "train", "nlu", "--fixed-model-name", "model"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@contextmanager
def server(command: list[str], folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server that answers /status, stopped afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([*command, str(port)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: httpx.get(f"{url}/status", timeout=2).status_code == 200, process)
        yield url, process
    finally:
        process.terminate()
        process.wait(30)


def wait_for(ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if ready():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise SystemExit(f"{process.args} did not come up")


def parsed_per_second(url: str, texts: list[str]) -> float:
    """The best of three rounds, after one that warms up."""
    return len(texts) / min(best_of(1, lambda: asyncio.run(parse_all(url, texts))) for _ in range(4))


async def parse_all(url: str, texts: list[str]) -> None:
    waiting = iter(texts)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def caller() -> None:
            for text in waiting:
                async with session.post(f"{url}/model/parse", json={"text": text}) as answer:
                    answer.raise_for_status()
                    await answer.read()

        await asyncio.gather(*(caller() for _ in range(CALLERS)))


def memory_mb(pid: int) -> float:
    """Resident memory of a process, in megabytes of 10^6 bytes."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmRSS"))


def best_of(rounds: int, work: Callable[[], object]) -> float:
    """Seconds of the fastest of so many runs."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    main()
