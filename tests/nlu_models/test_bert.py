"""Our forward pass gives what transformers gives."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers

from nlu_models.bert import BertShape, from_state

MODELS: Any = transformers


def reference(kind: str) -> Any:
    """A small random model of `kind` from transformers, with weights far from their tidy initial values."""
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    sizes |= {"vocab_size": 50, "max_position_embeddings": 40}
    torch.manual_seed(1)
    if kind == "bert":
        model = MODELS.BertModel(MODELS.BertConfig(**sizes), add_pooling_layer=False)
    else:
        config = MODELS.XLMRobertaConfig(**sizes, pad_token_id=1, type_vocab_size=1)
        model = MODELS.XLMRobertaModel(config, add_pooling_layer=False)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model.eval()


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
@pytest.mark.parametrize("padded", [False, True])
def test_hidden_states_equal_those_of_transformers(kind: str, padded: bool) -> None:
    model = reference(kind)
    encoder = from_state(BertShape.from_config(model.config), model.state_dict()).eval()
    ids = torch.randint(3, 50, (3, 9), generator=torch.Generator().manual_seed(2))
    attended = torch.ones(3, 9, dtype=torch.bool)
    if padded:
        attended[1, 5:] = False
        ids[1, 5:] = model.config.pad_token_id
    with torch.no_grad():
        theirs = model(input_ids=ids, attention_mask=attended.long()).last_hidden_state
        ours = encoder(ids, attended if padded else None)
    assert torch.allclose(ours[attended], theirs[attended], atol=1e-5)


def test_running_layers_in_two_parts_changes_nothing() -> None:
    model = reference("bert")
    encoder = from_state(BertShape.from_config(model.config), model.state_dict()).eval()
    ids = torch.randint(3, 50, (2, 5), generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        halfway = encoder.run(encoder.embed(ids), None, 0, 1)
        assert torch.equal(encoder.run(halfway, None, 1), encoder(ids, None))


def test_a_prefix_of_the_state_is_understood_and_a_missing_weight_is_named() -> None:
    model = reference("bert")
    shape = BertShape.from_config(model.config)
    state = {f"bert.{name}": value for name, value in model.state_dict().items()}
    assert from_state(shape, state).depth == 2
    del state["bert.encoder.layer.1.output.dense.weight"]
    with pytest.raises(KeyError, match=r"layer\.1\.output\.dense\.weight"):
        from_state(shape, state)
