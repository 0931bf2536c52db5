"""A trained joint model, ready to answer: `JointPredictor.predict(texts)`; saved to and loaded from a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlu_models.devices import Placement, place
from nlu_models.errors import ModelFormatError
from nlu_models.examples import PredictedEntity, Prediction, RankedIntent
from nlu_models.labels import EntityLabel, Labels
from nlu_models.sampling import sorted_batches
from nlu_models.tokens import Encoded, PieceTokenizer

if TYPE_CHECKING:
    from torch import Tensor

    from nlu_models.joint import JointModel

FORMAT = 4
BATCH = 32
Rankings = list[tuple[RankedIntent, ...]]
Entities = list[tuple[PredictedEntity, ...]]
MODEL, TOKENIZER, DESCRIPTION = "model.safetensors", "tokenizer.json", "joint.json"


class JointPredictor:
    """Intents and entities of texts in any language its encoder knows. Safe to call from several threads."""

    def __init__(self, model: JointModel, tokenizer: PieceTokenizer, placement: Placement | None = None) -> None:
        self.placement = placement or place()
        self.model = model.to(self.placement.device).eval()
        self.tokenizer = tokenizer
        self.served_in: str = self.number_format
        """The number format that `load` will take where the device is of the same kind."""

    @property
    def number_format(self) -> str:
        """What matrix products are computed in now: "float32", "bfloat16" or "float16"."""
        return str(self.placement.dtype).removeprefix("torch.")

    def in_float32(self) -> JointPredictor:
        """The same model, computing in float32."""
        import torch

        return JointPredictor(self.model, self.tokenizer, Placement(self.placement.device, torch.float32))

    @property
    def labels(self) -> Labels:
        """The intents and entities this model can answer with."""
        return self.model.labels

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """What the model makes of each text, in their order.

        A text longer than the tokenizer's `max_length` pieces is understood by its beginning; any string is accepted.
        """
        if not texts:
            return []
        encoded = self.tokenizer.encode(texts)
        answers: list[Prediction | None] = [None] * len(texts)
        for batch in sorted_batches([len(each.ids) for each in encoded], BATCH):
            predictions = self._predict_batch([texts[i] for i in batch], [encoded[i] for i in batch])
            for index, prediction in zip(batch, predictions, strict=True):
                answers[index] = prediction
        return [answer for answer in answers if answer is not None]

    def _predict_batch(self, texts: list[str], encoded: list[Encoded]) -> list[Prediction]:
        import torch

        from nlu_models.joint import collate

        with torch.inference_mode():
            batch = collate(encoded, pad=self.tokenizer.pad, device=self.placement.device)
            with self.placement.autocast():
                hidden = self.model.encoder(batch.ids, batch.mask)
                logits = self.model.intent_logits(hidden, batch) if self.model.intents is not None else None
                emissions = self.model.emissions(hidden, batch) if self.model.tagger is not None else None
            rankings: Rankings = [()] * len(texts) if logits is None else self.rank(logits)
            entities: Entities = [()] * len(texts)
            if emissions is not None:
                entities = self._tag(texts, encoded, emissions, batch.present)
        return [Prediction(*both) for both in zip(rankings, entities, strict=True)]

    def rank(self, logits: Tensor) -> Rankings:
        """Calibrated probabilities of every intent, the likeliest first, for the logits (b, ...) of the intent head."""
        head = self.model.intents
        assert head is not None
        logits = logits / self.model.temperature
        probabilities, order = head.log_probabilities(logits).exp().sort(dim=1, descending=True, stable=True)
        names = self.labels.intents
        rankings = [
            tuple(RankedIntent(names[index], value) for index, value in zip(indices, values, strict=True))
            for indices, values in zip(order.tolist(), probabilities.tolist(), strict=True)
        ]
        unseen = head.unseen(logits)
        return [
            ranking if new is None else (RankedIntent(*new), *ranking)
            for ranking, new in zip(rankings, unseen, strict=True)
        ]

    def _tag(self, texts: list[str], encoded: list[Encoded], emissions: Tensor, present: Tensor) -> Entities:
        tagger = self.model.tagger
        assert tagger is not None
        paths = tagger.crf.decode(emissions, present)
        if not any(any(path) for path in paths):
            return [()] * len(texts)
        marginals = tagger.crf.marginals(emissions, present)
        return [self._entities(texts[row], encoded[row], path, marginals[row]) for row, path in enumerate(paths)]

    def _entities(self, text: str, encoded: Encoded, path: list[int], marginals: Tensor) -> tuple[PredictedEntity, ...]:
        found = []
        for first, last, label in self.labels.spans(encoded.units, path):
            start, end = encoded.units[first][0], encoded.units[last][1]
            confidence = min(float(marginals[unit, path[unit]]) for unit in range(first, last + 1))
            found.append(
                PredictedEntity(
                    start=start,
                    end=end,
                    entity=label.entity,
                    value=text[start:end],
                    confidence=confidence,
                    role=label.role or None,
                    group=label.group or None,
                )
            )
        return tuple(found)

    def save(self, folder: Path) -> None:
        """Write everything needed to load it again, without any cached weights, into `folder` (made if missing)."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        state = {name: tensor.detach().cpu().contiguous() for name, tensor in self.model.state_dict().items()}
        save_file({**state, "encoder.words": self.model.encoder.words.cpu().contiguous()}, folder / MODEL)
        (folder / TOKENIZER).write_text(self.tokenizer.to_json(), encoding="utf-8")
        description = {
            "format": FORMAT,
            "shape": self.model.encoder.shape.to_dict(),
            "intents": self.labels.intents,
            "entities": [asdict(label) for label in self.labels.entities],
            "partwise": self.labels.partwise,
            "max_length": self.tokenizer.max_length,
            "device": self.placement.device.type,
            "number_format": self.served_in,
        }
        (folder / DESCRIPTION).write_text(json.dumps(description, indent=2, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, *, device: str = "auto", dtype: str = "auto") -> JointPredictor:
        """Open what `save` wrote. Raises `ModelFormatError` for a folder that is incomplete or of another version."""
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
            state = load_file(str(folder / MODEL))
            tokenizer = PieceTokenizer.from_folder(folder, max_length=description["max_length"])
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ModelFormatError(f"{folder} does not hold a whole joint model ({error}); train it again") from error
        if description.get("format") != FORMAT:
            raise ModelFormatError(
                f"{folder} was written in format {description.get('format')}, this version reads {FORMAT}; train again"
            )
        return _placed(cls(_rebuild(description, state), tokenizer, place(device, dtype)), description, dtype)


def _placed(predictor: JointPredictor, description: dict[str, Any], dtype: str) -> JointPredictor:
    """The predictor in the number format that training found best, where that was on such a device."""
    from nlu_models import int8
    from nlu_models.number_formats import FLOAT32, INT8

    predictor.served_in = description.get("number_format", predictor.number_format)
    if dtype != "auto" or description.get("device") != predictor.placement.device.type:
        return predictor
    if predictor.served_in == FLOAT32:
        return predictor.in_float32()
    if predictor.served_in == INT8 and predictor.number_format == FLOAT32 and int8.available():
        int8.quantize(predictor.model.encoder)
    return predictor


def _rebuild(description: dict[str, Any], state: dict[str, Tensor]) -> JointModel:
    import torch

    from nlu_models.bert import BertEncoder, BertShape
    from nlu_models.joint import JointModel

    labels = Labels(
        intents=tuple(description["intents"]),
        entities=tuple(EntityLabel(**label) for label in description["entities"]),
        partwise=description["partwise"],
    )
    words = state.pop("encoder.words")
    with torch.device("meta"):  # no time spent on filling weights that are about to be replaced
        encoder = BertEncoder(BertShape(**description["shape"]), words)
    encoder.words = words
    model = JointModel(encoder, labels)
    if model.intents is not None:
        model.intents.memory, model.intents.remembered = state["intents.memory"], state["intents.remembered"]
    model.load_state_dict(state, assign=True)
    return model
