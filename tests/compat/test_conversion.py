"""What custom components and our own understand reaches the others, and the result."""

from __future__ import annotations

from dataclasses import replace

from bot.compat.api.message import Message
from bot.compat.api.tokenizers import Token
from bot.compat.conversion import message_of, own_training_data, rasa_training_data, understanding_of
from bot.message import Entity, Intent, Understanding
from bot.training_data import Example, Lookup, Pattern, TrainingData

ORDER = Understanding(
    "买两件 shirts",
    Intent("order", 0.9),
    (Entity("count", 2, 1, 2, role="of", extractor="Own", confidence=0.8, extra={"unit": "件"}),),
    (Intent("order", 0.9), Intent("greet", 0.1)),
    "zh",
    {"mood": "good"},
)


def test_what_ours_have_understood_is_on_the_message() -> None:
    message = message_of(ORDER)
    assert message.get("intent") == {"name": "order", "confidence": 0.9}
    assert message.get("intent_ranking")[1] == {"name": "greet", "confidence": 0.1}
    assert message.get("entities") == [
        {
            "entity": "count",
            "value": 2,
            "start": 1,
            "end": 2,
            "role": "of",
            "extractor": "Own",
            "confidence_entity": 0.8,
            "unit": "件",
        }
    ]
    assert (message.get("language"), message.get("mood")) == ("zh", "good")
    assert understanding_of(message, Understanding(ORDER.text)) == ORDER


def test_what_is_not_understood_yet_is_not_on_the_message() -> None:
    assert message_of(Understanding("hi")).data == {"text": "hi"}


def test_what_is_not_for_output_stays_between_components() -> None:
    message = message_of(Understanding("hi"))
    message.set("tokens_of_my_own", [Token("hi", 0)])
    message.set("text_tokens", [Token("hi", 0)])
    message.set("intent", {"name": "greet", "confidence": 1.0})
    after = understanding_of(message, Understanding("hi"))
    assert (after.intent, after.extra) == (Intent(None, 0.0), {"text_tokens": [(0, 2)]})
    assert "notes" not in after.as_dict()
    again = message_of(replace(after, intent=Intent("bye", 0.5)))
    assert again.get("tokens_of_my_own") == again.get("text_tokens") == [Token("hi", 0)]
    assert again.get("intent") == {"name": "bye", "confidence": 0.5}


def test_what_ours_take_back_is_gone_from_the_message() -> None:
    after = understanding_of(message_of(ORDER), ORDER)
    message = message_of(replace(after, entities=(), text="买"))
    assert message.get("entities") is None and message.get("text") == "买"
    assert message.get("intent") == {"name": "order", "confidence": 0.9}


def test_training_data_there_and_back() -> None:
    data = TrainingData(
        (
            Example("in York", "go", (Entity("city", "York", 3, 7),)),
            Example("几点", "faq/hours", metadata={"example": {"mood": "calm"}}),
        ),
        {"NY": "New York"},
        (Pattern("zip", r"\d{5}"),),
        (Lookup("city", ("York", "上海")),),
    )
    theirs = rasa_training_data(data)
    first, second = theirs.training_examples
    assert first.data == {
        "text": "in York",
        "intent": "go",
        "entities": [{"start": 3, "end": 7, "entity": "city", "value": "York"}],
    }
    assert (second.get("intent"), second.get("intent_response_key")) == ("faq", "faq/hours")
    assert second.get("metadata") == {"example": {"mood": "calm"}}
    assert theirs.regex_features == [{"name": "zip", "pattern": r"\d{5}"}]
    assert theirs.lookup_tables == [{"name": "city", "elements": ["York", "上海"]}]
    assert own_training_data(theirs, data).examples is data.examples  # nothing has changed
    first.set("text", "in Rome")
    theirs.training_examples.append(Message.build("new", "go"))
    changed = own_training_data(theirs, data)
    assert [(example.text, example.intent) for example in changed.examples] == [
        ("in Rome", "go"),
        ("几点", "faq/hours"),
        ("new", "go"),
    ]
    assert rasa_training_data(changed) is theirs
