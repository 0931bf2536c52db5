"""TEDPolicy: it tells its stories again, and goes on sensibly where none of them was told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.events import ActionExecuted, UserUttered
from bot.formats.domain import parse_domain
from bot.formats.stories import parse_stories
from bot.policies.states import RuleOnly
from bot.policies.ted import TEDPolicy, examples
from bot.policies.ted_options import TEDConfig
from bot.policies.training_trackers import training_trackers
from bot.project import Project
from bot.tracker import Tracker
from bot.training import stale, train
from bot.validation import validate
from tests.talking import TalkingBot, refuse

SMALL: dict[str, Any] = {
    "epochs": 100,
    "max_history": 4,
    "learning_rate": 0.005,
    "encoding_dimension": 20,
    "transformer_size": {"dialogue": 32},
    "connection_density": 0.5,
    "constrain_similarities": True,
}
CONFIG = (
    f"policies: [{{name: TEDPolicy, {', '.join(f'{key}: {value}' for key, value in SMALL.items())}}}, RulePolicy]\n"
)
CONFIG = CONFIG.replace("'", "").replace("True", "true")

DOMAIN = """
intents: [apple, pear, plum, rule]
responses:
  utter_apple: [{text: 苹果}]
  utter_pear: [{text: pear}]
  utter_plum: [{text: 李子}]
  utter_rule: [{text: rule}]
  utter_default: [{text: '?'}]
