"""Dialogue state tracking on WOZ 2.0 and CrossWOZ: joint goal accuracy, and how it grows with the time of training.

    python benchmarks/dst.py --data PATH/TO/DATA      # writes benchmarks/results/dst.json

`--data` holds `woz2/{train,validation,test}.jsonl` (600, 200 and 400 dialogues) and `crosswoz/val.jsonl`: JSON lines,
a dialogue each, with `turns` of `speaker`, `text` and on a user's turn the `state` after it. The last epoch's model is
tested; the validation part only draws the curve.

As is usual on WOZ 2.0 the ontology is that of the whole data set, its three informable slots are tracked, and variants
of a label are one value (`SAME`): no turn's text is changed. The published score is of SUMBT (Lee et al. 2019).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from nlu_models.state_predictor import StatePredictor
from nlu_models.state_trainer import StateTrainingConfig, StateTrainingStep, train
from nlu_models.state_turns import DONT_CARE, State, TrackedSlot, Turn, joint_goal_accuracy, turns_of

RESULT = Path(__file__).resolve().parent / "results/dst.json"
PUBLISHED = {"SUMBT": 91.0}
SAME = {"corsican": "corsica"}
DESCRIPTIONS = {
    "restaurant-food": "food: the kind of food that the restaurant serves",
    "restaurant-area": "area: the part of town where the restaurant is",
    "restaurant-price range": "price range: how expensive the restaurant is",
}
CROSSWOZ_SLOTS = 12
"""How many of CrossWOZ's slots are tracked: those that most often have a value."""
HELD_OUT = 100
"""The last dialogues of CrossWOZ's part are held out."""
Dialogue = list[Turn]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", choices=("woz2", "crosswoz"), nargs="+", default=["woz2", "crosswoz"])
    parser.add_argument("--epochs", type=int, help="None leaves the trainer's own")
    parser.add_argument("--rate", type=float, default=StateTrainingConfig.learning_rate)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share", type=float, default=1.0, help="of the training dialogues, for a quick look")
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    figures = json.loads(given.out.read_text(encoding="utf-8")) if given.out.is_file() else {}
    for name in given.only:
        figures |= {f"{name}_{key}": value for key, value in MEASURED[name](given).items()}
        figures |= {
            "machine": machine(),
            "torch_threads": torch.get_num_threads(),
            "date": datetime.now(UTC).date().isoformat(),
            "seed": given.seed,
            "published": PUBLISHED,
        }
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        print(json.dumps({key: figures[key] for key in figures if key.startswith(name)}, ensure_ascii=False))


def woz2(given: argparse.Namespace) -> dict[str, Any]:
    """The English figures, by the small English encoder."""
    parts = {part: read(given.data / f"woz2/{part}.jsonl", DESCRIPTIONS) for part in ("train", "validation", "test")}
    slots = ontology([dialogue for part in parts.values() for dialogue in part], DESCRIPTIONS)
    return measured(parts["train"], parts["validation"], parts["test"], slots, "all-MiniLM-L6-v2", given)


