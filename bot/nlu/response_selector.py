"""ResponseSelector: which of a retrieval intent's responses (`faq/ask_hours`) answers a message.

Each example of a retrieval intent is a point of a sentence encoder, and so is each thing that the response says. A
message is as near to a response as to the nearest of its points (`entry_index`); the confidences are these
similarities, sharpened so that they add up to one. The shape of what it says is Rasa's:
`rasa/nlu/selectors/response_selector.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict

from bot.formats.write_domain import responses_as_data
from bot.message import Understanding
from bot.nlu.base import Component, ComponentConfig, Progress
from bot.registry import register
from bot.training_data import Example, TrainingData
from nlu_models.entry_index import EntryIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nlu_models.sentence_encoder import SentenceEncoder

PROPERTY = "response_selector"
DEFAULT_SELECTOR = "default"
_INDEX = "responses.json"


class ResponseSelectorConfig(ComponentConfig):
    """`model`: a packaged encoder, a local folder or a Hugging Face name. `retrieval_intent`: only this one's
    responses; None for all. `sharpness`: how quickly confidence falls with similarity. Rasa's other options, which shape
    a network that is not trained here, are accepted and change nothing.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    model: str = "multilingual-e5-small"
    retrieval_intent: str | None = None
    ranking_length: int = 10
    sharpness: float = 30.0
    device: str = "auto"


@register("nlu", "ResponseSelector")
class ResponseSelector(Component):
    """Ranks the responses of one retrieval intent, or of all of them, for every message."""

    Config = ResponseSelectorConfig
    config: ResponseSelectorConfig
    provides = frozenset({"responses"})
    trainable = True
    _encoder: SentenceEncoder | None = None
    _entries: EntryIndex
    _index: dict[str, Any]

    def relevant(self, data: TrainingData) -> Any:
        examples = [[example.text, example.intent] for example in self._examples(data)]
        return [examples, self._said(data)]

    def train(self, data: TrainingData, progress: Progress) -> None:
        """Encode the examples and responses. Without any there is nothing to select, and messages stay as they are."""
        what = f"Training {type(self).__name__}"
        progress(what, 0.0)
        points = self._points(data)
        keys = list(dict.fromkeys(key for key, _ in points))
        numbers = {key: number for number, key in enumerate(keys)}
        self._index = {
            "keys": keys,
            "retrieval_intents": list(dict.fromkeys(e.base_intent for e in data.examples if _is_retrieval(e))),
            "responses": self._said(data),
        }
        texts = [text for _, text in points]
        owners = [numbers[key] for key, _ in points]
        self._entries = EntryIndex.of(self._encode(texts, progress), owners, texts)
        progress(what, 1.0)

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        if not self._index["keys"]:
            return list(batch)
        texts = [understanding.text for understanding in batch]
        near = self._entries.search(self._encode(texts), texts)
        return [self._select(understanding, row) for understanding, row in zip(batch, near, strict=True)]

    def _select(self, understanding: Understanding, nearness: NDArray[np.float32]) -> Understanding:
        import numpy as np

        keys: list[str] = self._index["keys"]
        weights = np.exp(self.config.sharpness * (nearness - nearness.max()))
        confidences = weights / weights.sum()
        length = self.config.ranking_length or len(keys)
        highest = np.argpartition(-confidences, length)[:length] if length < len(keys) else np.arange(len(keys))
        order = highest[np.lexsort((highest, -confidences[highest]))]
        ranking = [{"confidence": float(confidences[n]), "intent_response_key": keys[n]} for n in order]
        best = keys[order[0]]
        utter_action = f"utter_{best}"
        response = {
            "responses": self._index["responses"].get(utter_action, []),
            **ranking[0],
            "utter_action": utter_action,
        }
        selector = self.config.retrieval_intent or DEFAULT_SELECTOR
        selected = {
            **understanding.extra.get(PROPERTY, {}),
            "all_retrieval_intents": self._index["retrieval_intents"],
            selector: {"response": response, "ranking": ranking},
        }
        return replace(understanding, extra={**understanding.extra, PROPERTY: selected})

    def save(self, folder: Path) -> None:
        (folder / _INDEX).write_text(json.dumps(self._index, ensure_ascii=False), encoding="utf-8")
        self._entries.save(folder)

    def load(self, folder: Path) -> None:
        self._index = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
        self._entries = EntryIndex.load(folder)

    def _encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Vectors (len(texts), width) of length 1. The encoder is loaded with the first text."""
        import numpy as np

        if not texts:
            return np.zeros((0, 0), np.float32)
        if self._encoder is None:
            from nlu_models.sentence_encoder import load_sentence_encoder

            def tell(name: str, stage: str, fraction: float) -> None:
                if progress is not None:
                    progress(f"{stage.capitalize()} {name}", fraction)

            self._encoder = load_sentence_encoder(self.config.model, device=self.config.device, progress=tell)
        return self._encoder.encode(texts)

    def _examples(self, data: TrainingData) -> list[Example]:
        wanted = self.config.retrieval_intent
        return [e for e in data.examples if _is_retrieval(e) and wanted in (None, e.base_intent)]

    def _points(self, data: TrainingData) -> list[tuple[str, str]]:
        """Response keys with what is to be near to them: the examples, then what the responses say."""
        examples = [(example.intent or "", example.text) for example in self._examples(data)]
        answers = [
            (key, variation.text)
            for key in dict.fromkeys(key for key, _ in examples)
            for variation in data.responses.get(f"utter_{key}", ())
            if variation.text
        ]
        return [*examples, *answers]

    def _said(self, data: TrainingData) -> dict[str, Any]:
        """The variations of the responses that can be selected, as a domain has them."""
        said = {f"utter_{example.intent}": () for example in self._examples(data)}
        return responses_as_data({name: data.responses.get(name, ()) for name in said})


def _is_retrieval(example: Example) -> bool:
    return bool(example.intent) and "/" in (example.intent or "")
