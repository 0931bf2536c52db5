"""Components that need no model: payloads, language, patterns, synonyms, fallback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.errors import ProjectError, UsageError
from bot.formats.config import ComponentSpec
from bot.message import Entity, Intent, Understanding
from bot.nlu.base import Component, ComponentConfig, silent
from bot.nlu.fallback import FallbackClassifier, FallbackClassifierConfig
from bot.nlu.language import detect
from bot.nlu.patterns import RegexEntityExtractor, RegexEntityExtractorConfig
from bot.nlu.payload import read_payload
from bot.nlu.pipeline import Pipeline, build
from bot.nlu.synonyms import EntitySynonymMapper
from bot.training_data import Example, Lookup, Pattern, TrainingData


def made(component: type[Component], config: ComponentConfig | None = None) -> Any:
    return component(config or component.Config(), language="zh", root=Path())


def test_a_payload_gives_its_intent_and_entities() -> None:
    found = read_payload('/inform@0.8{"colour": "红色", "size": ["M", "L"]}', {"inform"})
    assert found is not None
    assert found.intent == Intent("inform", 0.8)
    assert [(entity.entity, entity.value) for entity in found.entities] == [
        ("colour", "红色"),
        ("size", "M"),
        ("size", "L"),
    ]


def test_a_slash_that_names_no_intent_is_an_ordinary_message() -> None:
    assert read_payload("/etc/passwd", {"inform"}) is None
    assert read_payload("what is /inform?", {"inform"}) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("where is my parcel", "en"),
        ("我的快递到哪了", "zh"),
        ("我的order什么时候ship", "zh"),
        ("is 淘宝 one of your shops", "en"),
        ("K1048213", None),
        ("li.wei@example.cn", None),
        ("快递单号JDVA18564140524，邮箱li.wei@example.cn", "zh"),
        ("track JDVA18564140524", "en"),
        ("M", None),
        ("OK", None),
        ("WHERE IS MY PARCEL", "en"),
        ("Omar Moore，10096", None),
        ("SF EXPRESS 到哪了", "zh"),
        ("👍", None),
        ("", None),
    ],
)
def test_the_language_is_read_off_the_script(text: str, language: str | None) -> None:
    assert detect(text) == language


def test_digits_inside_a_longer_number_are_nothing_of_their_own() -> None:
    component: RegexEntityExtractor = made(RegexEntityExtractor, RegexEntityExtractorConfig(replace_overlapping=True))
    component.train(
        TrainingData(
            examples=(Example("x", "inform", (Entity("phone", "x"), Entity("tracking_number", "x"))),),
            patterns=(Pattern("phone", r"(?<!\d)1\d{10}(?!\d)"), Pattern("tracking_number", r"JD[A-Z]{2}\d{11}")),
        ),
        silent,
    )
    (found,) = component.process([Understanding("JDVA18564140524 到哪了，我手机 15400005710")])
    assert [(e.entity, e.value) for e in found.entities] == [
        ("tracking_number", "JDVA18564140524"),
        ("phone", "15400005710"),
    ]


def test_a_pattern_outweighs_another_kind_of_thing_with_a_role() -> None:
    component: RegexEntityExtractor = made(RegexEntityExtractor, RegexEntityExtractorConfig(replace_overlapping=True))
    phone = Pattern("phone", r"1\d{10}")
    examples = (Example("x", "inform", (Entity("phone", "x"),)),)
    component.train(TrainingData(examples=examples, patterns=(phone,)), silent)
    misread = Understanding("改成15400005710", entities=(Entity("size", "15400005710", 2, 13, role="old"),))
    known = Understanding("改成15400005710", entities=(Entity("phone", "15400005710", 2, 13, role="new"),))
    first, second = component.process([misread, known])
    assert [(e.entity, e.role) for e in first.entities] == [("phone", None)]
    assert [(e.entity, e.role) for e in second.entities] == [("phone", "new")]


def extractor(**options: Any) -> RegexEntityExtractor:
    component: RegexEntityExtractor = made(RegexEntityExtractor, RegexEntityExtractorConfig(**options))
    data = TrainingData(
        examples=(Example("x", "inform", (Entity("order_number", "x"), Entity("city", "x"))),),
        patterns=(Pattern("order_number", r"K\d{7}"), Pattern("nobody_uses_this", r"\d+")),
        lookups=(Lookup("city", ("上海", "上海市", "York")),),
    )
    component.train(data, silent)
    return component


def found_by(component: Component, text: str, *present: Entity) -> list[tuple[str, str]]:
    understanding = component.process([Understanding(text, entities=present)])[0]
    for entity in understanding.entities:
        assert entity.start is not None and text[entity.start : entity.end] == entity.value
    return [(entity.entity, str(entity.value)) for entity in understanding.entities]


def test_patterns_and_lookup_tables_find_entities_that_are_annotated() -> None:
    assert found_by(extractor(), "order k1048213 to York") == [("order_number", "k1048213"), ("city", "York")]


def test_chinese_lookup_tables_need_no_word_boundaries() -> None:
    assert found_by(extractor(use_word_boundaries=False), "寄到上海市静安区") == [("city", "上海市")]
    assert found_by(extractor(), "寄到上海市静安区") == []


def test_a_pattern_replaces_a_models_broken_span_when_asked_to() -> None:
    broken = Entity("order_number", "K10482", 6, 12, extractor="model")
    assert found_by(extractor(replace_overlapping=True), "order K1048213", broken) == [("order_number", "K1048213")]
    assert len(found_by(extractor(), "order K1048213", broken)) == 2


def test_a_message_of_nothing_but_a_pattern_has_the_bare_intent() -> None:
    component = extractor(bare_intent="inform")
    unsure = Intent("human_handoff", 0.6)
    read = component.process(
        [Understanding(text, unsure, ranking=(unsure,)) for text in ("K1048213!", "lost K1048213")]
    )
    assert [understanding.intent.name for understanding in read] == ["inform", "human_handoff"]
    assert [ranked.name for ranked in read[0].ranking] == ["inform", "human_handoff"]


def test_a_bad_pattern_is_named() -> None:
    component: RegexEntityExtractor = made(RegexEntityExtractor)
    data = TrainingData((Example("x", None, (Entity("id", "x"),)),), patterns=(Pattern("id", "(["),))
    with pytest.raises(UsageError, match="'id'"):
        component.train(data, silent)


def test_patterns_are_the_same_after_saving(tmp_path: Path) -> None:
    extractor().save(tmp_path)
    again: RegexEntityExtractor = made(RegexEntityExtractor)
    again.load(tmp_path)
    assert found_by(again, "K1048213") == [("order_number", "K1048213")]


def test_synonyms_ignore_case_and_leave_their_name() -> None:
    component: EntitySynonymMapper = made(EntitySynonymMapper)
    component.train(TrainingData(synonyms={"Tee": "t-shirt", "台子": "桌子"}), silent)
    said = Understanding("x", entities=(Entity("product", "tee"), Entity("product", "台子"), Entity("product", "lamp")))
    mapped = component.process([said])[0].entities
    assert [entity.value for entity in mapped] == ["t-shirt", "桌子", "lamp"]
    assert mapped[0].extra["processors"] == ["EntitySynonymMapper"]


def doubt(*confidences: float) -> Understanding:
    ranking = tuple(Intent(f"i{index}", confidence) for index, confidence in enumerate(confidences))
    component = made(FallbackClassifier, FallbackClassifierConfig(threshold=0.4, ambiguity_threshold=0.1))
    result: Understanding = component.process([Understanding("x", ranking[0], ranking=ranking)])[0]
    return result


def test_fallback_fires_below_the_threshold_and_between_two_alike() -> None:
    assert doubt(0.39, 0.1).intent == Intent("nlu_fallback", 0.4)
    assert doubt(0.5, 0.45).intent.name == "nlu_fallback"
    assert doubt(0.5, 0.45).ranking[1].name == "i0"
    assert doubt(0.5, 0.3).intent.name == "i0"


def test_each_language_may_have_its_own_threshold() -> None:
    component = made(FallbackClassifier, FallbackClassifierConfig(threshold=0.3, thresholds={"zh": 0.6}))
    sure = (Intent("a", 0.5), Intent("b", 0.1))
    texts = ("我的订单呢", "where is it", "12345")
    found = component.process([Understanding(text, sure[0], ranking=sure) for text in texts])
    assert [each.intent for each in found] == [Intent("nlu_fallback", 0.6), sure[0], sure[0]]


def test_a_pipeline_answers_payloads_beside_messages_in_order() -> None:
    class Shout(Component):
        def process(self, batch: Any) -> list[Understanding]:
            return [Understanding(u.text, Intent("shout")) for u in batch]

    pipeline = Pipeline([made(Shout)], {"greet"})
    assert [u.intent.name for u in pipeline.parse_batch(["hey", "/greet", "嗨"])] == ["shout", "greet", "shout"]


def test_names_and_order_of_a_pipeline_are_checked_all_at_once() -> None:
    specs = [ComponentSpec("FallbackClasifier"), ComponentSpec("EntitySynonymMapper")]
    with pytest.raises(ProjectError) as caught:
        build(specs, language="zh", root=Path())
    messages = [str(problem) for problem in caught.value.problems]
    assert len(messages) == 2
    assert "FallbackClassifier" in messages[0]
    assert "entities" in messages[1]
