from bot.evaluation.judged import Judged
from bot.evaluation.outcome import StoryOutcome, TurnOutcome
from bot.evaluation.results import figures, stories_result, understanding_result
from bot.events import ActionExecuted
from bot.message import Entity, Intent, Understanding
from bot.stories import Story
from bot.training_data import Example


def judged(text: str, intent: str, predicted: str, *entities: tuple[Entity, ...], **extra: object) -> Judged:
    wanted, found = entities or ((), ())
    return Judged(Example(text, intent, wanted), Understanding(text, Intent(predicted, 0.8), found, extra=extra))


def test_figures_are_weighted_and_say_what_was_taken_for_what() -> None:
    found = figures(["a", "a", "a", "b"], ["a", "b", "b", "b"])
    assert found["accuracy"] == 0.5
    assert found["report"]["a"]["recall"] == 1 / 3
    assert found["report"]["a"]["confused_with"] == {"b": 2}
    assert found["precision"] == (3 * 1.0 + 1 * (1 / 3)) / 4
    assert found["report"]["micro avg"]["support"] == 4 and found["report"]["accuracy"] == 0.5


def test_a_label_that_does_not_count_has_no_line() -> None:
    found = figures(["a", "none"], ["none", "a"], without="none")
    assert "none" not in found["report"] and found["report"]["a"]["confused_with"] == {}
    assert figures(["none"], ["a"], without="none")["report"] == {}


def test_intents_and_entities_are_judged_apart() -> None:
    right = Entity("city", "北京", 0, 2, extractor="E")
    wrong = Entity("person", "北京", 0, 2, extractor="E")
    result = understanding_result(
        [
            judged("北京", "inform", "inform", (right,), (right,)),
            judged("北京", "inform", "greet", (right,), (wrong,)),
            judged("hi", "greet", "greet"),
        ]
    )
    intents = result["intent_evaluation"]
    assert intents["predictions"][1] == {"text": "北京", "intent": "inform", "predicted": "greet", "confidence": 0.8}
    assert intents["errors"] == [
        {"text": "北京", "intent": "inform", "intent_prediction": {"name": "greet", "confidence": 0.8}}
    ]
    entities = result["entity_evaluation"]["E"]
    assert entities["report"]["city"]["recall"] == 0.5 and "no_entity" not in entities["report"]
    assert [error["predicted_entities"][0]["entity"] for error in entities["errors"]] == ["person"]
    assert result["response_selection_evaluation"] is None


def test_the_answer_that_was_picked_for_a_retrieval_intent_is_judged() -> None:
    def picked(key: str) -> dict[str, object]:
        return {"faq": {"response": {"intent_response_key": key, "confidence": 0.7}}}

    result = understanding_result(
        [
            judged("几点", "faq/hours", "faq", response_selector=picked("faq/hours")),
            judged("多少钱", "faq/price", "faq", response_selector=picked("faq/hours")),
        ]
    )["response_selection_evaluation"]
    assert result["accuracy"] == 0.5
    assert result["errors"][0]["intent_response_key_prediction"] == {"name": "faq/hours", "confidence": 0.7}


def test_nothing_to_judge_is_no_accident() -> None:
    assert understanding_result([])["intent_evaluation"] is None
    assert stories_result([], end_to_end=False)["accuracy"] == 0.0


def test_each_action_of_a_story_has_who_decided_it() -> None:
    executed = (
        ActionExecuted("utter_greet", "policy_0_RulePolicy", 1.0),
        ActionExecuted("utter_more", "policy_1_TEDPolicy", 0.6),
        ActionExecuted("action_listen", "policy_0_RulePolicy", 1.0),
    )
    actions = (("utter_greet", "utter_greet"), ("utter_bye", "utter_more"), ("utter_end", None))
    turn = TurnOutcome("hi", (), actions, (), executed=executed)
    result = stories_result([StoryOutcome(Story("s", ()), (turn,))], end_to_end=True)
    assert result["actions"] == [
        {"action": "utter_greet", "predicted": "utter_greet", "policy": "policy_0_RulePolicy", "confidence": 1.0},
        {"action": "utter_bye", "predicted": "utter_more", "policy": "policy_1_TEDPolicy", "confidence": 0.6},
        {"action": "utter_end", "predicted": "action_listen", "policy": None, "confidence": None},
    ]
    assert result["in_training_data_fraction"] == 1 / 3 and result["is_end_to_end_evaluation"] is True
    assert result["report"]["conversation_accuracy"]["total"] == 1


def test_a_turn_that_went_as_written_ends_by_listening_and_one_action_too_many_came_in_place_of_that() -> None:
    greet, more, listen = (
        ActionExecuted(name, "RulePolicy", 1.0) for name in ("utter_greet", "utter_more", "action_listen")
    )
    right = TurnOutcome("hi", (), (("utter_greet", "utter_greet"),), (), executed=(greet, listen))
    wrong = TurnOutcome(
        "hi", (), (("utter_greet", "utter_greet"), (None, "utter_more")), (), executed=(greet, more, listen)
    )
    found = [
        stories_result([StoryOutcome(Story("s", ()), (turn,))], end_to_end=False)["actions"] for turn in (right, wrong)
    ]
    assert [(each["action"], each["predicted"]) for each in found[0]] == [
        ("utter_greet", "utter_greet"),
        ("action_listen", "action_listen"),
    ]
    assert [(each["action"], each["predicted"]) for each in found[1]] == [
        ("utter_greet", "utter_greet"),
        ("action_listen", "utter_more"),
    ]
