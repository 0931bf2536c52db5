"""What custom code calls does what Rasa's own does. The expected values were recorded with Rasa 3.6.21."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import scipy.sparse

from bot.compat.api.common import override_defaults, transform_collection_to_sentence
from bot.compat.api.domain import Domain
from bot.compat.api.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    FollowupAction,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from bot.compat.api.exceptions import InvalidConfigException
from bot.compat.api.extractors import EntityExtractorMixin
from bot.compat.api.features import Features
from bot.compat.api.featurizers import DenseFeaturizer
from bot.compat.api.message import Message
from bot.compat.api.patterns import extract_patterns
from bot.compat.api.storage import LocalModelStorage, Resource
from bot.compat.api.tokenizers import Token
from bot.compat.api.trackers import Dialogue, DialogueStateTracker
from bot.compat.api.training_data import TrainingData
from bot.compat.api.word_tokenizers import JiebaTokenizer, WhitespaceTokenizer


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hey ńöñàśçií how're you?", "hey ńöñàśçií how re you"),
        ("50 क्या आपके पास डेरी मिल्क 10 वाले", "50 क्या आपके पास डेरी मिल्क 10 वाले"),
        (
            "see https://rasa.com/docs/nlu/components/#whitespacetokenizer",
            "see https://rasa.com/docs/nlu/components/#whitespacetokenizer",
        ),
        ("gracias Dou koe nai le ⛳⛳", "gracias Dou koe nai le"),
        ("👍", "👍"),
        (":)", ":)"),
        ("tom@x.com, 10'000.00 or 3.5!", "tom@x.com 10'000.00 or 3.5"),
        ("I'd like A/B (really) -- yes... \n ok", "I d like A/B really yes ok"),
        ("call #5 @me $3 50% a-b c_d", "call #5 @me $3 50 a-b c_d"),
        ("don't «quote» “that”", "don t quote that"),
    ],
)
def test_words_between_spaces(text: str, words: str) -> None:
    tokenizer = WhitespaceTokenizer(WhitespaceTokenizer.get_default_config())
    tokens = tokenizer.tokenize(Message({"text": text}), "text")
    assert [token.text for token in tokens] == words.split()
    assert [text[token.start : token.end] for token in tokens] == words.split()


def test_chinese_words_and_the_option_token_pattern(tmp_path: Any) -> None:
    options = {**JiebaTokenizer.get_default_config(), "token_pattern": r"(?u)\b\w\w+\b"}
    tokenizer = JiebaTokenizer(options, LocalModelStorage(tmp_path), Resource("jieba"))
    tokens = tokenizer.tokenize(Message({"text": "我来到北京,好"}), "text")
    assert [(token.text, token.start) for token in tokens][:3] == [("我", 0), ("来到", 1), ("北京", 3)]


def test_intents_are_split_where_that_is_asked_for() -> None:
    options = {**WhitespaceTokenizer.get_default_config(), "intent_tokenization_flag": True, "intent_split_symbol": "+"}
    data = TrainingData(
        [Message.build("hi there", "a+b"), Message.build("how late", "faq/ask+x"), Message.build("hi there", "a+b")],
        responses={"utter_faq/ask+x": [{"text": "at 9"}]},
    )
    WhitespaceTokenizer(options).process_training_data(data)
    first, second = data.training_examples  # the same example counts once
    assert [token.text for token in first.get("intent_tokens")] == ["a", "b"]
    assert [token.text for token in second.get("intent_response_key_tokens")] == ["faq", "ask", "x"]
    assert (second.get("intent"), second.get("response")) == ("faq", "at 9")
    assert [token.text for token in second.get("response_tokens")] == ["at", "9"]


@pytest.mark.parametrize(
    ("words", "tags", "split", "found"),
    [
        ("Aarhus is a city", "city O O type", {}, ["Aarhus/city", "city/type"]),
        ("Los Angeles York Rome", "B-city L-city U-city U-city", {}, ["Los Angeles/city", "York/city", "Rome/city"]),
        ("a b c d", "I-x L-x B-x I-x", {}, ["a b/x", "c d/x"]),
        ("a b c d", "U-x I-x O L-x", {}, ["a b/x", "d/x"]),
        ("milk, bread, eggs", "item item item", {}, ["milk/item", "bread/item", "eggs/item"]),
        ("Allee 175, 10119 Berlin", "addr addr addr addr", {"addr": False}, ["Allee 175, 10119 Berlin/addr"]),
        ("Rd -- EH7", "addr addr", {"split_entities_by_comma": False}, ["Rd/addr", "EH7/addr"]),
    ],
)
def test_tags_become_entities(words: str, tags: str, split: dict[str, bool], found: list[str]) -> None:
    pieces = words.replace(",", "").replace("--", "").split()
    tokens = [Token(piece, words.index(piece)) for piece in pieces]
    config = {"split_entities_by_comma": True, **split}
    entities = EntityExtractorMixin.convert_predictions_into_entities(words, tokens, {"entity": tags.split()}, config)
    assert [f"{entity['value']}/{entity['entity']}" for entity in entities] == found


def test_an_entity_of_several_tokens_is_as_sure_as_its_least_sure_token() -> None:
    text = "from New York to Los Angeles"
    tokens = [Token(word, text.index(word)) for word in text.split()]
    tags = {"entity": ["O", "city", "city", "O", "city", "city"], "role": ["O", "from", "from", "O", "to", "to"]}
    sure = {"entity": [1, 0.9, 0.8, 1, 0.7, 0.6], "role": [1, 0.5, 0.4, 1, 0.3, 0.2]}
    first, second = EntityExtractorMixin.convert_predictions_into_entities(text, tokens, tags, confidences=sure)
    assert first == {
        "entity": "city",
        "role": "from",
        "start": 5,
        "end": 13,
        "value": "New York",
        "confidence_entity": 0.8,
        "confidence_role": 0.4,
    }
    assert (second["role"], second["confidence_entity"], second["confidence_role"]) == ("to", 0.6, 0.2)


def test_patterns_of_the_training_data() -> None:
    york = {"start": 3, "end": 7, "value": "York", "entity": "city"}
    data = TrainingData(
        [Message.build("in York", "x", [york])],
        regex_features=[{"name": "zip", "pattern": "[0-9]{5}"}, {"name": "city", "pattern": "Y.*"}],
        lookup_tables=[{"name": "city", "elements": ["New York", "a.b"]}],
    )
    lookup = {"name": "city", "pattern": "(\\bNew\\ York\\b|\\ba\\.b\\b)"}
    city, zip_code = {"name": "city", "pattern": "Y.*"}, {"name": "zip", "pattern": "[0-9]{5}"}
    assert extract_patterns(data) == [city, zip_code, lookup]
    assert extract_patterns(data, use_only_entities=True) == [city, lookup]
    assert extract_patterns(data, use_regexes=False, use_word_boundaries=False)[0]["pattern"] == "(New\\ York|a\\.b)"
    assert data.number_of_examples_per_entity == {"entity 'city'": 1}


def test_features_are_put_side_by_side() -> None:
    message = Message({"text": "a b"})
    for width in (1, 2):
        message.add_features(Features(np.ones((2, width)), "sequence", "text", f"dense{width}"))
        message.add_features(Features(scipy.sparse.csr_matrix(np.ones((1, width))), "sentence", "text", "sparse"))
    sequence, sentence = message.get_dense_features("text")
    assert sequence is not None and sequence.features.shape == (2, 3) and sentence is None
    assert sequence.origin == ["dense1", "dense2"]
    _, sparse = message.get_sparse_features("text")
    assert sparse is not None and sparse.is_sparse() and sparse.features.shape == (1, 3)
    only = message.get_dense_features("text", ["dense1"])[0]
    assert only is not None and only.features.shape == (2, 1)
    assert message.features_present("text") and not message.features_present("intent")
    with pytest.raises(ValueError, match="differ"):
        Features.combine(message.features)


def test_pooling() -> None:
    matrix = np.array([[1.0, 5.0], [0.0, 0.0], [3.0, 1.0]])
    assert DenseFeaturizer.aggregate_sequence_features(matrix, "mean").tolist() == [[2.0, 3.0]]
    assert DenseFeaturizer.aggregate_sequence_features(matrix, "max", False).tolist() == [[3.0, 5.0]]
    assert DenseFeaturizer.aggregate_sequence_features(np.zeros((2, 2)), "mean").tolist() == [[0.0, 0.0]]
    with pytest.raises(InvalidConfigException, match="'sum'"):
        DenseFeaturizer.aggregate_sequence_features(matrix, "sum")


DOMAIN = """
intents: [greet, {bye: {use_entities: []}}]
entities: [city]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
  n: {type: float, max_value: 10, initial_value: 2, mappings: [{type: custom}]}
