"""Understanding on public data, one configuration for all of it, beside Rasa's DIET in the same run.

    python benchmarks/nlu.py --data DIR [--rasa PATH/TO/rasa] [--only snips crosswoz]   # writes results/nlu.json

`--data` holds banking77, clinc150, snips and crosswoz as JSON lines (see `nlu_data.py`); without it nothing is
measured. Each set becomes a project that `bot train nlu` trains and `bot test nlu` tests; figures are read from the
reports. `--rasa` (or $KEFU_RASA) is the `rasa` command of an environment with Rasa 3.6: it trains and tests the same
files. Sets that are not asked for keep the figures that they have.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nlu_data import OUT_OF_SCOPE, Row, acts_of, crosswoz, read_rows, write_rows
from starter import machine

RESULT = Path(__file__).resolve().parent / "results/nlu.json"
SEEDS = (0, 1, 2)
"""For the small sets; the others are trained once."""
CONFIG = """recipe: default.v1
assistant_id: benchmark
language: {language}
pipeline:
- name: BertIntentSlotClassifier
  seed: {seed}
"""
DIET = """recipe: default.v1
assistant_id: benchmark
language: en
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- {{name: CountVectorsFeaturizer, analyzer: char_wb, min_ngram: 1, max_ngram: 4}}
- {{name: DIETClassifier, epochs: 100, constrain_similarities: true, random_seed: {seed}}}
"""
FLOOR = 0.9625
"""In-scope accuracy that the threshold must keep on validation data: a little above what is wanted on the test."""
Figures = dict[str, Any]


class Trained:
    """A project trained on rows, by us or by Rasa."""

    def __init__(self, folder: Path, rows: list[Row], *, rasa: Path | None = None, language: str = "en", seed: int = 0):
        self.folder = folder
        self.extractor = "DIETClassifier" if rasa else "BertIntentSlotClassifier"
        self.command = [str(rasa)] if rasa else [sys.executable, "-m", "bot"]
        (folder / "data").mkdir()
        config = (DIET if rasa else CONFIG).format(language=language, seed=seed)
        (folder / "config.yml").write_text(config, encoding="utf-8")
        write_rows(rows, folder / "data/nlu.yml", folder / "domain.yml")
        started = time.monotonic()
        self._run("train", "nlu", "--fixed-model-name", "model")
        self.seconds = time.monotonic() - started

    def test(self, rows: list[Row]) -> Tested:
        """What `test nlu` reports on `rows`."""
        write_rows(rows, self.folder / "test.yml")
        results = self.folder / "results"
        for old in results.glob("*.json"):
            old.unlink()
        self._run("test", "nlu", "--nlu", "test.yml", "--no-plot", "--successes")
        return Tested(rows, results, self.extractor)

    def _run(self, *arguments: str) -> None:
        environment = os.environ | {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
        done = subprocess.run(
            [*self.command, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


class Tested:
    """The predictions that a test wrote down, by message."""

    def __init__(self, rows: list[Row], results: Path, extractor: str) -> None:
        self.rows, self.results, self.extractor = rows, results, extractor
        self.intents: dict[str, tuple[str, float]] = {}
        self.entities: dict[str, set[tuple[Any, ...]]] = {}
        for entry in self._entries("intent"):
            said = entry["intent_prediction"]
            self.intents[entry["text"]] = (said["name"], said["confidence"])
        for entry in self._entries(extractor):
            found = entry["predicted_entities"]
            self.entities[entry["text"]] = {(e["start"], e["end"], e["entity"], e.get("role")) for e in found}

    def _entries(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for name in ("errors", "successes"):
            path = self.results / f"{kind}_{name}.json"
            found += json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        return found

    def report(self, name: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.results / name).read_text(encoding="utf-8"))
        return loaded

    def accuracy(self) -> float:
        return _percent(sum(self.intents[row.text][0] == row.intent for row in self.rows), len(self.rows))

    def entity_f1(self) -> float:
        return round(100 * float(self.report(f"{self.extractor}_report.json")["micro avg"]["f1-score"]), 2)

    def sentences(self) -> float:
        """Messages whose intent and all of whose entities are right."""
        right = sum(
            self.intents[row.text][0] == row.intent and self.entities.get(row.text, set()) == row.spans
            for row in self.rows
        )
        return _percent(right, len(self.rows))


def banking77(data: Path, folder: Callable[[], Path], rasa: Path | None, size: str) -> Figures:
    """Accuracy (mean of the seeds for few examples), seconds of training, calibration of the whole set."""
    name = f"banking77_{size}"
    train = "train.jsonl" if size == "full" else f"fewshot/train_{size.removesuffix('shot')}.jsonl"
    rows, held_out = read_rows(data / "banking77" / train), read_rows(data / "banking77/test.jsonl")
    figures: Figures = {}
    seeds = SEEDS[:1] if size == "full" else SEEDS
    runs = [Trained(folder(), rows, seed=seed) for seed in seeds]
    tests = [run.test(held_out) for run in runs]
    figures[name] = round(statistics.mean(test.accuracy() for test in tests), 2)
    figures[f"{name}_train_s"] = round(statistics.mean(run.seconds for run in runs), 1)
    if size == "full":
        figures["banking77_ece"] = round(tests[0].report("reliability_report.json")["calibration_error"], 4)
    if rasa:
        peers = [Trained(folder(), rows, rasa=rasa, seed=seed) for seed in seeds]
        figures[f"diet_{name}"] = round(statistics.mean(peer.test(held_out).accuracy() for peer in peers), 2)
        figures[f"diet_{name}_train_s"] = round(statistics.mean(peer.seconds for peer in peers), 1)
    return figures


def clinc150(data: Path, folder: Callable[[], Path], rasa: Path | None) -> Figures:
    """In-scope accuracy and out-of-scope recall at one threshold, which is chosen on the validation part."""
    parts = {path.stem: read_rows(path) for path in (data / "clinc150").glob("*.jsonl")}
    rows = [*parts["train"], *(row.named(OUT_OF_SCOPE) for row in parts["oos_train"])]
    figures: Figures = {}
    for prefix, peer in (("", None), ("diet_", rasa)):
        if prefix and not peer:
            continue
        run = Trained(folder(), rows, rasa=peer)
        test = run.test([row for name in ("val", "oos_val", "test", "oos_test") for row in parts[name]])
        scores = {name: [_doubt(test, row) for row in parts[name]] for name in ("val", "oos_val", "test", "oos_test")}
        threshold = _threshold(scores["val"], scores["oos_val"])
        figures[f"{prefix}clinc150_threshold"] = threshold
        in_scope = sum(right and sure >= threshold for sure, right in scores["test"])
        figures[f"{prefix}clinc150_in_scope"] = _percent(in_scope, len(scores["test"]))
        refused = sum(sure < threshold for sure, _ in scores["oos_test"])
        figures[f"{prefix}clinc150_oos_recall"] = _percent(refused, len(scores["oos_test"]))
        figures[f"{prefix}clinc150_train_s"] = round(run.seconds, 1)
    return figures


def _doubt(test: Tested, row: Row) -> tuple[float, bool]:
    """How sure the answer is, 0 where it is out of scope, and whether it is right."""
    name, confidence = test.intents[row.text]
    return (0.0 if name == OUT_OF_SCOPE else confidence), name == row.intent


def _threshold(known: list[tuple[float, bool]], unknown: list[tuple[float, bool]]) -> float:
    """The highest that keeps `FLOOR`; where none does, 0.01: only what is taken for out of scope is refused."""
    steps = [step / 100 for step in range(1, 100)]
    kept = [step for step in steps if sum(right and sure >= step for sure, right in known) / len(known) >= FLOOR]
    return max(kept, key=lambda step: sum(sure < step for sure, _ in unknown), default=0.01)


def snips(data: Path, folder: Callable[[], Path], rasa: Path | None) -> Figures:
    """Intents, slots, and both right."""
    rows, held_out = read_rows(data / "snips/train.jsonl.gz"), read_rows(data / "snips/test.jsonl")
    figures: Figures = {}
    for prefix, peer in (("", None), ("diet_", rasa)):
        if prefix and not peer:
            continue
        run = Trained(folder(), rows, rasa=peer)
        test = run.test(held_out)
        figures[f"{prefix}snips_intent"] = test.accuracy()
        figures[f"{prefix}snips_slot_f1"] = test.entity_f1()
        if not prefix:
            figures["snips_sentence"] = test.sentences()
        figures[f"{prefix}snips_train_s"] = round(run.seconds, 1)
    return figures


def crosswoz_acts(data: Path, folder: Callable[[], Path], rasa: Path | None) -> Figures:
    """F1 of the acts of the customers' turns: trained on half of the dialogues, tested on the others."""
    first, second = crosswoz(data / "crosswoz/val.jsonl")
    run = Trained(folder(), [turn.row for turn in first], language="zh")
    test = run.test([turn.row for turn in second])
    both = said = meant = 0
    for turn in second:
        text = turn.row.text
        found = acts_of(text, test.intents[text][0], test.entities.get(text, set()))
        both, said, meant = both + len(found & turn.acts), said + len(found), meant + len(turn.acts)
    return {"crosswoz_act_f1": _percent(2 * both, said + meant), "crosswoz_train_s": round(run.seconds, 1)}


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2)


SETS: dict[str, Callable[[Path, Callable[[], Path], Path | None], Figures]] = {
    "banking77_5shot": lambda data, folder, rasa: banking77(data, folder, rasa, "5shot"),
    "banking77_10shot": lambda data, folder, rasa: banking77(data, folder, rasa, "10shot"),
    "banking77_full": lambda data, folder, rasa: banking77(data, folder, rasa, "full"),
    "clinc150": clinc150,
    "snips": snips,
    "crosswoz": crosswoz_acts,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="without it nothing is measured: our own examples are too few")
    parser.add_argument("--rasa", type=Path, default=os.environ.get("KEFU_RASA"))
    parser.add_argument("--only", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    if given.data is None:
        print("Nothing was measured: name the folder of the data sets with --data.")
        return
    for name in given.only:
        with tempfile.TemporaryDirectory() as work:
            figures = SETS[name](given.data, lambda: Path(tempfile.mkdtemp(dir=work)), given.rasa)
        print(name, json.dumps(figures), flush=True)
        _write(given.out, figures)


def _write(path: Path, figures: Figures) -> None:
    old = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.exists() else {}
    record = {
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "seeds": list(SEEDS),
        "figures": dict(sorted((old | figures).items())),
    }
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
