"""TEDPolicy beside Rasa's own: next-action accuracy on stories that neither has seen, and the time of training.

    python benchmarks/ted.py --project PATH/TO/financial-demo --rasa PATH/TO/rasa     # writes results/ted.json

`--project` is any Rasa 3 project, such as https://github.com/RasaHQ/financial-demo; `--rasa` (or $KEFU_RASA) the `rasa`
command of an environment with Rasa 3.6, without which only our half is run. Both learn from the same four fifths of
the stories and are asked for every action of the others, each given what was told before it. Only TEDPolicy decides:
no memoization, no rules.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain import Domain
from bot.events import ActionExecuted
from bot.formats.config import ComponentSpec
from bot.formats.data import read_data
from bot.formats.problem_list import ProblemList
from bot.formats.write_stories import write_stories
from bot.policies.states import RuleOnly
from bot.policies.training import build_policy
from bot.policies.training_trackers import TrainingTracker, training_trackers
from bot.project import Project
from bot.stories import StoryData
from bot.tracker import Tracker

RESULT = Path(__file__).resolve().parent / "results/ted.json"
RASA_HALF = Path(__file__).resolve().parent / "peers/ted_rasa.py"
HELD_OUT = 0.2
OPTIONS = {"max_history": 5, "epochs": 100, "constrain_similarities": True}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=Path, help="without it nothing is measured: our own projects are too small")
    parser.add_argument("--rasa", type=Path, default=os.environ.get("KEFU_RASA"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--augmentation", type=int, default=50, help="as of `bot train` and `rasa train`")
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    if given.project is None:
        print("Nothing was measured: name a Rasa 3 project with --project.")
        return
    project = Project.load(given.project)
    with tempfile.TemporaryDirectory() as folder:
        splits = Path(folder)
        for seed in given.seeds:
            split(project.stories, seed, splits / str(seed))
        figures: dict[str, Any] = {
            "project": given.project.resolve().name,
            "stories": len(project.stories.stories),
            "options": OPTIONS,
            "augmentation": given.augmentation,
            "kefu": summary(
                [ours(splits / str(seed), project.domain, seed, given.augmentation) for seed in given.seeds]
            ),
        }
        if given.rasa:
            figures["rasa"] = summary(theirs(Path(given.rasa), given.project, splits, given.seeds, given.augmentation))
            figures["times_as_fast"] = round(figures["rasa"]["train_s"] / figures["kefu"]["train_s"], 1)
    record = {
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "seeds": given.seeds,
        "figures": figures,
    }
    given.out.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(record, ensure_ascii=False, indent=2))


def split(stories: StoryData, seed: int, folder: Path) -> None:
    """Write a fifth of the stories to test.yml and the others to train.yml; rules do not matter to TED."""
    order = list(stories.stories)
    random.Random(seed).shuffle(order)
    held_out = round(HELD_OUT * len(order))
    folder.mkdir(parents=True)
    for name, part in (("test", order[:held_out]), ("train", order[held_out:])):
        (folder / f"{name}.yml").write_text(write_stories(StoryData(stories=tuple(part))), encoding="utf-8")


def ours(folder: Path, domain: Domain, seed: int, augmentation: int) -> dict[str, Any]:
    policy = build_policy(ComponentSpec("TEDPolicy", {**OPTIONS, "random_seed": seed}))
    told = trackers(folder / "train.yml", domain, augmentation=augmentation)
    import torch  # noqa: F401 - so that loading it is not taken for training; Rasa's half has loaded TensorFlow too

    started = time.perf_counter()
    policy.train(told, domain)
    found: dict[str, Any] = {"seconds": time.perf_counter() - started}
    for name in ("train", "test"):
        found[name] = accuracy(policy, trackers(folder / f"{name}.yml", domain), domain)
    return found


def trackers(path: Path, domain: Domain, *, augmentation: int = 0) -> list[TrainingTracker]:
    problems = ProblemList()
    data = read_data([path], problems)
    return training_trackers(data.stories, domain, augmentation=augmentation)


def accuracy(policy: Any, told: Sequence[TrainingTracker], domain: Domain) -> dict[str, int]:
    """How many of the actions of these stories are predicted, each after what was told before it."""
    right = steps = 0
    for tracker in told:
        events = tracker.tracker.applied_events()
        for index, event in enumerate(events):
            if isinstance(event, ActionExecuted) and not event.unpredictable:
                before = Tracker.from_events("before", events[:index], domain)
                right += policy.predict(before, domain, RuleOnly()).action(domain) == event.name_or_text
                steps += 1
    return {"right": right, "steps": steps}


def theirs(rasa: Path, project: Path, splits: Path, seeds: Sequence[int], augmentation: int) -> list[dict[str, Any]]:
    """Rasa's half in one process, so that TensorFlow is loaded once and its loading does not count."""
    what = [str(domain_of(project)), str(splits), json.dumps(OPTIONS), str(augmentation), *map(str, seeds)]
    command = [str(rasa.parent / "python"), str(RASA_HALF), *what]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, "PYTHONPATH": ""})
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def domain_of(project: Path) -> Path:
    return next(path for path in (project / "domain.yml", project / "domain") if path.exists())


def summary(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Per cent of all steps of all seeds, per cent of each seed, and the median time of training."""
    return {
        "held_out_accuracy": percent(runs, "test"),
        "held_out_accuracy_by_seed": [percent([run], "test") for run in runs],
        "held_out_steps": sum(run["test"]["steps"] for run in runs),
        "training_accuracy": percent(runs, "train"),
        "training_steps": sum(run["train"]["steps"] for run in runs),
        "train_s": round(statistics.median(run["seconds"] for run in runs), 1),
        "train_s_by_seed": [round(run["seconds"], 1) for run in runs],
    }


def percent(runs: Sequence[dict[str, Any]], name: str) -> float:
    right, steps = (sum(int(run[name][key]) for run in runs) for key in ("right", "steps"))
    return round(100 * right / steps, 1)


def machine() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
