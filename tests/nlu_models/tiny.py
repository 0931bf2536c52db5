"""A tiny pretrained encoder and a tiny trained model, built here: no download, no waiting."""

from __future__ import annotations

from nlu_models.encoder import PretrainedEncoder
from nlu_models.examples import Example, Span
from nlu_models.tokens import PieceTokenizer
from nlu_models.trainer import TrainingConfig

TINY_TRAINING = TrainingConfig(
    epochs=20, batch_size=4, learning_rate=3e-3, head_factor=5.0, trainable_layers=2, dropout=0.0, device="cpu"
)

CORPUS = (
    Example("where is my order K1048213", "track_order", (Span(18, 26, "order_number"),)),
    Example("where is K1048214", "track_order", (Span(9, 17, "order_number"),)),
    Example("我的快递到哪了", "track_order"),
    Example("查一下K1048215到哪了", "track_order", (Span(3, 11, "order_number"),)),
    Example("两个都要退", "return_item", (Span(0, 3, "mention"),)),
    Example("两个都退", "return_item", (Span(0, 3, "mention"),)),
    Example("i want to return the shoes", "return_item", (Span(21, 26, "product"),)),
    Example("return the bag please", "return_item", (Span(11, 14, "product"),)),
    Example("swap the red one for blue", "exchange", (Span(9, 12, "colour", "old"), Span(21, 25, "colour", "new"))),
    Example("把红色换成蓝色", "exchange", (Span(1, 3, "colour", "old"), Span(5, 7, "colour", "new"))),
    Example("blue for red please", "exchange", (Span(0, 4, "colour", "new"), Span(9, 12, "colour", "old"))),
    Example("蓝色换红色", "exchange", (Span(0, 2, "colour", "old"), Span(3, 5, "colour", "new"))),
)


def make_tokenizer(max_length: int = 64) -> PieceTokenizer:
    """A unigram tokenizer in the manner of the multilingual encoder's: every character, and a few longer pieces."""
    from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    longer = ["▁order", "▁return", "▁the", "▁is", "快递", "两个都要", "到哪", "▁K", "104", "821", "200元", "ия"]
    characters = sorted({c for each in CORPUS for c in each.text if c != " "} | set("0123456789$.,😀?！абия"))
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(piece, -3.0) for piece in longer] + [(character, -6.0) for character in characters]
    tokenizer = Tokenizer(Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return PieceTokenizer(tokenizer, max_length=max_length)


def make_encoder() -> PretrainedEncoder:
    """Two layers, 32 wide, random but always the same."""
    import torch

    from nlu_models.bert import BertEncoder, BertShape

    tokenizer = make_tokenizer()
    with torch.random.fork_rng():
        torch.manual_seed(7)
        shape = BertShape(width=32, layers=2, heads=2, inner=64, positions=64, first_position=0, epsilon=1e-12)
        network = BertEncoder(shape, torch.randn(tokenizer.vocabulary_size, 32, dtype=torch.float16))
        torch.nn.init.normal_(network.positions, std=0.1)
    return PretrainedEncoder("tiny", network, tokenizer)
