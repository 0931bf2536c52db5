"""NLU components written for Rasa are trained, archived, loaded and asked, beside our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.assembly import nlu_of
from bot.errors import ProjectError
from bot.message import Understanding
from bot.nlu.base import Component, Progress
from bot.project import Project
from bot.registry import register
from bot.stores.model_archive import CACHE, newest, open_model
from bot.training import stale, train
from bot.training_data import TrainingData
from tests.compat import code
from tests.compat.projects import write_project

OVERLAP = """
- name: custom_nlu.classifier.OverlapClassifier
"""


def parse(root: Path, *texts: str) -> list[Understanding]:
    """What the newest model, freshly opened, makes of texts."""
    project = Project.load(root)
    archive = newest(root / "models")
    assert archive is not None
    return nlu_of(project, open_model(archive, root / CACHE)).parse_batch(texts)


def test_a_sentiment_component_reads_tokens_and_its_output_comes_out(tmp_path: Path) -> None:
    pipeline = """
    - name: WhitespaceTokenizer
    - name: custom_components.sentiment.SentimentAnalyzer
      words: {bad: [terrible, awful]}
    """
    root = write_project(tmp_path, {"custom_components/sentiment.py": code.SENTIMENT}, pipeline=pipeline)
    result = train(Project.load(root))
    assert result.trained == ("RulePolicy",) and result.needless == ()
    good, bad = (found.as_dict() for found in parse(root, "hello there", "awful, just awful"))
    assert good["sentiment"] == "pos" and bad["sentiment"] == "neg"
    assert bad["entities"] == [{"entity": "sentiment", "value": "neg", "extractor": "sentiment", "confidence": 0.9}]
    assert bad["text_tokens"] == [(0, 5), (7, 11), (12, 17)]
    assert "secret" not in bad  # set without `add_to_output`


def test_a_tokenizer_an_extractor_and_a_classifier_work_together(tmp_path: Path) -> None:
    pipeline = """
    - name: custom_nlu.tokenizer.PairTokenizer
    - name: custom_nlu.extractor.PatternExtractor
    - name: custom_nlu.classifier.OverlapClassifier
    - name: FallbackClassifier
      threshold: 0.2
    """
    files = {
        "custom_nlu/__init__.py": "",
        "custom_nlu/tokenizer.py": code.TOKENIZER,
        "custom_nlu/extractor.py": code.EXTRACTOR,
        "custom_nlu/classifier.py": code.CLASSIFIER,
    }
    root = write_project(tmp_path, files, pipeline=pipeline, language="zh")
    first = train(Project.load(root))
    assert {"custom_nlu.extractor.PatternExtractor", "custom_nlu.classifier.OverlapClassifier"} <= set(first.trained)
    zh, en, none = parse(root, "我要衬衫 K1234", "a large shirt please", "?!")
    assert (zh.intent.name, en.intent.name) == ("order", "order")
    assert [(e.entity, e.value, e.start, e.end, e.extractor) for e in zh.entities] == [
        ("order_number", "K1234", 5, 10, "PatternExtractor")
    ]
    assert en.ranking[0].confidence == 0.75 and len(en.ranking) == 3
    assert none.intent.name == "nlu_fallback"  # ours, after theirs
    assert stale(Project.load(root)) == ()


def test_what_changed_is_trained_again_and_code_counts(tmp_path: Path) -> None:
    files = {"custom_nlu/classifier.py": code.CLASSIFIER}
    root = write_project(tmp_path, files, pipeline="- name: WhitespaceTokenizer\n" + OVERLAP.strip())
    train(Project.load(root))
    assert stale(Project.load(root)) == ()
    file = root / "custom_nlu/classifier.py"
    file.write_text(file.read_text(encoding="utf-8") + "\n# another comment\n", encoding="utf-8")
    assert stale(Project.load(root)) == ("custom_nlu.classifier.OverlapClassifier",)


def test_features_stay_with_messages_for_later_components(tmp_path: Path) -> None:
    pipeline = """
    - name: WhitespaceTokenizer
    - name: lengths.LengthFeaturizer
    - name: RegexFeaturizer
    - name: lengths.NearestLength
    """
    nlu = """
    nlu:
    - intent: greet
      examples: |
        - hi yo
    - intent: order
      examples: |
        - enormous elephant
    """
    root = write_project(tmp_path, {"lengths.py": code.FEATURIZER, "data/nlu.yml": nlu}, pipeline=pipeline)
    train(Project.load(root))
    assert [found.intent.name for found in parse(root, "go on", "gigantic animals")] == ["greet", "order"]


def test_rasas_sparse_featurizers_feed_custom_classifiers(tmp_path: Path) -> None:
    pipeline = """
    - name: WhitespaceTokenizer
    - name: RegexFeaturizer
    - name: CountVectorsFeaturizer
    - name: CountVectorsFeaturizer
      analyzer: char_wb
      max_ngram: 3
    - name: addons.bayes.BayesClassifier
      alpha: 0.5
    """
    root = write_project(tmp_path, {"addons/bayes.py": code.REGRESSION}, pipeline=pipeline)
    trained = train(Project.load(root)).trained
    assert trained.count("CountVectorsFeaturizer") == 2 and "RegexFeaturizer" in trained
    found = parse(root, "order some shirts", "hallo there", "terribly bad", "K1234")
    assert [u.intent.name for u in found[:3]] == ["order", "greet", "complain"]
    assert all(abs(sum(intent.confidence for intent in u.ranking) - 1) < 1e-6 for u in found)
    assert stale(Project.load(root)) == ()
    (root / "data/nlu.yml").write_text((root / "data/nlu.yml").read_text(encoding="utf-8") + "    - Z\\d\n")
    # The classifier learns from features, so that it learns again when a featurizer does.
    assert stale(Project.load(root)) == (
        "RegexFeaturizer",
        "CountVectorsFeaturizer",
        "CountVectorsFeaturizer",
        "addons.bayes.BayesClassifier",
    )


def test_a_featurizer_that_adds_nothing_here_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pipeline = "- name: WhitespaceTokenizer\n- name: LanguageModelFeaturizer\n- name: bayes.BayesClassifier"
    root = write_project(tmp_path, {"bayes.py": code.REGRESSION}, pipeline=pipeline)
    with pytest.raises(ProjectError, match="'NoneType' object has no attribute 'features'"):
        train(Project.load(root))
    assert "'bayes.BayesClassifier' asks for features, and LanguageModelFeaturizer adds none here." in caplog.text


class _Examples(Component):
    """Ours: learns the texts that it is trained on, and says how many letters a message has."""

    trainable = True
    texts: list[str]

    def relevant(self, data: TrainingData) -> Any:
        return [example.text for example in data.examples]

    def train(self, data: TrainingData, progress: Progress) -> None:
        self.texts = [example.text for example in data.examples]

    def save(self, folder: Path) -> None:
        (folder / "texts.json").write_text(json.dumps(self.texts), encoding="utf-8")

    def load(self, folder: Path) -> None:
        self.texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))


def test_texts_that_a_component_changes_are_what_later_ones_read_and_learn_from(tmp_path: Path) -> None:
    register("nlu", "TestExamples")(_Examples)
    pipeline = "- name: spelling.Spelling\n- name: TestExamples"
    root = write_project(tmp_path, {"spelling.py": code.SPELLING}, pipeline=pipeline)
    train(Project.load(root))
    archive = newest(root / "models")
    assert archive is not None
    model = open_model(archive, root / CACHE)
    learnt = json.loads((model.part_folder(model.metadata.nlu[1]) / "texts.json").read_text(encoding="utf-8"))
    assert "HELLO THERE" in learnt and "我要买一件大号衬衫" in learnt
    assert parse(root, "helo there")[0].text == "hello there"


@pytest.mark.parametrize(
    ("pipeline", "said"),
    [
        ("- name: custom_nlu.nowhere.Thing", "there is no module 'custom_nlu.nowhere'"),
        ("- name: custom_nlu.classifier.OverlapClasifier", "Did you mean 'OverlapClassifier'?"),
        ("- name: custom_nlu.broken.Broken", "ZeroDivisionError"),
        ("- name: custom_nlu.wants.Wants", "there is no 'rasa.core.agent' here"),
        ("- name: custom_nlu.plain.Plain", "is not registered"),
        ("- name: custom_nlu.plain.Tracking", "asks for 'tracker' in `process`"),
        ("- name: custom_nlu.plain.Needy", "needs the package 'no_such_package'"),
        ("- name: custom_nlu.plain.English", "does not support the language 'zh'"),
        ("- name: custom_nlu.sentiment.SentimentAnalyzer", "WhitespaceTokenizer and JiebaTokenizer give tokens"),
        ("- name: custom_nlu.plain.AfterDiet", "needs a DIETClassifier before it"),
        ("- name: custom_nlu.refined.Diet", "is made of Rasa's DIETClassifier"),
    ],
)
def test_what_cannot_run_is_said_with_its_place(tmp_path: Path, pipeline: str, said: str) -> None:
    plain = """
    from rasa.engine.graph import GraphComponent
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe

    class Plain(GraphComponent):
        @classmethod
        def create(cls, config, model_storage, resource, execution_context): return cls()
        def process(self, messages): return messages

    register = DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)

    @register
    class Tracking(Plain):
        def process(self, messages, tracker): return messages

    @register
    class Needy(Plain):
        @staticmethod
        def required_packages(): return ["no_such_package"]

    @register
    class AfterDiet(Plain):
        @classmethod
        def required_components(cls):
            from rasa.nlu.classifiers.diet_classifier import DIETClassifier
            return [DIETClassifier]

    @register
    class English(Plain):
        @staticmethod
        def supported_languages(): return ["en"]
    """
    files = {
        "custom_nlu/classifier.py": code.CLASSIFIER,
        "custom_nlu/sentiment.py": code.SENTIMENT,
        "custom_nlu/broken.py": "1 / 0",
        "custom_nlu/wants.py": "from rasa.core.agent import Agent",
        "custom_nlu/refined.py": (
            "from rasa.nlu.classifiers.diet_classifier import DIETClassifier\nclass Diet(DIETClassifier): ..."
        ),
        "custom_nlu/plain.py": plain,
    }
    root = write_project(tmp_path, files, pipeline=pipeline, language="zh")
    with pytest.raises(ProjectError) as caught:
        train(Project.load(root))
    assert said in str(caught.value) and f"{root}/config.yml:" in str(caught.value)


def test_what_custom_code_raises_while_it_learns_is_said_with_its_line(tmp_path: Path) -> None:
    broken = code.CLASSIFIER.replace("self.persist()\n        return", "raise KeyError('gone')\n        return")
    root = write_project(
        tmp_path, {"custom_nlu/classifier.py": broken}, pipeline="- name: WhitespaceTokenizer\n" + OVERLAP.strip()
    )
    with pytest.raises(ProjectError, match="failed in train: KeyError: 'gone'") as caught:
        train(Project.load(root))
    place = caught.value.problems[0].related[0][1]
    line = broken[: broken.index("raise KeyError")].count("\n") + 1
    assert (place.file, place.line) == (str(root / "custom_nlu/classifier.py"), line)


def test_two_projects_with_modules_of_the_same_name_keep_their_own(tmp_path: Path) -> None:
    other = code.SENTIMENT.replace('"pos"', '"fine"')
    for name, source in (("a", code.SENTIMENT), ("b", other), ("a", code.SENTIMENT)):
        root = write_project(
            tmp_path / name,
            {"sentiment.py": source},
            pipeline="- name: WhitespaceTokenizer\n- name: sentiment.SentimentAnalyzer",
        )
        train(Project.load(root))
        assert parse(root, "hello")[0].extra["sentiment"] == ("fine" if name == "b" else "pos")


def test_a_component_takes_its_model_from_a_loader(tmp_path: Path) -> None:
    loader = """
    from rasa.engine.graph import GraphComponent
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe

    Type = DefaultV1Recipe.ComponentType

    @DefaultV1Recipe.register(Type.MODEL_LOADER, is_trainable=False)
    class Counter(GraphComponent):
        @classmethod
        def create(cls, config, model_storage, resource, execution_context): return cls()
        def provide(self): return len

    @DefaultV1Recipe.register(Type.INTENT_CLASSIFIER, is_trainable=False, model_from="Counter")
    class Length(GraphComponent):
        @classmethod
        def create(cls, config, model_storage, resource, execution_context): return cls()
        def process(self, messages, model):
            for message in messages:
                message.set("intent", {"name": "order", "confidence": model(message.get("text")) / 10}, True)
            return messages
    """
    root = write_project(tmp_path, {"loading.py": loader}, pipeline="- name: loading.Counter\n- name: loading.Length")
    train(Project.load(root))
    assert parse(root, "order")[0].intent.confidence == 0.5