"""
RULE = "rules: [{rule: r, steps: [{intent: rule}, {action: utter_rule}]}]\n"


def story(*fruits: str) -> str:
    steps = ", ".join(f"{{intent: {fruit}}}, {{action: utter_{fruit}}}" for fruit in fruits)
    return f"- {{story: {' '.join(fruits)}, steps: [{steps}]}}\n"


ORDERS = [("apple", "pear", "plum"), ("pear", "plum", "apple"), ("plum", "apple", "pear"), ("apple", "plum", "pear")]
STORIES = "stories:\n" + "".join(story(*order) for order in ORDERS)
FRUITS: dict[str, str | None] = {"apple": "苹果", "pear": "pear", "plum": "李子"}


@pytest.fixture(scope="module")
def fruits() -> TalkingBot:
    return TalkingBot(DOMAIN, RULE + STORIES, config=CONFIG)


def trained(stories: str = STORIES, domain: str = DOMAIN, **options: Any) -> TEDPolicy:
    policy, parsed = TEDPolicy(TEDConfig(**{**SMALL, **options})), parse_domain(domain)
    policy.train(training_trackers(parse_stories(stories), parsed), parsed)
    return policy


def asked(policy: TEDPolicy, talking: TalkingBot, sender: str) -> tuple[float, ...]:
    return policy.predict(talking.tracker(sender), talking.domain, RuleOnly()).probabilities


@pytest.mark.parametrize("order", [*ORDERS, ("plum", "pear", "apple"), ("pear", "apple", "plum")])
def test_stories_are_told_again_and_orders_never_told_are_understood(
    fruits: TalkingBot, order: tuple[str, ...]
) -> None:
    said = fruits.say(*(f"/{fruit}" for fruit in order), sender=" ".join(order))
    assert said == [FRUITS[fruit] for fruit in order]


def test_every_action_has_a_confidence_and_they_sum_to_one(fruits: TalkingBot) -> None:
    fruits.say("/apple", sender="sum")
    policy = trained()
    prediction = policy.predict(fruits.tracker("sum"), fruits.domain, RuleOnly())
    assert sum(prediction.probabilities) == pytest.approx(1.0) and min(prediction.probabilities) > 0
    assert prediction.policy == "TEDPolicy" and prediction.priority == 1 and "intent" in prediction.why
    assert prediction.action(fruits.domain) == "utter_apple" and not prediction.is_end_to_end


def test_only_the_best_keep_their_confidence_when_asked_for(fruits: TalkingBot) -> None:
    fruits.say("/apple", sender="ranking")
    policy = trained()
    whole = asked(policy, fruits, "ranking")
    policy.config = TEDConfig(**SMALL, ranking_length=2)
    assert sorted(asked(policy, fruits, "ranking"))[-2:] == sorted(whole)[-2:]
    policy.config = TEDConfig(**SMALL, ranking_length=2, renormalize_confidences=True)
    best = asked(policy, fruits, "ranking")
    assert sum(best) == pytest.approx(1.0) and sum(value > 0 for value in best) == 2


def test_turns_of_rules_are_hidden_from_it(fruits: TalkingBot) -> None:
    assert fruits.say("/rule", "/apple", "/rule", "/pear", sender="rules") == ["rule", "苹果", "rule", "pear"]
    fruits.say("/apple", "/pear", sender="plain")
    policy = trained()
    assert asked(policy, fruits, "rules") == pytest.approx(asked(policy, fruits, "plain"), abs=1e-6)


def test_the_same_seed_gives_the_same_policy_and_loading_too(fruits: TalkingBot, tmp_path: Path) -> None:
    fruits.say("/plum", "/plum", sender="seeds")
    first, again, other = trained(), trained(), trained(random_seed=7)
    expected = asked(first, fruits, "seeds")
    assert asked(again, fruits, "seeds") == expected != asked(other, fruits, "seeds")
    first.save(tmp_path)
    loaded = TEDPolicy(TEDConfig(**SMALL))
    loaded.load(tmp_path, fruits.domain)
    assert asked(loaded, fruits, "seeds") == expected


def test_an_unlikely_intent_in_a_story_is_as_if_it_were_none() -> None:
    plain = (
        "stories: [{story: s, steps: [{intent: apple}, {action: utter_apple}, {intent: pear}, {action: utter_pear}]}]"
    )
    told = plain.replace("{intent: pear}", "{intent: pear}, {action: action_unlikely_intent}")
    domain = parse_domain(DOMAIN)
    (with_it,), (without,) = (training_trackers(parse_stories(text), domain) for text in (told, plain))
    assert list(examples(with_it.tracker, 3)) == list(examples(without.tracker, 3))


def test_what_a_form_asked_again_counts_once_in_what_is_learned() -> None:
    stories = FORM_STORIES.replace(
        "- intent: weather\n  - action: utter_weather\n  - action: order_form",
        "- intent: inform\n  - action: order_form",
    )
    domain = parse_domain(FORM)
    tracker = next(t for t in training_trackers(parse_stories(stories), domain) if t.name == "interrupted")
    learned = list(examples(tracker.tracker, None))
    assert [action for _, action in learned] == ["action_listen", "order_form", "utter_done", "action_listen"]
    assert [states[-1].previous_action for states, _ in learned] == [None, "action_listen", "order_form", "utter_done"]


def test_an_action_that_left_the_domain_is_not_predicted(fruits: TalkingBot) -> None:
    smaller = parse_domain(DOMAIN.replace("  utter_pear: [{text: pear}]\n", ""))
    fruits.say("/pear", sender="smaller")
    prediction = trained().predict(fruits.tracker("smaller"), smaller, RuleOnly())
    assert len(prediction.probabilities) == len(smaller.action_names)


def test_it_looks_as_far_back_as_it_may_however_long_the_conversation_is(
    fruits: TalkingBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(12):
        fruits.say("/apple", "/pear", sender="long")
    for max_history, expected in ((3, 3), (None, 7)):
        policy = trained(max_history=max_history, epochs=1)
        assert policy._model is not None
        seen: list[int] = []
        similarities = policy._model.predictor.similarities

        def count(dialogues: Any, seen: list[int] = seen, answer: Any = similarities) -> Any:
            seen.append(len(dialogues[0]))
            return answer(dialogues)

        monkeypatch.setattr(policy._model.predictor, "similarities", count)
        asked(policy, fruits, "long")
        assert seen == [expected]


FORM = """
intents: [order, inform, weather, stop]
entities: [size]
slots:
  size: {type: text, mappings: [{type: from_entity, entity: size}]}
