"""The starter shop: how long it takes to begin, what it understands of messages it never saw, what the GPT words itself.

    python benchmarks/starter.py          # writes benchmarks/results/starter.json

Uses the project's newest model (`bot train` makes one) and replays its test conversations.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.assembly import nlu_of
from bot.formats.data import read_data
from bot.formats.problem_list import ProblemList
from bot.message import Entity, Intent, Understanding
from bot.nlu.fallback import FALLBACK_INTENT
from bot.project import Project
from bot.stores.model_archive import CACHE, newest, open_model
from bot.training_data import Example

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks/results/starter.json"


def main() -> None:
    figures: dict[str, Any] = {}
    figures["help_s"] = seconds("--help")
    figures["validate_s"] = seconds("data", "validate")
    figures["second_start_s"] = first_answer_s()
    figures |= understanding()
    figures |= conversations()
    record = {
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "seeds": [0],
        "figures": figures,
    }
    RESULT.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(record, ensure_ascii=False, indent=2))


def seconds(*arguments: str) -> float:
    """The best of three runs of a command, as a whole process."""
    times: list[float] = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "bot", *arguments], cwd=ROOT, capture_output=True, check=True)
        times.append(time.perf_counter() - started)
    return round(min(times), 2)


def first_answer_s() -> float:
    """The best of three starts of `bot shell`, until its first answer is there."""
    times: list[float] = []
    for _ in range(3):
        started = time.perf_counter()
        command = [sys.executable, "-m", "bot", "shell"]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as shell:
            assert shell.stdin is not None and shell.stdout is not None
            shell.stdin.write("hello\n")
            shell.stdin.flush()
            answer = next(line for line in shell.stdout if line.startswith("bot:"))
            times.append(time.perf_counter() - started)
            assert answer.removeprefix("bot:").strip()
            shell.stdin.close()
            shell.stdout.read()
    return round(min(times), 2)


def understanding() -> dict[str, Any]:
    """Intent accuracy and entity F1 (span, name and role must be right) on messages that are in no training file."""
    project = Project.load(ROOT)
    archive = newest(ROOT / "models")
    assert archive is not None, "no model: run `bot train` first"
    model = open_model(archive, ROOT / CACHE)
    bert = next(part for part in model.metadata.nlu if part.name == "BertIntentSlotClassifier")
    training = json.loads((model.part_folder(bert) / "training.json").read_text(encoding="utf-8"))
    figures: dict[str, Any] = {"train_examples": training["examples"], "train_s": round(training["seconds"], 1)}
    pipeline = nlu_of(project, model)
    for language in ("en", "zh"):
        data = read_data([ROOT / f"tests/nlu/held_out/{language}.yml"], ProblemList()).training_data
        found = pipeline.parse_batch([example.text for example in data.examples])
        right = sum(best(u).name == example.intent for u, example in zip(found, data.examples, strict=True))
        figures[f"unseen_messages_{language}"] = len(found)
        figures[f"unseen_intent_accuracy_{language}"] = round(100 * right / len(found), 1)
        figures[f"unseen_entity_f1_{language}"] = round(100 * entity_f1(found, data.examples), 1)
        doubted = sum(u.intent.name == FALLBACK_INTENT for u in found)
        figures[f"unseen_fallback_rate_{language}"] = round(100 * doubted / len(found), 1)
    return figures


def best(understanding: Understanding) -> Intent:
    """The model's best intent, whether it was confident or not."""
    return (
        understanding.ranking[1]
        if understanding.intent.name == FALLBACK_INTENT and len(understanding.ranking) > 1
        else understanding.intent
    )


def entity_f1(found: list[Understanding], examples: tuple[Example, ...]) -> float:
    right = predicted = expected = 0
    for understanding, example in zip(found, examples, strict=True):
        here, there = keys(understanding.entities), keys(example.entities)
        right += len(here & there)
        predicted += len(here)
        expected += len(there)
    return 2 * right / (predicted + expected)


def keys(entities: tuple[Entity, ...]) -> set[tuple[Any, ...]]:
    return {(entity.start, entity.end, entity.entity, entity.role) for entity in entities}


def conversations() -> dict[str, Any]:
    """What `bot test` said last, of this model: conversations that went well, and replies that the GPT worded."""
    path, archive = ROOT / "results/story_report.json", newest(ROOT / "models")
    assert archive is not None
    if not path.exists() or path.stat().st_mtime < archive.stat().st_mtime:
        subprocess.run([sys.executable, "-m", "bot", "test", "core"], cwd=ROOT, capture_output=True, check=False)
    report = json.loads(path.read_text(encoding="utf-8"))
    wording = report.get("wording", {"marked": 0, "own": 0})
    return {
        "conversations": report["conversation_accuracy"]["total"],
        "conversations_passed": report["conversation_accuracy"]["correct"],
        "gpt_marked_replies": wording["marked"],
        "gpt_own_replies": wording["own"],
        "gpt_own_share": round(100 * wording["own"] / max(wording["marked"], 1), 1),
    }


def machine() -> str:
    cpu = next(
        (line.split(":", 1)[1].strip() for line in _cpuinfo() if line.startswith("model name")), platform.processor()
    )
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


if __name__ == "__main__":
    main()