responses: {utter_a: [{text: hi}], utter_b: [{text: 再见}]}
actions: [action_x]
forms: {f: {required_slots: [city]}}
"""


def conversation(domain: Domain) -> DialogueStateTracker:
    user = UserUttered(
        "hi", {"name": "greet", "confidence": 0.9}, [{"entity": "city", "value": "Rome"}], input_channel="rest"
    )
    events = [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        ActionExecuted("action_listen"),
        user,
        SlotSet("city", "Rome"),
        ActionExecuted("utter_a", policy="P", confidence=0.5),
        BotUttered("hi", {"buttons": None}, {"utter_action": "utter_a"}),
        ActionExecuted("f"),
        ActiveLoop("f"),
        SlotSet("requested_slot", "city"),
        ActionExecuted("action_listen"),
        UserUttered("再见", {"name": "bye"}),
        ActionReverted(),
        FollowupAction("utter_b"),
        ConversationPaused(),
    ]
    return DialogueStateTracker.from_events("li", events, domain.slots)


def test_a_domain_is_read() -> None:
    domain = Domain.from_yaml(DOMAIN)
    assert domain.num_actions == 17 and domain.index_for_action("utter_b") == 15
    assert domain.action_names_or_texts[13:] == ["action_x", "utter_a", "utter_b", "f"]
    assert domain.required_slots_for_form("f") == ["city"] and domain.form_names == ["f"]
    assert {slot.name: slot.initial_value for slot in domain.slots}["n"] == 2
    assert domain.responses["utter_b"] == [{"text": "再见"}]
    with pytest.raises(ValueError, match="Did you mean 'utter_a'"):
        domain.index_for_action("uter_a")


def test_a_conversation_is_read() -> None:
    domain = Domain.from_yaml(DOMAIN)
    tracker = conversation(domain)
    assert tracker.latest_message is not None and tracker.latest_message.intent == {"name": "greet", "confidence": 0.9}
    assert (tracker.latest_action_name, tracker.active_loop_name) == ("f", "f")
    assert (tracker.followup_action, tracker.is_paused()) == ("utter_b", True)
    assert tracker.slots["city"].value == "Rome" and tracker.get_slot("requested_slot") == "city"
    assert list(tracker.get_latest_entity_values("city")) == ["Rome"]
    assert tracker.latest_bot_utterance is not None and tracker.latest_bot_utterance.text == "hi"
    last = tracker.get_last_event_for(ActionExecuted, ["f"])
    assert isinstance(last, ActionExecuted) and (last.action_name, last.policy) == ("utter_a", "P")
    assert tracker.past_states(domain)[-1] == {
        "user": {"intent": "greet", "text": "hi", "entities": ["city"]},
        "slots": {"city": [1.0], "n": [1.0, 0.2]},
        "prev_action": {"action_name": "f"},
        "active_loop": {"name": "f"},
    }


def test_a_conversation_is_written_and_read_again() -> None:
    domain = Domain.from_yaml(DOMAIN)
    tracker = conversation(domain)
    again = DialogueStateTracker("li", domain.slots)
    again.recreate_from_dialogue(Dialogue.from_parameters(json.loads(json.dumps(tracker.as_dialogue().as_dict()))))
    assert again == tracker and again.current_slot_values() == tracker.current_slot_values()
    copy = tracker.copy()
    copy.update(SlotSet("city", "巴黎"))
    assert (copy.get_slot("city"), tracker.get_slot("city")) == ("巴黎", "Rome")
    assert copy.events[-1] == SlotSet("city", "巴黎") and len(copy.events) == len(tracker.events) + 1


def test_defaults_are_overridden_deeply() -> None:
    assert override_defaults({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 9}, "e": 4}) == {
        "a": {"b": 9, "c": 2},
        "d": 3,
        "e": 4,
    }
    assert [transform_collection_to_sentence(list(names)) for names in ("", "A", "AB", "ABC")] == [
        "",
        "A",
        "A and B",
        "A, B and C",
    ]
