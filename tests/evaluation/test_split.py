from bot.evaluation.split import split_examples
from bot.training_data import Example, TrainingData


def data(**numbers: int) -> TrainingData:
    return TrainingData(
        tuple(Example(f"{intent} {n}", intent) for intent, number in numbers.items() for n in range(number))
    )


def test_every_intent_keeps_its_share_and_nothing_is_lost() -> None:
    whole = data(greet=10, 退款=5)
    training, test = split_examples(whole, fraction=0.8, seed=1)
    assert sum(example.intent == "greet" for example in training.examples) == 8
    assert sum(example.intent == "退款" for example in training.examples) == 4
    assert sorted(e.text for e in (*training.examples, *test.examples)) == sorted(e.text for e in whole.examples)


def test_small_intents_are_in_both_parts_and_single_examples_in_training() -> None:
    training, test = split_examples(data(two=2, one=1), fraction=0.95, seed=1)
    assert [example.intent for example in test.examples] == ["two"]
    assert {example.intent for example in training.examples} == {"two", "one"}


def test_the_same_seed_gives_the_same_split() -> None:
    whole = data(greet=20)
    assert split_examples(whole, fraction=0.5, seed=7) == split_examples(whole, fraction=0.5, seed=7)
    assert split_examples(whole, fraction=0.5, seed=7) != split_examples(whole, fraction=0.5, seed=8)
