"""UnexpecTEDIntentPolicy: intents that no story leads to expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.events import ActionExecuted, Event, UserUttered
from bot.formats.domain import parse_domain
from bot.formats.stories import parse_stories
from bot.policies.base import Prediction
from bot.policies.states import RuleOnly
from bot.policies.ted_options import UnexpecTEDIntentConfig
from bot.policies.training_trackers import training_trackers
from bot.policies.unexpected_intent import UnexpecTEDIntentPolicy, quantiles
from bot.tracker import Tracker
from tests.talking import TalkingBot

OPTIONS: dict[str, Any] = {
    "epochs": 150,
    "max_history": 3,
    "learning_rate": 0.005,
    "encoding_dimension": 20,
    "transformer_size": {"dialogue": 32},
    "connection_density": 0.5,
}
DOMAIN = parse_domain("""
intents: [greet, order, affirm, deny, 退款]
responses:
  utter_greet: [{text: 你好}]
  utter_sure: [{text: sure?}]
  utter_done: [{text: 好的}]
  utter_kept: [{text: kept}]
""")
STORIES = """
stories:
- {story: yes, steps: [{intent: greet}, {action: utter_greet}, {intent: order}, {action: utter_sure}, {intent: affirm}, {action: utter_done}]}
- {story: no, steps: [{intent: greet}, {action: utter_greet}, {intent: order}, {action: utter_sure}, {intent: deny}, {action: utter_kept}]}
"""
LISTEN = ActionExecuted("action_listen")
SURE: list[Event] = [LISTEN, UserUttered.of(None, {"intent": {"name": "greet"}}), ActionExecuted("utter_greet"), LISTEN]
SURE += [UserUttered.of(None, {"intent": {"name": "order"}}), ActionExecuted("utter_sure"), LISTEN]


def trained(stories: str = STORIES, **options: Any) -> UnexpecTEDIntentPolicy:
    policy = UnexpecTEDIntentPolicy(UnexpecTEDIntentConfig(**{**OPTIONS, **options}))
    policy.train(training_trackers(parse_stories(stories), DOMAIN), DOMAIN)
    return policy


@pytest.fixture(scope="module")
def policy() -> UnexpecTEDIntentPolicy:
    return trained()


def predict(policy: UnexpecTEDIntentPolicy, intent: str, *after: Event) -> Prediction:
    """What it says about an intent after "sure?"."""
    heard = UserUttered.of("…", {"intent": {"name": intent}})
    tracker = Tracker.from_events("me", [*SURE, heard, *after], DOMAIN)
    return policy.predict(tracker, DOMAIN, RuleOnly())


def is_unlikely(prediction: Prediction) -> bool:
    return prediction.confidence == 1.0 and prediction.action(DOMAIN) == "action_unlikely_intent"


def test_what_the_stories_expect_is_likely_and_the_rest_is_not(policy: UnexpecTEDIntentPolicy) -> None:
    assert not is_unlikely(predict(policy, "affirm")) and predict(policy, "affirm").confidence == 0.0
    assert not is_unlikely(predict(policy, "deny"))
    unlikely = predict(policy, "greet")
    assert is_unlikely(unlikely) and unlikely.priority == 2 and "'greet'" in unlikely.why


def test_it_speaks_directly_after_a_message_only(policy: UnexpecTEDIntentPolicy) -> None:
    assert predict(policy, "greet", ActionExecuted("action_unlikely_intent")).confidence == 0.0
    assert predict(policy, "greet", ActionExecuted("action_unlikely_intent")).metadata == {}
    empty = policy.predict(Tracker.from_events("me", [LISTEN], DOMAIN), DOMAIN, RuleOnly())
    assert empty.confidence == 0.0


def test_intents_that_no_story_has_or_that_are_ignored_are_never_unlikely(policy: UnexpecTEDIntentPolicy) -> None:
    assert predict(policy, "退款").confidence == 0.0
    assert predict(policy, "nobody knows").confidence == 0.0
    assert is_unlikely(predict(policy, "greet"))
    assert predict(trained(ignore_intents_list=["greet"]), "greet").confidence == 0.0


def test_the_metadata_says_how_well_each_intent_fits(policy: UnexpecTEDIntentPolicy) -> None:
    metadata = predict(policy, "greet").metadata
    query, ranking = metadata["query_intent"], metadata["ranking"]
    assert query["name"] == "greet" and query["severity"] == pytest.approx(query["threshold"] - query["score"])
    assert query["score"] < query["threshold"]
    assert {ranking[0]["name"], ranking[1]["name"]} == {"affirm", "deny"}
    assert [each["score"] for each in ranking] == sorted((each["score"] for each in ranking), reverse=True)
    unseen = next(each for each in ranking if each["name"] == "退款")
    assert unseen["threshold"] is None and unseen["severity"] is None
    short = trained(ranking_length=2, epochs=1)
    assert len(predict(short, "greet").metadata["ranking"]) == 2


def test_a_threshold_is_a_quantile_of_the_misfits_but_never_above_the_worst_fit() -> None:
    right = [["a"], ["b"], ["b"], ["b"], ["b"]]
    found = [{"a": 5.0, "b": 0.0}, *({"a": float(score), "b": 9.0} for score in (1, 2, 3, 4))]
    steps = quantiles(right, found)
    assert steps["a"][0] == 4.0 and steps["a"][-1] == 1.0 and len(steps["a"]) == 20
    assert sorted(steps["a"], reverse=True) == steps["a"]
    assert steps["b"] == [0.0] * 20
    assert quantiles([["a"]], [{"a": 2.0}])["a"] == [2.0] * 20


def test_tolerance_lowers_the_threshold(policy: UnexpecTEDIntentPolicy) -> None:
    strict = policy._threshold("greet")
    policy.config = UnexpecTEDIntentConfig(**OPTIONS, tolerance=1.0)
    tolerant = policy._threshold("greet")
    policy.config = UnexpecTEDIntentConfig(**OPTIONS)
    assert strict is not None and tolerant is not None and tolerant <= strict


def test_an_intent_that_was_unlikely_before_leaves_no_trace(policy: UnexpecTEDIntentPolicy) -> None:
    known = predict(policy, "affirm").metadata
    heard = UserUttered.of(None, {"intent": {"name": "order"}})
    before = [*SURE[:5][:-1], heard, ActionExecuted("action_unlikely_intent"), ActionExecuted("utter_sure"), LISTEN]
    tracker = Tracker.from_events("me", [*before, UserUttered.of("…", {"intent": {"name": "affirm"}})], DOMAIN)
    assert policy.predict(tracker, DOMAIN, RuleOnly()).metadata == known


def test_the_same_seed_gives_the_same_policy_and_loading_too(policy: UnexpecTEDIntentPolicy, tmp_path: Path) -> None:
    expected = predict(policy, "greet")
    assert predict(trained(), "greet") == expected
    policy.save(tmp_path)
    loaded = UnexpecTEDIntentPolicy(UnexpecTEDIntentConfig(**OPTIONS))
    loaded.load(tmp_path, DOMAIN)
    assert predict(loaded, "greet") == expected


def test_stories_in_words_teach_it_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    silent = trained("stories: [{story: w, steps: [{user: 你好}, {bot: hello}]}]\n")
    assert "There are no stories" in caplog.text and predict(silent, "greet").confidence == 0.0
    silent.save(tmp_path)
    silent.load(tmp_path, DOMAIN)
    assert predict(silent, "greet").metadata == {}


def test_a_rule_says_what_happens_after_an_unlikely_intent() -> None:
    domain = """
intents: [greet, order, affirm, deny]
responses:
  utter_greet: [{text: 你好}]
  utter_sure: [{text: sure?}]
  utter_done: [{text: 好的}]
  utter_kept: [{text: kept}]
  utter_really: [{text: 真的吗?}]
"""
    rules = "rules: [{rule: unlikely, steps: [{action: action_unlikely_intent}, {action: utter_really}]}]\n"
    options = ", ".join(f"{name}: {value}" for name, value in OPTIONS.items()).replace("'", "")
    config = f"policies: [MemoizationPolicy, RulePolicy, {{name: UnexpecTEDIntentPolicy, {options}}}]\n"
    talking = TalkingBot(domain, STORIES + rules, config=config)
    assert talking.say("/greet", "/order", "/affirm") == ["你好", "sure?", "好的"]
    assert talking.say("/greet", "/order", "/greet", sender="other") == ["你好", "sure?", "真的吗?"]
    event = talking.tracker("other").last_applied(ActionExecuted)
    assert event is not None
    unlikely = [
        e for e in talking.tracker("other").applied_events() if getattr(e, "name", "") == "action_unlikely_intent"
    ]
    assert unlikely[0].metadata["query_intent"]["name"] == "greet"
