"""A trained dialogue state tracker: `StatePredictor.predict(said)`; saved to and loaded from a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nlu_models.devices import Placement, place
from nlu_models.errors import ModelFormatError
from nlu_models.sampling import sorted_batches
from nlu_models.state_mentions import Mentions
from nlu_models.state_turns import DONT_CARE, Stated, TrackedSlot, Turn, carried
from nlu_models.tokens import PieceTokenizer

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from nlu_models.state_matcher import StateMatcher, TurnBatch

FORMAT = 1
BATCH = 32
MODEL, TOKENIZER, DESCRIPTION = "state.safetensors", "tokenizer.json", "state.json"


class TurnReader:
    """Turns as the network takes them."""

    def __init__(self, tokenizer: PieceTokenizer, slots: Sequence[TrackedSlot]) -> None:
        self.tokenizer = tokenizer
        self.mentions = [Mentions([name for name, _ in slot.names()]) for slot in slots]

    def read(self, said: Sequence[tuple[str, str]]) -> list[tuple[list[int], list[int], Tensor]]:
        """Of each (system, user): ids, speakers, and how well every name fits both, (names, 2)."""
        import numpy as np
        import torch

        system = self.tokenizer.encode([each for each, _ in said])
        user = self.tokenizer.encode([each for _, each in said])
        rows = []
        for texts, before, answer in zip(said, system, user, strict=True):
            found = [np.stack([names.find(text) for text in texts], axis=1) for names in self.mentions]
            room = self.tokenizer.max_length - len(answer.ids)
            question = before.ids[-room:] if room else ()  # how it ends is what the user answers
            ids = [*question, *answer.ids]
            speakers = [*[0] * len(question), *[1] * len(answer.ids)]
            rows.append((ids, speakers, torch.from_numpy(np.concatenate(found))))
        return rows

    def collate(self, rows: Sequence[tuple[list[int], list[int], Tensor]], device: torch.device) -> TurnBatch:
        """Pad turns to the longest of them."""
        import torch

        from nlu_models.state_matcher import TurnBatch

        length = max(len(ids) for ids, _, _ in rows)
        pad = self.tokenizer.pad
        lengths = torch.tensor([len(ids) for ids, _, _ in rows])
        return TurnBatch(
            ids=torch.tensor([ids + [pad] * (length - len(ids)) for ids, _, _ in rows]).to(device),
            speakers=torch.tensor([who + [0] * (length - len(who)) for _, who, _ in rows]).to(device),
            attended=(torch.arange(length) < lengths[:, None]).to(device),
            mentions=torch.stack([found for _, _, found in rows]).to(device),
        )


class StatePredictor:
    """What turns say about slots. Safe to call from several threads."""

    def __init__(
        self,
        model: StateMatcher,
        tokenizer: PieceTokenizer,
        slots: Sequence[TrackedSlot],
        placement: Placement | None = None,
    ) -> None:
        self.placement = placement or place()
        self.model = model.to(self.placement.device).eval()
        self.slots = tuple(slots)
        self.reader = TurnReader(tokenizer, slots)

    def predict(self, said: Sequence[tuple[str, str]]) -> list[dict[str, Stated]]:
        """For each (what the system said, what the user answered) the slots that are stated, with their values."""
        import torch

        rows = self.reader.read(said) if said else []
        answers: list[dict[str, Stated]] = [{} for _ in rows]
        for batch in sorted_batches([len(ids) for ids, _, _ in rows], BATCH):
            with torch.inference_mode(), self.placement.autocast():
                gate, names = self.model(self.reader.collate([rows[i] for i in batch], self.placement.device))
            for row, index in enumerate(batch):
                answers[index] = self._stated(gate[row], names[row])
        return answers

    def track(self, dialogues: Sequence[Sequence[Turn]]) -> list[list[dict[str, str]]]:
        """The state after every turn of each dialogue, from an empty one: the last value stated holds."""
        turns = [turn for dialogue in dialogues for turn in dialogue]
        stated = iter(self.predict([(turn.system, turn.user) for turn in turns]))
        tracked: list[list[dict[str, str]]] = []
        for dialogue in dialogues:
            state: dict[str, str] = {}
            states = []
            for _ in dialogue:
                state = carried(state, next(stated))
                states.append(state)
            tracked.append(states)
        return tracked

    def _stated(self, gate: Tensor, names: Tensor) -> dict[str, Stated]:
        from nlu_models.state_matcher import ANY, STATED

        found: dict[str, Stated] = {}
        decided = gate.softmax(1)
        for number, slot in enumerate(self.slots):
            confidence, what = (float(decided[number].max()), int(decided[number].argmax()))
            if what == ANY:
                found[slot.name] = Stated(DONT_CARE, confidence)
            elif what == STATED and slot.values:
                own = names[self.model.owners == number].softmax(0)
                values = list(slot.values)
                best = int(own.argmax())
                found[slot.name] = Stated(values[slot.names()[best][1]], confidence * float(own[best]))
        return found

    def save(self, folder: Path) -> None:
        """Write everything needed to load it again into `folder` (made if missing)."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        state = {name: tensor.detach().cpu().contiguous() for name, tensor in self.model.state_dict().items()}
        save_file({**state, "encoder.words": self.model.encoder.words.cpu().contiguous()}, folder / MODEL)
        (folder / TOKENIZER).write_text(self.reader.tokenizer.to_json(), encoding="utf-8")
        description = {
            "format": FORMAT,
            "shape": self.model.encoder.shape.to_dict(),
            "slots": [
                {"name": slot.name, "description": slot.description, "values": _listed(slot.values)}
                for slot in self.slots
            ],
            "frozen": self.model.frozen,
            "max_length": self.reader.tokenizer.max_length,
        }
        (folder / DESCRIPTION).write_text(json.dumps(description, indent=2, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, *, device: str = "auto", dtype: str = "auto") -> StatePredictor:
        """Open what `save` wrote. Raises `ModelFormatError` for a folder that is incomplete or of another version."""
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from nlu_models.bert import BertEncoder, BertShape
        from nlu_models.state_matcher import StateMatcher

        try:
            description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
            state = load_file(str(folder / MODEL))
            tokenizer = PieceTokenizer.from_folder(folder, max_length=description["max_length"])
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ModelFormatError(f"{folder} does not hold a whole state tracker ({error}); train it again") from error
        if description.get("format") != FORMAT:
            raise ModelFormatError(
                f"{folder} was written in format {description.get('format')}, this version reads {FORMAT}; train again"
            )
        slots = [TrackedSlot(**slot) for slot in description["slots"]]
        words = state.pop("encoder.words")
        with torch.device("meta"):  # no time spent on filling weights that are about to be replaced
            encoder = BertEncoder(BertShape(**description["shape"]), words)
        encoder.words = words
        owners = state["owners"].tolist()
        model = StateMatcher(encoder, state["slots"], state["names"], owners, frozen=description["frozen"])
        model.load_state_dict(state, assign=True)
        return cls(model, tokenizer, slots, place(device, dtype))


def _listed(values: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {value: list(names) for value, names in values.items()}