forms: {order_form: {required_slots: [size]}}
responses:
  utter_ask_size: [{text: 多大?}]
  utter_weather: [{text: sunny}]
  utter_done: [{text: 好的}]
  utter_stop: [{text: stopped}]
  utter_default: [{text: '?'}]
"""
FORM_STORIES = """
stories:
- story: happy
  steps:
  - intent: order
  - action: order_form
  - active_loop: order_form
  - slot_was_set: [requested_slot: size]
  - active_loop: null
  - slot_was_set: [requested_slot: null]
  - action: utter_done
- story: interrupted
  steps:
  - intent: order
  - action: order_form
  - active_loop: order_form
  - intent: weather
  - action: utter_weather
  - action: order_form
  - active_loop: null
  - action: utter_done
- story: stopped
  steps:
  - intent: order
  - action: order_form
  - active_loop: order_form
  - intent: stop
  - action: utter_stop
  - action: action_deactivate_loop
  - active_loop: null
"""


def test_forms_run_are_interrupted_and_end_as_the_stories_say() -> None:
    talking = TalkingBot(FORM, FORM_STORIES, config=CONFIG)
    assert talking.say("/order", '/inform{"size": "XL"}', sender="happy") == ["多大?", "好的"]
    said = talking.say("/order", "/weather", '/inform{"size": "XL"}', sender="interrupted")
    assert said == ["多大?", "sunny", "多大?", "好的"]
    assert talking.say("/order", "/stop", sender="stopped") == ["多大?", "stopped"]
    assert talking.tracker("stopped").active_loop_name is None


def test_an_action_that_has_refused_is_not_tried_again() -> None:
    domain = "intents: [buy]\nactions: [action_buy]\nresponses: {utter_default: [{text: 抱歉}]}\n"
    stories = "stories: [{story: buy, steps: [{intent: buy}, {action: action_buy}]}]\n"
    talking = TalkingBot(domain, stories, config=CONFIG, actions={"action_buy": refuse})
    assert talking.actions_of("/buy")[1:] == ["!action_buy", "action_default_fallback"]


E2E = """
stories:
- story: words
  steps:
  - user: 我的快递到哪里了
  - bot: 我查一下快递
  - user: thank you so much
  - bot: you are welcome
- story: other words
  steps:
  - user: cancel my order please
  - bot: it is cancelled
- story: an intent
  steps: [{intent: apple}, {action: utter_apple}]
