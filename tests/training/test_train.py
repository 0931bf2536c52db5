"""Training learns only what changed, and what it packs can be opened again."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from bot.errors import UsageError
from bot.project import Project
from bot.stores.model_archive import CACHE, newest, open_model, read_metadata
from bot.training import stale, train
from bot.training.fingerprints import fingerprint

CONFIG = """
language: zh
pipeline:
- name: WhitespaceTokenizer
- name: RegexEntityExtractor
- name: EntitySynonymMapper
policies:
- name: RulePolicy
- name: MemoizationPolicy
"""
DOMAIN = """
intents: [greet]
entities: [city]
responses:
  utter_greet:
  - text: 你好
"""
NLU = """
nlu:
- intent: greet
  examples: |
    - 你好
    - hello from [York](city)
- lookup: city
  examples: |
    - York
    - 上海
"""
RULES = """
rules:
- rule: hello
  steps:
  - intent: greet
  - action: utter_greet
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    files = {"config.yml": CONFIG, "domain.yml": DOMAIN, "data/nlu.yml": NLU, "data/rules.yml": RULES}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_understanding_cannot_be_trained_from_nothing(root: Path) -> None:
    (root / "data/nlu.yml").write_text("nlu:\n", encoding="utf-8")
    with pytest.raises(UsageError, match="there are no NLU examples below"):
        train(Project.load(root), core=False)
    assert "RulePolicy" in train(Project.load(root)).trained


def test_the_second_training_does_nothing(root: Path) -> None:
    first = train(Project.load(root))
    assert set(first.trained) == {"RegexEntityExtractor", "EntitySynonymMapper", "RulePolicy", "MemoizationPolicy"}
    assert first.needless == ("WhitespaceTokenizer",)
    assert stale(Project.load(root)) == ()
    second = train(Project.load(root))
    assert second.unchanged and second.model == first.model


def test_only_what_depends_on_a_change_is_learnt_again(root: Path) -> None:
    train(Project.load(root))
    (root / "data/nlu.yml").write_text(NLU + "    - 北京\n", encoding="utf-8")
    assert stale(Project.load(root)) == ("RegexEntityExtractor",)
    result = train(Project.load(root), name="second")
    assert result.trained == ("RegexEntityExtractor",)
    assert set(result.reused) == {"EntitySynonymMapper", "RulePolicy", "MemoizationPolicy"}


def test_a_changed_rule_leaves_nlu_alone(root: Path) -> None:
    train(Project.load(root))
    (root / "data/rules.yml").write_text(RULES.replace("hello", "hallo"), encoding="utf-8")
    assert set(stale(Project.load(root))) == {"RulePolicy", "MemoizationPolicy"}


def test_force_learns_everything(root: Path) -> None:
    train(Project.load(root))
    assert len(train(Project.load(root), force=True, name="again").trained) == 4


def test_a_failed_training_leaves_no_model_behind(root: Path) -> None:
    (root / "data/nlu.yml").write_text(NLU + "- regex: city\n  examples: |\n    - ([\n", encoding="utf-8")
    with pytest.raises(UsageError, match="city"):
        train(Project.load(root))
    assert newest(root / "models") is None
    assert not [path for path in (root / CACHE / "parts").iterdir() if path.name.startswith(".")]


def test_an_archive_opens_again_and_is_unpacked_once(root: Path) -> None:
    archive = train(Project.load(root), name="m").model
    model = open_model(archive, root / CACHE)
    assert model.metadata == read_metadata(archive)
    assert [part.name for part in model.metadata.policies] == ["RulePolicy", "MemoizationPolicy"]
    marker = model.folder / "marker"
    marker.touch()
    assert open_model(archive, root / CACHE).folder == model.folder and marker.exists()


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tar.gz"
    with tarfile.open(path, "w:gz"):
        pass
    with pytest.raises(UsageError, match="bot train"):
        read_metadata(path)


def test_fingerprints_see_values_and_order_but_not_places(root: Path) -> None:
    one, two = Project.load(root).training_data, Project.load(root).training_data
    assert fingerprint(one) == fingerprint(two)
    assert fingerprint({"a": 1, "b": 2}) != fingerprint({"b": 2, "a": 1})
    (root / "data/nlu.yml").write_text("# a comment moves every line\n" + NLU, encoding="utf-8")
    assert fingerprint(Project.load(root).training_data) == fingerprint(one)
