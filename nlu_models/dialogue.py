"""A transformer over the turns of a dialogue, and what it learned: `DialoguePredictor.similarities(dialogues)`.

The network is TED (Vlasov, Mosig, Nichol: Dialogue Transformers, https://arxiv.org/abs/1910.00486) with the sizes and
losses of Rasa 3.6: features of each turn are made dense, put through a transformer, and the vector of the latest turn
is compared with one vector for each label (StarSpace, https://arxiv.org/abs/1709.03856).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nlu_models.errors import ModelFormatError, TrainingDataError

if TYPE_CHECKING:
    from torch import Tensor

    from nlu_models.dialogue_network import DialogueNetwork

FORMAT = 1
WEIGHTS, DESCRIPTION = "dialogue.safetensors", "dialogue.json"

_AT_ONCE = 512
_KEPT_TURNS = 4096

Row = tuple[tuple[int, float], ...]
"""The columns of a sparse vector that are not zero, and their values."""
Turn = Mapping[str, Row]
"""The rows of a turn by the name of their part; parts that say nothing are left out. A label has the same shape."""


@dataclass(frozen=True)
class Part:
    """One kind of features. Parts of one `group` (a message's intent or its text) are encoded to the same width and
    added up; parts without a group are put beside the others as they are."""

    name: str
    columns: int
    width: int
    group: str | None = None
    hidden: tuple[int, ...] = ()


@dataclass(frozen=True)
class DialogueConfig:
    """Shape, loss and schedule. The defaults are those of Rasa's TEDPolicy."""

    encoding: int = 50
    """Width of a group."""
    units: int = 128
    """Width of the transformer."""
    layers: int = 1
    heads: int = 4
    embedding: int = 20
    """Width in which dialogues and labels are compared."""
    density: float = 0.2
    """Share of the weights of inner layers that exist; the others are zero for good."""
    drop_dialogue: float = 0.1
    drop_attention: float = 0.0
    drop_input: float = 0.0
    similarity: Literal["inner", "cosine"] = "inner"
    loss: Literal["cross_entropy", "margin", "multi_label"] = "cross_entropy"
    """`multi_label`: a dialogue may have several labels, each is decided for itself."""
    negatives: int = 20
    """Labels and dialogues, drawn anew in each step, that an example is pushed away from beside all wrong labels."""
    constrain: bool = False
    """Also hold each similarity by itself to be high or low."""
    scale: bool = True
    """Let examples that are known well count less."""
    positive_margin: float = 0.8
    negative_margin: float = -0.2
    hardest_only: bool = True
    margin_scale: float = 0.8
    regularisation: float = 0.001
    learning_rate: float = 0.001
    epochs: int = 1
    batch_sizes: tuple[int, int] = (64, 256)
    """In the first and in the last epoch; it grows linearly in between."""
    balanced: bool = True
    """Show examples of rare labels as often as it takes to have some in about every other batch."""
    seed: int = 0


@dataclass(frozen=True)
class DialogueExample:
    """Turns, oldest first, and the labels that are right after them."""

    turns: tuple[Turn, ...]
    labels: tuple[int, ...]


@dataclass(frozen=True)
class DialogueReport:
    """What happened: `loss` is the mean of the last epoch."""

    examples: int
    epochs: int
    seconds: float
    loss: float


class DialoguePredictor:
    """A trained network, ready to answer. Safe to call from several threads."""

    def __init__(self, network: DialogueNetwork) -> None:
        import torch

        self.network = network.eval()
        self._embedded: dict[tuple[Row, ...], Tensor] = {}
        with torch.inference_mode():
            self._labels: Tensor = network.embed_labels()

    def similarities(self, dialogues: Sequence[Sequence[Turn]]) -> list[list[float]]:
        """How well each label fits after each dialogue (turns, oldest first): unbounded for `inner`, in [-1, 1] for
        `cosine`. Raises `TrainingDataError` for a dialogue without turns."""
        import torch

        if not dialogues:
            return []
        if not all(dialogues):
            raise TrainingDataError("a dialogue without turns says nothing; give at least the current turn")
        found: list[list[float]] = []
        with torch.inference_mode():
            for start in range(0, len(dialogues), _AT_ONCE):
                vectors = self._vectors(dialogues[start : start + _AT_ONCE])
                found += self.network.similarity(vectors, self._labels).tolist()
        return found

    def _vectors(self, dialogues: Sequence[Sequence[Turn]]) -> Tensor:
        """(dialogues, embedding)."""
        import torch

        lengths = [len(turns) for turns in dialogues]
        embedded = self._embed([turn for turns in dialogues for turn in reversed(turns)])
        if len(set(lengths)) == 1:
            return self.network.summarise(embedded.view(len(dialogues), lengths[0], -1), None)
        padded = torch.nn.utils.rnn.pad_sequence(list(torch.split(embedded, lengths)), batch_first=True)
        present = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
        return self.network.summarise(padded, present)

    def _embed(self, turns: Sequence[Turn]) -> Tensor:
        """(turns, units). The turns of a bot's conversations are few and come again: each is embedded once, and by
        itself, so that it does not matter which others came with it."""
        import torch

        from nlu_models.dialogue_network import pack

        network = self.network
        names = [part.name for part in network.parts]
        known, found = self._embedded, []
        for turn in turns:
            key = tuple(turn.get(name, ()) for name in names)
            vector = known.get(key)
            if vector is None:
                if len(known) >= _KEPT_TURNS:
                    known.clear()
                vector = known[key] = network.embed_turns(pack(network.parts, [[turn]]))[0, 0]
            found.append(vector)
        return torch.stack(found)

    def save(self, folder: Path) -> None:
        """Write everything needed to load it again into `folder` (made if missing)."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        network = self.network
        save_file({name: value.detach().contiguous() for name, value in network.state_dict().items()}, folder / WEIGHTS)
        description = {
            "format": FORMAT,
            "config": asdict(network.config),
            "parts": [asdict(part) for part in network.parts],
            "label_parts": [asdict(part) for part in network.label_parts],
            "labels": [{name: list(row) for name, row in label.items()} for label in network.labels],
        }
        (folder / DESCRIPTION).write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> DialoguePredictor:
        """Open what `save` wrote. Raises `ModelFormatError` for a folder that is incomplete or of another version."""
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from nlu_models.dialogue_network import DialogueNetwork

        try:
            description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
            weights = load_file(str(folder / WEIGHTS))
        except (OSError, ValueError, SafetensorError) as error:
            raise ModelFormatError(
                f"{folder} does not hold a whole dialogue model ({error}); train it again"
            ) from error
        if description.get("format") != FORMAT:
            raise ModelFormatError(
                f"{folder} was written in format {description.get('format')}, this version reads {FORMAT}; train again"
            )
        config = DialogueConfig(**{**description["config"], "batch_sizes": tuple(description["config"]["batch_sizes"])})
        labels = [{name: _row(row) for name, row in label.items()} for label in description["labels"]]
        network = DialogueNetwork(_parts(description["parts"]), _parts(description["label_parts"]), labels, config)
        network.load_state_dict(weights)
        return cls(network)


def _parts(shapes: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    return tuple(replace(Part(**shape), hidden=tuple(shape["hidden"])) for shape in shapes)


def _row(shape: Sequence[Sequence[Any]]) -> Row:
    return tuple((int(column), float(value)) for column, value in shape)
