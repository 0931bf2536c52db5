"""Text to word pieces for the encoder and to units for tagging, with exact character offsets.

A *unit* is what gets one tag: a word piece, or a part of one where a piece spans several Chinese characters or
changes between letters, digits and signs, so that an entity's edge can lie inside a piece (两个都 inside 两个都要).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlu_models.errors import ModelFormatError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

METASPACE = "▁"
HAN_BLOCKS = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
PLACES = 4
"""How many places inside a piece are told apart; later ones count as the last."""


@dataclass(frozen=True)
class Encoded:
    """One text as the model sees it."""

    ids: tuple[int, ...]
    """Vocabulary ids, with the special ones at both ends; at most the tokenizer's `max_length`."""
    units: tuple[tuple[int, int], ...]
    """Character offsets of the units, increasing, never overlapping, without surrounding white space."""
    pieces: tuple[int, ...]
    """For each unit the index into `ids` of the piece it belongs to."""
    parts: tuple[int, ...]
    """For each unit the vocabulary id of its own text: the piece's, or that of the part of the piece."""
    places: tuple[int, ...]
    """For each unit its place inside its piece, 0 to `PLACES` - 1."""


class PieceTokenizer:
    """A fast tokenizer of a Hugging Face folder, made to keep offsets and never to fail on odd text."""

    def __init__(self, tokenizer: Tokenizer, *, max_length: int = 128) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self.max_length = max_length
        self.unknown = self._unknown_id()
        self.pad = next((i for i in map(tokenizer.token_to_id, ("<pad>", "[PAD]")) if i is not None), 0)

    @classmethod
    def from_folder(cls, folder: Path, *, max_length: int = 128) -> PieceTokenizer:
        """Open ``tokenizer.json`` in `folder`. Raises `ModelFormatError` when there is none."""
        from tokenizers import Tokenizer

        path = folder / "tokenizer.json"
        if not path.is_file():
            raise ModelFormatError(f"{folder} has no tokenizer.json; a fast tokenizer is needed for exact offsets")
        return cls(Tokenizer.from_file(str(path)), max_length=max_length)

    @property
    def vocabulary_size(self) -> int:
        """Number of pieces, special ones included."""
        return self._tokenizer.get_vocab_size(with_added_tokens=True)

    def to_json(self) -> str:
        """The whole tokenizer, as ``tokenizer.json`` holds it."""
        return self._tokenizer.to_str()

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode each text. Lone surrogates, which UTF-8 cannot hold, count as unknown."""
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        encodings = self._tokenizer.encode_batch(clean)
        return [self._encoded(text, encoding) for text, encoding in zip(clean, encodings, strict=True)]

    def mostly_unknown(self, encoded: Encoded) -> bool:
        """Whether the vocabulary has nothing for more than half of a text's pieces."""
        unread = sum(encoded.ids[piece] == self.unknown for piece in encoded.pieces)
        return 2 * unread > len(encoded.pieces)

    def _encoded(self, text: str, encoding: Encoding) -> Encoded:
        ids = encoding.ids
        if len(ids) > self.max_length:
            ids = [*ids[: self.max_length - 1], ids[-1]]
        units: list[tuple[int, int]] = []
        pieces: list[int] = []
        parts: list[int] = []
        places: list[int] = []
        done = 0
        rows = zip(ids, encoding.offsets, encoding.special_tokens_mask, encoding.tokens, strict=False)
        for index, (piece, (start, end), special, token) in enumerate(rows):
            # A lone metaspace claims the next piece's first character; one character may also be several pieces (½).
            if special or token == METASPACE or index == len(ids) - 1:
                continue
            start = max(start, done)
            for place, (left, right) in enumerate(split_units(text, start, end)):
                whole = (left, right) == (start, end)
                units.append((left, right))
                pieces.append(index)
                parts.append(piece if whole else self._part_id(text[left:right]))
                places.append(min(place, PLACES - 1))
                done = right
        return Encoded(tuple(ids), tuple(units), tuple(pieces), tuple(parts), tuple(places))

    def _part_id(self, text: str) -> int:
        found = self._tokenizer.token_to_id(text)
        return self.unknown if found is None else found

    def _unknown_id(self) -> int:
        model = self._tokenizer.model
        token = getattr(model, "unk_token", None) or "<unk>"
        found = self._tokenizer.token_to_id(token)
        return 0 if found is None else found


def split_units(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut ``text[start:end]`` at white space, at every Chinese character and where letters, digits and signs meet."""
    cuts: list[tuple[int, int]] = []
    previous = ""
    for index in range(start, end):
        kind = _kind(text[index])
        if kind == "space":
            previous = kind
        elif kind == previous and kind != "han":
            cuts[-1] = (cuts[-1][0], index + 1)
        else:
            cuts.append((index, index + 1))
            previous = kind
    return cuts


def _kind(character: str) -> str:
    if is_han(character):
        return "han"
    if character.isspace():
        return "space"
    if character.isdigit():
        return "digit"
    return "letter" if character.isalpha() else "sign"


def is_han(character: str) -> bool:
    """Whether this is a Chinese character (Unicode's CJK ideograph blocks)."""
    code = ord(character)
    return any(first <= code <= last for first, last in HAN_BLOCKS)


def prune(tokenizer: PieceTokenizer, texts: Iterable[str]) -> tuple[PieceTokenizer, list[int]]:
    """A tokenizer without the pieces of scripts that `texts` do not use, and the old id of each new one.

    Every piece of the scripts found stays, seen or not, and ASCII, signs and emoji always do; so a new word of the same
    languages is cut as before and only a script never seen becomes unknown. Only unigram vocabularies (250,000 pieces
    in the multilingual encoders) are worth it and can be cut without changing how the rest is segmented: for others
    the tokenizer itself comes back with every id.
    """
    from tokenizers import Tokenizer

    data: dict[str, Any] = json.loads(tokenizer.to_json())
    if data["model"].get("type") != "Unigram":
        return tokenizer, list(range(tokenizer.vocabulary_size))
    scripts = {script for text in texts for character in set(text) if (script := script_of(character))}
    special = {token["content"] for token in data["added_tokens"]}
    old = data["model"]["vocab"]
    kept = [
        index
        for index, (piece, _) in enumerate(old)
        if piece in special or all((script := script_of(c)) is None or script in scripts for c in piece)
    ]
    data["model"]["vocab"] = [old[index] for index in kept]
    data["model"]["unk_id"] = kept.index(data["model"]["unk_id"])
    new_ids = {index: new for new, index in enumerate(kept)}
    for token in data["added_tokens"]:
        token["id"] = new_ids[token["id"]]
    for token in (data["post_processor"] or {}).get("special_tokens", {}).values():
        token["ids"] = [new_ids[index] for index in token["ids"]]
    return PieceTokenizer(Tokenizer.from_str(json.dumps(data)), max_length=tokenizer.max_length), kept


def script_of(character: str) -> str | None:
    """A letter's script by its Unicode name ("LATIN", "CYRILLIC", "CJK"); None for ASCII and for what is no letter."""
    import unicodedata

    if character.isascii() or unicodedata.category(character)[0] not in "LM" or character == METASPACE:
        return None
    return unicodedata.name(character, "UNNAMED").split()[0].split("-")[0]
