import json
from pathlib import Path

from bot.evaluation.judged import judge
from bot.evaluation.plots import confusion_matrix, most_confused
from bot.evaluation.understanding import entity_pairs, intent_report, write_understanding
from bot.message import Entity, Intent, Understanding
from bot.training_data import Example


def judged(*rows: tuple[str, str, str]) -> list:  # type: ignore[type-arg]
    examples = [Example(text, intent) for text, intent, _ in rows]
    understood = [Understanding(text, Intent(predicted, 0.8)) for text, _, predicted in rows]
    return judge(examples, understood)


def test_each_intent_says_what_it_was_confused_with() -> None:
    report = intent_report(judged(("a", "greet", "greet"), ("b", "greet", "bye"), ("c", "bye", "bye")))
    assert report["greet"]["recall"] == 0.5
    assert report["greet"]["confused_with"] == {"bye": 1}
    assert report["bye"]["confused_with"] == {}
    assert report["accuracy"] == 2 / 3


def test_an_entity_counts_only_with_its_exact_offsets_and_role() -> None:
    example = Example(
        "从北京到上海", "fly", (Entity("city", "北京", 1, 3, role="from"), Entity("city", "上海", 4, 6, role="to"))
    )
    found = (
        Entity("city", "北京", 1, 3, role="from", extractor="Bert"),
        Entity("city", "海", 5, 6, role="to", extractor="Bert"),
        Entity("city", "上海", 4, 6, extractor="Other"),
    )
    pairs = judge([example], [Understanding(example.text, Intent("fly"), found)])
    assert sorted(zip(*entity_pairs(pairs, "Bert"), strict=True)) == [
        ("city.from", "city.from"),
        ("city.to", "no_entity"),
        ("no_entity", "city.to"),
    ]


def test_the_files_have_rasas_names(tmp_path: Path) -> None:
    example = Example("red dress", "search", (Entity("colour", "red", 0, 3),))
    right = Understanding(example.text, Intent("search", 0.9), (Entity("colour", "red", 0, 3, extractor="Bert"),))
    lines = write_understanding(judge([example], [right]), tmp_path, successes=True, errors=True, plot=False)
    assert {path.name for path in tmp_path.iterdir()} == {
        "intent_report.json", "intent_errors.json", "intent_successes.json",
        "Bert_report.json", "Bert_errors.json", "Bert_successes.json", "reliability_report.json",
    }  # fmt: skip
    assert json.loads((tmp_path / "Bert_report.json").read_text())["micro avg"]["f1-score"] == 1.0
    assert "1 of 1 right (100.0%)" in lines[0]


def test_a_model_that_finds_no_entity_has_a_report_that_says_so(tmp_path: Path) -> None:
    example = Example("red dress", "search", (Entity("colour", "red", 0, 3),))
    found = judge([example], [Understanding(example.text, Intent("search", 0.9))])
    lines = write_understanding(found, tmp_path, successes=False, errors=True, plot=False, extractors=["Bert"])
    assert "Bert: entity F1 0.000 (precision 0.000, recall 0.000, 1 annotated)" in lines
    assert json.loads((tmp_path / "Bert_errors.json").read_text(encoding="utf-8"))[0]["text"] == "red dress"


def test_of_many_intents_the_most_confused_are_drawn(tmp_path: Path) -> None:
    names = [f"intent_{number:03}" for number in range(200)]
    predicted = [*names[:-1], "intent_000"]
    assert {"intent_199", "intent_000"} <= set(most_confused(names, predicted))
    confusion_matrix(names, predicted, tmp_path / "matrix.png", title="Intents")
    assert (tmp_path / "matrix.png").stat().st_size > 1000