def crosswoz(given: argparse.Namespace) -> dict[str, Any]:
    """The Chinese figures, by the multilingual encoder."""
    path = given.data / "crosswoz/val.jsonl"
    counts: dict[str, int] = {}
    for turn in (turn for dialogue in read(path, None) for turn in dialogue):
        for slot in turn.after:
            counts[slot] = counts.get(slot, 0) + 1
    described = {
        slot: slot.replace("-", "的") for slot in sorted(counts, key=lambda slot: -counts[slot])[:CROSSWOZ_SLOTS]
    }
    dialogues = read(path, described)
    slots = ontology(dialogues, described)
    held_out = dialogues[-HELD_OUT:]
    return {
        **measured(dialogues[:-HELD_OUT], held_out[: HELD_OUT // 2], held_out, slots, "multilingual-e5-small", given),
        "slots": list(described),
    }


def measured(
    training: Sequence[Dialogue],
    validation: Sequence[Dialogue],
    test: Sequence[Dialogue],
    slots: Sequence[TrackedSlot],
    encoder: str,
    given: argparse.Namespace,
) -> dict[str, Any]:
    """Train on `training`, look at `validation` after epochs, and test once at the end.

    Times are of training alone; the curve's own tests do not count.
    """
    training = training[: max(1, round(len(training) * given.share))]
    curve: list[dict[str, Any]] = []
    spent = [0.0, 0.0]
    started = [time.monotonic(), time.process_time()]
    last = 0

    def so_far() -> tuple[float, float]:
        return time.monotonic() - started[0] - spent[0], time.process_time() - started[1] - spent[1]

    def on_step(step: StateTrainingStep) -> None:
        nonlocal last
        last = step.steps
        if step.predictor is None:
            return
        wall, cpu = so_far()
        at = time.monotonic(), time.process_time()
        accuracy = scores(step.predictor, validation)["joint_goal"]
        curve.append(
            {"epoch": step.epoch, "wall_min": minutes(wall), "cpu_min": minutes(cpu), "validation_joint_goal": accuracy}
        )
        print(curve[-1], f"loss {step.loss:.3f}", flush=True)
        spent[0] += time.monotonic() - at[0]
        spent[1] += time.process_time() - at[1]

    config = StateTrainingConfig(encoder=encoder, epochs=given.epochs, learning_rate=given.rate, seed=given.seed)
    predictor = train(training, slots, config, on_step=on_step)
    wall, cpu = so_far()
    return {
        **scores(predictor, test),
        "train_min": minutes(wall),
        "train_cpu_min": minutes(cpu),
        "train_turns": sum(map(len, training)),
        "test_turns": sum(map(len, test)),
        "steps": last,
        "encoder": encoder,
        "curve": curve,
    }


def scores(predictor: StatePredictor, dialogues: Sequence[Dialogue]) -> dict[str, Any]:
    """Per cent of turns after which the whole state is right, and of each slot alone."""
    tracked = [state for states in predictor.track(dialogues) for state in states]
    turns = [turn for dialogue in dialogues for turn in dialogue]
    slots = [slot.name for slot in predictor.slots]
    right = {
        slot: sum(state.get(slot) == turn.after.get(slot) for state, turn in zip(tracked, turns, strict=True))
        for slot in slots
    }
    return {
        "joint_goal": round(100 * joint_goal_accuracy(tracked, turns), 2),
        "slots_right": {slot: round(100 * right[slot] / max(1, len(turns)), 2) for slot in slots},
    }


def read(path: Path, tracked: dict[str, str] | None) -> list[Dialogue]:
    """The dialogues of a file with the states of the `tracked` slots, or of all."""
    dialogues = []
    for line in path.read_text(encoding="utf-8").splitlines():
        said: list[tuple[str, str, State]] = []
        system = ""
        for turn in json.loads(line)["turns"]:
            if turn["speaker"] == "system":
                system = turn["text"]
                continue
            state = {
                slot: SAME.get(value, value)
                for slot, value in turn["state"].items()
                if isinstance(value, str) and (tracked is None or slot in tracked)
            }
            said.append((system, turn["text"], state))
            system = ""
        dialogues.append(turns_of(said))
    return dialogues


def ontology(dialogues: Sequence[Dialogue], described: dict[str, str]) -> list[TrackedSlot]:
    """The tracked slots with every value that occurs."""
    values: dict[str, dict[str, list[str]]] = {slot: {} for slot in described}
    for state in (turn.after for dialogue in dialogues for turn in dialogue):
        for slot, value in state.items():
            if value != DONT_CARE:
                values[slot].setdefault(value, [])
    return [TrackedSlot(slot, text, dict(sorted(values[slot].items()))) for slot, text in described.items()]


def minutes(seconds: float) -> float:
    return round(seconds / 60, 2)


def machine() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


MEASURED = {"woz2": woz2, "crosswoz": crosswoz}


if __name__ == "__main__":
    main()
