"""States as numbers: which columns say what."""

from __future__ import annotations

from bot.formats.domain import parse_domain
from bot.policies.featurizer import TurnFeaturizer, entity_names, slot_names
from bot.policies.ngrams import MOST, bag, ngrams, vocabulary
from bot.policies.states import State

DOMAIN = parse_domain("""
intents: [greet, order]
entities:
- city: {roles: [from, to], groups: [first]}
- 商品
slots:
  name: {type: text, mappings: [{type: custom}]}
  paid: {type: bool, mappings: [{type: custom}]}
  size: {type: categorical, values: [small, large], mappings: [{type: custom}]}
  share: {type: float, min_value: 0, max_value: 10, mappings: [{type: custom}]}
  note: {type: text, influence_conversation: false, mappings: [{type: custom}]}
forms: {order_form: {required_slots: [name]}}
responses: {utter_greet: [{text: 你好}]}
""")


def features(state: State, *more: State) -> dict[str, dict[str, float]]:
    """The features by part and by name, which are easier to read than columns."""
    featurizer = TurnFeaturizer.of(DOMAIN, [state, *more])
    return {
        part: {featurizer.names[part][column]: value for column, value in row}
        for part, row in featurizer.turn(state).items()
    }


def test_what_was_said_counts_directly_after_listening_only() -> None:
    said = State(intent="order", entities=("city", "city#from"), action="action_listen")
    assert features(said) == {
        "intent": {"order": 1.0},
        "entities": {"city": 1.0, "city#from": 1.0},
        "action_name": {"action_listen": 1.0},
    }
    later = State(intent="order", entities=("city",), action="utter_greet")
    assert features(later) == {"action_name": {"utter_greet": 1.0}}


def test_slots_have_the_features_of_their_type() -> None:
    assert slot_names(DOMAIN) == ("name_0", "paid_0", "paid_1", "size_0", "size_1", "size_2", "share_0", "share_1")
    slots = tuple(
        sorted(
            (name, DOMAIN.slots[name].features(value))
            for name, value in {"name": "李", "paid": False, "size": "LARGE", "share": 5, "note": "x"}.items()
        )
    )
    found = features(State(action="utter_greet", slots=tuple(slot for slot in slots if slot[1])))["slots"]
    assert found == {"name_0": 1.0, "paid_0": 1.0, "size_1": 1.0, "share_0": 1.0, "share_1": 0.5}


def test_entities_have_columns_for_their_roles_and_groups() -> None:
    assert entity_names(DOMAIN) == ("city", "city#from", "city#to", "city#first", "商品")


def test_an_active_form_is_a_feature_and_a_slot_that_must_not_be_set_is_none() -> None:
    state = State(action="order_form", loop="order_form", slots=(("name", "should_not_be_set"),))
    assert features(state) == {"action_name": {"order_form": 1.0}, "active_loop": {"order_form": 1.0}}


def test_names_that_the_domain_does_not_have_say_nothing() -> None:
    assert features(State(intent="bye", entities=("colour",), action="action_listen", loop="other")) == {
        "action_name": {"action_listen": 1.0}
    }
    assert features(State()) == {}


def test_texts_are_bags_of_words_in_any_language() -> None:
    assert set(ngrams("Hi you")) >= {"hi", "you", "hi_you", " h", "you "}
    assert set(ngrams("退款,谢谢")) == {"退", "款", "谢", "退_款", "款_谢", "谢_谢"}
    learned = {name: column for column, name in enumerate(vocabulary(["我要退款", "where is my order"]))}
    near, far = bag("退款", learned), bag("hello there", {})
    assert far == () and sum(value * value for _, value in near) > 0.999
    assert {name for name, column in learned.items() if column in dict(near)} == {"退", "款", "退_款"}


def test_a_vocabulary_keeps_the_most_frequent_and_no_more_than_it_may() -> None:
    many = vocabulary(["same", *(f"w{number}x" for number in range(3000)), "same"])
    assert len(many) == MOST and "same" in many


def test_the_text_of_a_message_counts_where_the_state_has_one() -> None:
    state = State(text="我要退款", action="action_listen")
    assert set(features(state)["text"]) == {"我", "要", "退", "款", "我_要", "要_退", "退_款"}
    assert "action_text" in features(State(action_text="好的"), State(action_text="好的"))


def test_the_columns_are_all_there_is_to_keep() -> None:
    state = State(intent="order", entities=("商品",), action="action_listen", slots=(("name", (1.0,)),))
    featurizer = TurnFeaturizer.of(DOMAIN, [state])
    assert TurnFeaturizer(featurizer.names).turn(state) == featurizer.turn(state)
