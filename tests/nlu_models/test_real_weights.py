"""The packaged encoders themselves: right meaning, right characters, and a model that learns."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nlu_models.examples import Example, Span
from nlu_models.metrics import score
from nlu_models.sentence_encoder import load_sentence_encoder
from nlu_models.trainer import TrainingConfig, train


@pytest.mark.weights
@pytest.mark.parametrize(
    ("query", "best", "others"),
    [
        ("我的快递到哪了", "查询物流信息", ["申请退款", "开发票", "你好", "推荐一款耳机", "账号登录不上"]),
        (
            "我的快递到哪了",
            "where is my parcel",
            ["I want a refund", "recommend some headphones", "hello", "I can't log in"],
        ),
        ("can I have my money back", "申请退款", ["查询物流信息", "开发票", "你好", "推荐一款耳机", "账号登录不上"]),
    ],
)
def test_meaning_is_nearest_within_and_across_languages(query: str, best: str, others: list[str]) -> None:
    encoder = load_sentence_encoder("multilingual-e5-small")
    vectors = encoder.encode([query, best, *others])
    similarities = vectors[1:] @ vectors[0]
    assert similarities.argmax() == 0


@pytest.mark.weights
def test_english_encoder_knows_a_parcel_from_a_refund() -> None:
    vectors = load_sentence_encoder("all-MiniLM-L6-v2").encode(["where is my parcel", "track my package", "refund"])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1


@pytest.mark.slow
@pytest.mark.weights
def test_the_multilingual_encoder_learns_from_a_handful_of_examples() -> None:
    number = [f"K10{digits}" for digits in (48213, 77120, 31245, 90871, 65532, 20418)]
    templates = [
        ("where is my parcel {}", "track"),
        ("我的快递{}到哪了", "track"),
        ("has {} been shipped yet", "track"),
        ("{}发货了没", "track"),
        ("cancel order {} please", "cancel"),
        ("取消订单{}", "cancel"),
    ]
    examples = []
    for text, intent in templates:
        for each in number:
            start = text.index("{}")
            examples.append(Example(text.format(each), intent, (Span(start, start + len(each), "order_number"),)))
    predictor, _ = train(examples, TrainingConfig(trainable_layers=2))
    unseen = [
        Example("please cancel K1099999", "cancel", (Span(14, 22, "order_number"),)),
        Example("帮我把K1055555取消了吧", "cancel", (Span(3, 11, "order_number"),)),
        Example("any news on where K1012121 is", "track", (Span(18, 26, "order_number"),)),
        Example("快递单K1034343现在在哪", "track", (Span(3, 11, "order_number"),)),
    ]
    scores = score(unseen, predictor.predict([each.text for each in unseen]))
    assert scores.intent_accuracy >= 0.75
    assert scores.entity_f1 >= 0.75


def test_importing_the_package_does_not_import_torch() -> None:
    modules = "batching, devices, encoder, examples, labels, metrics, predictor, sentence_encoder, trainer, weights"
    code = f"import sys; from nlu_models import {modules}; assert not {{'torch', 'transformers'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
