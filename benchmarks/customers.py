"""Simulated customers of a shop that the starter has never seen: how many get exactly what they wanted.

    python benchmarks/customers.py --tasks TASKS.jsonl --shop FOLDER --mapping tau_retail   # writes results/customers.json

The tasks are those of tau-bench's retail shop (Yao et al. 2024, arXiv:2406.12045) that want one operation. Each
customer talks to the starter in English and in Chinese, in sentences drawn with the seed from `tests/customers`, or
from another folder of phrasings (`--phrasings`), until the operation is done or 20 messages have passed; the table
`operations` is then compared with what should have been done.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.entities import machine
from bot.cli.loading import model_of
from bot.evaluation.customers.report import by_operation, figures, write_report
from bot.evaluation.customers.run import LANGUAGES, Shop, talk_with_customers
from bot.evaluation.customers.talk import Outcome
from bot.evaluation.customers.tasks import read_tasks
from bot.project import Project

ROOT = Path(__file__).resolve().parents[1]
RESULT = Path(__file__).with_name("results") / "customers.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=Path, required=True)
    parser.add_argument("--shop", type=Path, required=True)
    parser.add_argument("--mapping", default="tau_retail")
    parser.add_argument("--phrasings", type=Path, default=None)
    parser.add_argument("--model", default=None)
    parser.add_argument("--language", action="append", choices=LANGUAGES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="take every so manieth task")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()

    tasks = [task for task in read_tasks(options.tasks) if len(task.wanted) == 1][:: options.every]
    project = Project.load(ROOT)
    started = time.time()

    def show(outcome: Outcome) -> None:
        done = "" if outcome.is_right else " WRONG WRITE" if outcome.wrong else " not done"
        print(f"{outcome.language} {outcome.task.id}: {outcome.turns} messages{done}", flush=True)
        if not outcome.is_right:
            print("".join(f"    {who}: {text}\n" for who, text in outcome.transcript), flush=True)

    outcomes = talk_with_customers(
        project, model_of(project, options.model), tasks, shop=Shop(options.shop, options.mapping),
        languages=tuple(options.language or LANGUAGES), phrasings=options.phrasings, seed=options.seed, progress=show,
    )  # fmt: skip
    found = figures(outcomes)
    result: dict[str, Any] = {
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "seeds": [options.seed],
        "tasks": len(tasks),
        "seconds": round(time.time() - started),
        "figures": {
            **{f"tau_{language}": found[language] for language in options.language or LANGUAGES},
            "tau_wrong_writes": found["wrong_writes"],
            "tau_median_turns": found["median_turns"],
        },
        "right": {
            f"{language} {name}": f"{right} of {whole}" for language, name, right, whole in by_operation(outcomes)
        },
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    write_report(outcomes, options.out.parent / f"{options.out.stem}_failed") if options.out != RESULT else None
    print(json.dumps(result["figures"]))


if __name__ == "__main__":
    main()