"""
E2E_DOMAIN = DOMAIN + "e2e_actions: [我查一下快递, you are welcome, it is cancelled]\n"


def test_stories_in_words_are_told_again_to_similar_words() -> None:
    talking = TalkingBot(E2E_DOMAIN, E2E, config=CONFIG)
    assert talking.say("快递到哪了", "thank you", sender="words") == ["我查一下快递", "you are welcome"]
    assert talking.say("please cancel the order", sender="cancel") == ["it is cancelled"]
    assert talking.say("/apple", sender="intent") == ["苹果"]


def test_words_count_where_they_are_known_better_than_the_intent() -> None:
    policy, domain = trained(E2E, E2E_DOMAIN), parse_domain(E2E_DOMAIN)
    assert not policy.yields_to_certainty and trained(epochs=1).yields_to_certainty

    def answer(text: str | None, intent: str | None) -> tuple[str, bool]:
        heard = UserUttered.of(text, {"intent": {"name": intent}} if intent else {})
        tracker = Tracker.from_events("me", [ActionExecuted("action_listen"), heard], domain)
        prediction = policy.predict(tracker, domain, RuleOnly())
        return prediction.action(domain), prediction.is_end_to_end

    assert answer("cancel my order please", "pear") == ("it is cancelled", True)
    assert answer("苹果", "apple") == ("utter_apple", False)
    assert answer("/apple", "apple") == ("utter_apple", False)
    policy.config = TEDConfig(**SMALL, e2e_confidence_threshold=1.0)
    assert not answer("cancel my order please", "pear")[1]


def test_stories_in_words_alone_need_no_intent() -> None:
    words = E2E[: E2E.index("- story: an intent")]
    policy, domain = trained(words, E2E_DOMAIN), parse_domain(E2E_DOMAIN)
    heard = UserUttered.of("cancel my order please", {"intent": {"name": "apple"}})
    tracker = Tracker.from_events("me", [ActionExecuted("action_listen"), heard], domain)
    prediction = policy.predict(tracker, domain, RuleOnly())
    assert (prediction.action(domain), prediction.is_end_to_end) == ("it is cancelled", True)


def test_without_stories_it_predicts_nothing(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    talking = TalkingBot(DOMAIN, RULE, config=CONFIG)
    assert talking.say("/rule", "/apple") == ["rule", "?"]
    assert "There are no stories" in caplog.text
    policy = trained(RULE)
    policy.save(tmp_path)
    policy.load(tmp_path, talking.domain)
    assert max(asked(policy, talking, "me")) == 0.0


def test_options_of_rasa_are_accepted_and_a_part_not_given_keeps_its_default() -> None:
    config = TEDConfig.model_validate(
        {
            "hidden_layers_sizes": {"text": [64], "dialogue": []},
            "dense_dimension": {"text": 64},
            "number_of_transformer_layers": 2,
            "batch_size": 32,
            "evaluate_on_number_of_examples": 0,
            "tensorboard_log_directory": "./board",
            "model_confidence": "softmax",
            "BILOU_flag": False,
            "split_entities_by_comma": {"address": False},
            "featurizer": [{"name": "MaxHistoryTrackerFeaturizer", "max_history": 6}],
        }
    )
    assert config.dense_dimension["text"] == 64 and config.dense_dimension["intent"] == 20
    assert config.history == 6 and config.number_of_transformer_layers["dialogue"] == 2
    network = config.network()
    assert network.batch_sizes == (32, 32) and network.layers == 2 and network.epochs == 1
    assert TEDConfig(loss_type="margin").network().similarity == "cosine"
    assert (TEDConfig().priority, TEDConfig().history, TEDConfig().e2e_confidence_threshold) == (1, None, 0.5)
    with pytest.raises(ValidationError, match="attention heads"):
        TEDConfig(number_of_attention_heads=5)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    files = {"domain.yml": DOMAIN, "data/stories.yml": RULE + STORIES, "data/nlu.yml": "nlu: []\n"}
    for name, text in {**files, "config.yml": "pipeline: []\n" + CONFIG}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_an_unknown_option_is_named_with_its_place_and_the_nearest_one(root: Path) -> None:
    config = "assistant_id: x\npipeline: []\npolicies:\n- name: RulePolicy\n- name: TEDPolicy\n  epoch: 3\n"
    (root / "config.yml").write_text(config, encoding="utf-8")
    (problem,) = [p for p in validate(Project.load(root)) if p.code == "config-option"]
    assert "config.yml:6" in str(problem) and "Did you mean 'epochs'?" in str(problem)


def test_training_a_project_augments_its_stories_and_says_how_far_it_is(root: Path) -> None:
    seen: list[tuple[str, float]] = []
    result = train(Project.load(root), progress=lambda what, done: seen.append((what, done)), augmentation=2)
    assert set(result.trained) == {"TEDPolicy", "RulePolicy"}
    steps = [done for what, done in seen if what == "TEDPolicy"]
    assert steps == sorted(steps) and len(steps) > 50 and steps[-1] == 1.0
    assert stale(Project.load(root), augmentation=2) == ()
    assert stale(Project.load(root), augmentation=3) == ("TEDPolicy",)
