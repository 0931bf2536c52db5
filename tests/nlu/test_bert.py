from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.bert import ENGLISH, MULTILINGUAL, BertIntentSlotClassifier, BertIntentSlotClassifierConfig


@pytest.mark.parametrize(
    ("language", "model", "texts", "encoder"),
    [
        ("en", "auto", ["where is my café order?", "on its way 😀"], ENGLISH),
        ("en", "auto", ["where is my order?", "我的订单呢"], MULTILINGUAL),
        ("en", "auto", ["où est ma commande, déjà payée ?", "je voudrais être remboursé"], MULTILINGUAL),
        ("zh", "auto", ["where is my order?"], MULTILINGUAL),
        ("en", "bert-base-uncased", ["where is my order?"], "bert-base-uncased"),
    ],
)
def test_the_encoder_suits_the_language(language: str, model: str, texts: list[str], encoder: str) -> None:
    component = BertIntentSlotClassifier(BertIntentSlotClassifierConfig(model=model), language=language, root=Path())
    assert component.encoder_for(texts) == encoder
