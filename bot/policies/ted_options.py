"""The options of TEDPolicy and UnexpecTEDIntentPolicy: Rasa 3.6's, with its names and defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, NonNegativeInt, PositiveInt, field_validator, model_validator

from bot.policies.options import PolicyConfig

if TYPE_CHECKING:
    from nlu_models.dialogue import DialogueConfig

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Rate = Annotated[float, Field(ge=0.0, lt=1.0)]
_SEED = 0
DIALOGUE = "dialogue"


_TEXTS = {"text": 128, "action_text": 128, "label_action_text": 128}
_NAMES = ("intent", "action_name", "label_action_name", "label_intent", "entities", "slots", "active_loop")
_BY_PART: dict[str, dict[str, Any]] = {
    "hidden_layers_sizes": {"text": [], "action_text": [], "label_action_text": []},
    "dense_dimension": {**_TEXTS, **dict.fromkeys(_NAMES, 20)},
    "transformer_size": {**_TEXTS, DIALOGUE: 128},
    "number_of_transformer_layers": {**dict.fromkeys(_TEXTS, 1), DIALOGUE: 1},
    "concat_dimension": dict(_TEXTS),
}


class NetworkOptions(PolicyConfig, extra="forbid"):
    """What both policies have.

    `max_history`: how many turns back they look; None: as far as the longest story went. `random_seed` None is 0:
    training the same stories twice gives the same policy. `hidden_layers_sizes` and `dense_dimension` are by part
    (`text`, `action_text`, `label_action_text`, `intent`, `action_name`, `label_action_name`, `label_intent`,
    `entities`, `slots`, `active_loop`), `transformer_size` and `number_of_transformer_layers` count for `dialogue`;
    a part that is not given keeps its default. `batch_size` two numbers: it grows from the first to the last epoch.
    `number_of_negative_examples`: how many other conversations each example is told apart from in a step, beside all
    wrong answers (Rasa draws these too). `similarity_type` auto:
    `inner`, with `loss_type: margin` `cosine`.

    Without effect here: `concat_dimension`, `unidirectional_encoder`, `use_masked_language_model` and `featurizers`
    (texts are bags of words, see `bot.policies.ngrams`), the three `relative` options (turns are counted from the
    current one), `drop_rate_label` (in Rasa neither), `evaluate_…`, `checkpoint_model`, `tensorboard_…` (nothing is
    held out), `use_gpu` (so small a network is faster without), `entity_recognition`, `BILOU_flag` and
    `split_entities_by_comma` (entities are NLU's), `model_confidence` (has one value) and `weight_sparsity` (Rasa 2).
    """

    max_history: NonNegativeInt | None = None
    featurizer: list[dict[str, Any]] | None = None
    hidden_layers_sizes: dict[str, list[PositiveInt]] = _BY_PART["hidden_layers_sizes"]
    dense_dimension: dict[str, PositiveInt] = _BY_PART["dense_dimension"]
    concat_dimension: dict[str, PositiveInt] = _BY_PART["concat_dimension"]
    encoding_dimension: PositiveInt = 50
    transformer_size: dict[str, PositiveInt | None] = _BY_PART["transformer_size"]
    number_of_transformer_layers: dict[str, NonNegativeInt] = _BY_PART["number_of_transformer_layers"]
    number_of_attention_heads: PositiveInt = 4
    use_key_relative_attention: bool = False
    use_value_relative_attention: bool = False
    max_relative_position: int | None = 5
    unidirectional_encoder: bool = False
    batch_size: PositiveInt | tuple[PositiveInt, PositiveInt] = (64, 256)
    batch_strategy: Literal["balanced", "sequence"] = "balanced"
    epochs: PositiveInt = 1
    random_seed: int | None = None
    learning_rate: Annotated[float, Field(gt=0.0)] = 0.001
    embedding_dimension: PositiveInt = 20
    number_of_negative_examples: PositiveInt = 20
    similarity_type: Literal["auto", "cosine", "inner"] = "auto"
    loss_type: Literal["cross_entropy", "margin"] = "cross_entropy"
    ranking_length: NonNegativeInt = 0
    renormalize_confidences: bool = False
    maximum_positive_similarity: float = 0.8
    maximum_negative_similarity: float = -0.2
    use_maximum_negative_similarity: bool = True
    scale_loss: bool = True
    regularization_constant: Annotated[float, Field(ge=0.0)] = 0.001
    negative_margin_scale: float = 0.8
    drop_rate_dialogue: Rate = 0.1
    drop_rate: Rate = 0.0
    drop_rate_label: Rate = 0.0
    drop_rate_attention: Rate = 0.0
    connection_density: Share = 0.2
    weight_sparsity: float = 0.8
    use_sparse_input_dropout: bool = True
    use_dense_input_dropout: bool = True
    use_masked_language_model: bool = False
    evaluate_every_number_of_epochs: int = 20
    evaluate_on_number_of_examples: int = 0
    tensorboard_log_directory: str | None = None
    tensorboard_log_level: str = "epoch"
    checkpoint_model: bool = False
    featurizers: list[str] = Field(default_factory=list)
    entity_recognition: bool = True
    constrain_similarities: bool = False
    model_confidence: Literal["softmax", "auto"] = "softmax"
    BILOU_flag: bool = True
    split_entities_by_comma: bool | dict[str, bool] = True
    use_gpu: bool = True

    @field_validator(*_BY_PART, mode="before")
    @classmethod
    def _over_defaults(cls, value: Any, info: Any) -> Any:
        """A part that is not given keeps its default; one value alone is for all parts."""
        defaults = _BY_PART[info.field_name]
        return {**defaults, **value} if isinstance(value, dict) else dict.fromkeys(defaults, value)

    @model_validator(mode="after")
    def _can_be_divided(self) -> NetworkOptions:
        heads = self.number_of_attention_heads
        if self.units % heads:
            raise ValueError(f"transformer_size {self.units} cannot be divided among {heads} attention heads")
        return self

    @property
    def units(self) -> int:
        return self.transformer_size[DIALOGUE] or 128

    @property
    def history(self) -> int | None:
        """`max_history`, which may also be written in the tracker featurizer's options."""
        given = (self.featurizer or [{}])[0].get("max_history")
        return int(given) if given else self.max_history or None

    def network(self, *, multi_label: bool = False) -> DialogueConfig:
        """The network's own config."""
        from nlu_models.dialogue import DialogueConfig

        is_margin = self.loss_type == "margin"
        sizes = self.batch_size if isinstance(self.batch_size, tuple) else (self.batch_size, self.batch_size)
        drops = self.use_sparse_input_dropout or self.use_dense_input_dropout
        similarity = ("cosine" if is_margin else "inner") if self.similarity_type == "auto" else self.similarity_type
        return DialogueConfig(
            encoding=self.encoding_dimension,
            units=self.units,
            layers=self.number_of_transformer_layers[DIALOGUE],
            heads=self.number_of_attention_heads,
            embedding=self.embedding_dimension,
            density=self.connection_density,
            drop_dialogue=self.drop_rate_dialogue,
            drop_attention=self.drop_rate_attention,
            drop_input=self.drop_rate if drops else 0.0,
            similarity="inner" if multi_label else similarity,
            loss="multi_label" if multi_label else self.loss_type,
            negatives=self.number_of_negative_examples,
            constrain=self.constrain_similarities,
            scale=self.scale_loss,
            positive_margin=self.maximum_positive_similarity,
            negative_margin=self.maximum_negative_similarity,
            hardest_only=self.use_maximum_negative_similarity,
            margin_scale=self.negative_margin_scale,
            regularisation=self.regularization_constant,
            learning_rate=self.learning_rate,
            epochs=self.epochs,
            batch_sizes=sizes,
            balanced=self.batch_strategy == "balanced",
            seed=_SEED if self.random_seed is None else self.random_seed,
        )


class TEDConfig(NetworkOptions):
    """`ranking_length`: how many actions keep their confidence, 0 all; `renormalize_confidences` lets these sum to 1.

    `e2e_confidence_threshold`: what is predicted from the customer's words must be as confident as this, and fit
    better than what is predicted from the intent. `constrain_similarities: true` is recommended, as in Rasa.
    """

    priority: int = 1
    e2e_confidence_threshold: Share = 0.5


class UnexpecTEDIntentConfig(NetworkOptions):
    """`tolerance`: the share of other situations in which an intent may fit better than its threshold, 0 to 1: the
    higher, the more surprising an intent has to be. Intents of `ignore_intents_list` are never unlikely.
    `ranking_length`: how many intents the metadata lists, 0 all.
    """

    priority: int = 2
    ranking_length: NonNegativeInt = 10
    ignore_intents_list: list[str] = Field(default_factory=list)
    tolerance: Share = 0.0
    entity_recognition: bool = False
    BILOU_flag: bool = False
