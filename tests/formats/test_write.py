"""What is written reads the same: domains, NLU data, stories and rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain import (
    ActionProperties,
    Domain,
    EntityProperties,
    Form,
    IntentProperties,
    ResponseCondition,
    ResponseVariation,
    SessionConfig,
)
from bot.errors import UsageError
from bot.formats.domain import parse_domain
from bot.formats.nlu import parse_nlu
from bot.formats.stories import parse_stories
from bot.formats.write_domain import write_domain
from bot.formats.write_nlu import write_nlu
from bot.formats.write_stories import write_stories
from bot.formats.write_yaml import dump
from bot.formats.yaml_reader import read_text
from bot.message import Entity
from bot.project import Project
from bot.slots import MappingCondition, Slot, SlotMapping
from bot.stories import (
    ANY_VALUE,
    ActionStep,
    CheckpointStep,
    LoopStep,
    OrStep,
    Rule,
    SlotStep,
    Step,
    Story,
    StoryData,
    UserStep,
)
from bot.training_data import Example, Lookup, Pattern, TrainingData

Bare = Callable[[Any], Any]
PROPERTY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BOTS = Path(__file__).parents[2] / ".." / "shared" / "conformance" / "bots"

# Words that look like something else in YAML, and characters that YAML, JSON or annotations treat in their own way.
TRICKY = ["yes", "null", "~", "12", "1e3", "0x1F", "2024-01-01", "- a", "a: b", "# no", "${HOME}", r"\u4f60", "'q'",
          '"', "你好：", "🙂", "a\nb", "a\n\n  b\n", "tab\there", "\u3000全角", "[x]", "{a}", "&a", "*a", "!a", "%a", "@a",
          "<<", "=", "...", "---", "a\x07b", "a\x85b", "a\u2028b", "-", "?"]  # fmt: skip
CHARACTERS = "abz 09_-:.,#'\"[]{}&*!|>%@`?=你好，。🙂\u3000"
TEXTS = st.one_of(st.sampled_from(TRICKY), st.text(CHARACTERS, max_size=12))
NAMES = st.one_of(st.sampled_from(["yes", "12", "null", "查物流", "a: b", "<<", "#x"]), st.text("abc_好0", min_size=1))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(allow_nan=False, width=32), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
MAPPINGS = st.dictionaries(NAMES, VALUES, max_size=3)


@PROPERTY
@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_any_data_reads_back(data: dict[str, Any]) -> None:
    from bot.formats.problem_list import ProblemList

    problems = ProblemList()
    node = read_text(dump(data), "data.yml", problems)
    assert not problems
    assert (node.plain() if node is not None else {}) == data


def tuples(strategy: st.SearchStrategy[Any], **options: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3, **options).map(tuple)


NAME_TUPLES = tuples(NAMES, unique=True)
INTENTS = st.builds(
    lambda used, ignored: IntentProperties(used, ignored or (), ignore_given=ignored is not None),
    st.none() | NAME_TUPLES,
    st.none() | NAME_TUPLES,
)
ENTITIES = st.builds(EntityProperties, NAME_TUPLES, NAME_TUPLES, st.booleans())
SLOT_MAPPINGS = st.builds(
    SlotMapping,
    type=st.just("from_text"),
    entity=st.none() | NAMES,
    role=st.none() | NAMES,
    intents=NAME_TUPLES,
    not_intents=NAME_TUPLES,
    value=VALUES,
    action=st.none() | NAMES,
    conditions=tuples(st.builds(MappingCondition, st.none() | NAMES, st.none() | NAMES)),
)
VARIATIONS = st.builds(
    ResponseVariation,
    text=TEXTS,
    id=st.none() | NAMES,
    channel=st.none() | NAMES,
    conditions=tuples(st.builds(ResponseCondition, NAMES, VALUES)),
    buttons=tuples(st.fixed_dictionaries({"title": TEXTS, "payload": TEXTS})),
    image=st.none() | TEXTS,
    attachment=VALUES,
    custom=st.none() | MAPPINGS,
    metadata=MAPPINGS,
    extra=st.just({}) | st.just({"button_type": "vertical"}),
)


@st.composite
def domains(draw: st.DrawFn) -> Domain:
    def section(values: st.SearchStrategy[Any]) -> Any:
        return draw(st.dictionaries(NAMES, values, max_size=3))

    slots = {
        name: Slot(name, kind, initial, kind != "any", mappings, values if kind == "categorical" else (), 0.0, top)
        for name, (kind, initial, mappings, values, top) in section(
            st.tuples(
                st.sampled_from(["text", "bool", "float", "categorical", "any"]),
                VALUES,
                tuples(SLOT_MAPPINGS),
                tuples(TEXTS.map(str.lower)),
                st.floats(1, 100, width=32),
            )
        ).items()
    }
    forms = {name: Form(name, required, ignored) for name, (required, ignored) in section(
        st.tuples(NAME_TUPLES, NAME_TUPLES)
    ).items()}  # fmt: skip
    return Domain(
        intents=section(INTENTS),
        entities=section(ENTITIES),
        slots=slots,
        forms=forms,
        responses=section(st.lists(VARIATIONS, min_size=1, max_size=3).map(tuple)),
        actions=section(st.builds(ActionProperties, st.booleans(), st.dictionaries(st.just("writes"), VALUES))),
        e2e_actions=draw(tuples(TEXTS.map(str.strip).filter(bool), unique=True)),
        session=SessionConfig(draw(st.floats(0, 1000, width=32)), draw(st.booleans())),
        store_entities_as_slots=draw(st.booleans()),
    )


@PROPERTY
@given(domains())
def test_a_domain_reads_back(bare: Bare, domain: Domain) -> None:
    assert bare(parse_domain(write_domain(domain))) == bare(domain)


STEP_ENTITIES = st.one_of(
    st.builds(Entity, NAMES, st.just("")),
    st.builds(Entity, NAMES, VALUES, role=st.none() | NAMES, group=st.none() | NAMES),
)
SLOT_STEPS = st.builds(SlotStep, NAMES, VALUES | st.just(ANY_VALUE))
INTENT_STEPS = st.builds(UserStep, NAMES, tuples(STEP_ENTITIES))
SAID = st.text("ab 你好，🙂", min_size=1, max_size=9).map(str.strip).filter(bool)
TEXT_STEPS = st.builds(lambda intent, text: UserStep(intent, (), text), st.none() | NAMES, SAID)
STEPS: st.SearchStrategy[Step] = st.one_of(
    INTENT_STEPS,
    TEXT_STEPS,
    st.builds(lambda text: UserStep(None, (Entity("x", text, 0, len(text), "r"),), f"{text} ok"), SAID),
    st.builds(ActionStep, NAMES),
    st.builds(lambda text: ActionStep(None, text), TEXTS.filter(bool)),
    SLOT_STEPS,
    st.builds(LoopStep, st.none() | NAMES),
    st.builds(CheckpointStep, NAMES, tuples(SLOT_STEPS)),
    st.builds(OrStep, st.lists(INTENT_STEPS | SLOT_STEPS, min_size=1, max_size=3).map(tuple)),
)
STORIES = st.builds(Story, NAMES, tuples(STEPS), MAPPINGS)
RULES = st.builds(
    Rule,
    NAMES,
    tuples(STEPS),
    tuples(SLOT_STEPS | st.builds(LoopStep, st.none() | NAMES)),
    st.booleans(),
    st.booleans(),
    MAPPINGS,
)


@PROPERTY
@given(st.builds(StoryData, tuples(STORIES), tuples(RULES)))
def test_stories_and_rules_read_back(bare: Bare, data: StoryData) -> None:
    assert bare(parse_stories(write_stories(data))) == bare(data)


LINES = TEXTS.map(lambda text: text.strip("\n\r \t")).filter(lambda text: bool(text) and "[" not in text)
EXAMPLES = st.builds(
    lambda text, intent, entity, own, shared: Example(
        text,
        intent,
        (Entity(entity, text, 0, len(text)),) if entity and "]" not in text and text == text.strip() else (),
        ({"intent": shared} if shared else {}) | ({"example": own} if own else {}),
    ),
    LINES,
    NAMES,
    st.none() | st.sampled_from(["城市", "city"]),
    st.none() | MAPPINGS,
    st.none() | MAPPINGS,
)


@PROPERTY
@given(
    st.builds(
        TrainingData,
        tuples(EXAMPLES),
        st.dictionaries(LINES, NAMES, max_size=3),
        tuples(st.builds(Pattern, NAMES, LINES), unique_by=lambda pattern: pattern.name),
        tuples(st.builds(Lookup, NAMES, st.lists(LINES, min_size=1).map(tuple)), unique_by=lambda table: table.name),
        st.dictionaries(NAMES, st.lists(VARIATIONS, min_size=1, max_size=2).map(tuple), max_size=2),
    )
)
def test_training_data_reads_back(bare: Bare, data: TrainingData) -> None:
    again = parse_nlu(write_nlu(data))
    assert sorted(map(repr, bare(again.examples))) == sorted(map(repr, bare(data.examples)))
    assert again.synonyms == data.synonyms
    assert bare((again.patterns, again.lookups, again.responses)) == bare((data.patterns, data.lookups, data.responses))


def test_the_values_of_annotations_are_not_written_as_synonyms_again() -> None:
    text = write_nlu(parse_nlu("nlu:\n- intent: a\n  examples: |\n    - 去[帝都](city:北京)\n"))
    assert "synonym" not in text
    assert '- 去[帝都]{"entity": "city", "value": "北京"}\n' in text


def test_an_example_without_intent_cannot_be_written() -> None:
    with pytest.raises(UsageError, match="without intent"):
        write_nlu(TrainingData((Example("你好"),)))


@pytest.mark.skipif(not BOTS.is_dir(), reason="needs the recorded Rasa projects")
@pytest.mark.parametrize("bot", ["financial-demo", "formbot", "moodbot", "responseselectorbot", "rules"])
def test_a_whole_rasa_project_reads_back(bare: Bare, bot: str) -> None:
    project = Project.load(BOTS / bot)
    assert bare(parse_domain(write_domain(project.domain))) == bare(project.domain)
    assert bare(parse_stories(write_stories(project.stories))) == bare(project.stories)
    again, data = parse_nlu(write_nlu(project.training_data)), project.training_data
    assert sorted(map(repr, bare(again.examples))) == sorted(map(repr, bare(data.examples)))
    assert again.synonyms == data.synonyms
