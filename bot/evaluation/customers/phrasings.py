"""The sentences of simulated customers, from a data file of the project: tests/customers/LANGUAGE.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bot.errors import UsageError
from bot.evaluation.customers.wishes import Method, Piece, Wish
from knowledge_base.models import Attribute

FOLDER = Path("tests/customers")
_SECTIONS = (
    "hears", "begins", "buttons", "greetings", "opens", "identity", "orders", "items", "also", "new_items", "swaps",
    "method", "reason", "reasons", "address", "agree", "disagree", "decline", "waits", "item", "new", "unchanged",
    "options", "joint", "methods",
)  # fmt: skip
_TELLS_ITSELF = frozenset({"colour", "size", "material", "style", "storage", "capacity", "type", "design", "length"})
_BARE = frozenset({"yes", "no", "none", "high", "medium", "low", "full", "half", "small", "large", "standard", "fixed"})


@dataclass(frozen=True)
class Phrasings:
    """One language's sentences."""

    language: str
    sections: Mapping[str, Any]
    attributes: Mapping[tuple[str, str], Attribute]

    def hears(self, text: str) -> str | None:
        """What a reply asks for, as a section of the file; None when it asks for nothing that is known."""
        for act, patterns in self.sections["hears"].items():
            if any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns):
                return str(act)
        return None

    def fits(self, title: str, patterns: Sequence[str]) -> bool:
        return any(re.search(pattern, title, re.IGNORECASE) for pattern in patterns)

    def pick(self, random: Random, *path: str) -> str:
        """One of the sentences at this place of the file."""
        found: Any = self.sections
        for key in path:
            found = found[key]
        return str(random.choice(found))

    def slip(self, random: Random, text: str) -> str:
        """A message as it is typed in a hurry: now and then two letters of a word change places."""
        words = re.findall(r"(?<![\w@#.'-])[a-zA-Z]{6,}(?![\w@.'-])", text)
        if not words or random.random() >= float(self.sections.get("typos", 0)):
            return text
        word = random.choice(words)
        at = random.randrange(1, len(word) - 2)
        return text.replace(word, word[:at] + word[at + 1] + word[at] + word[at + 2 :], 1)

    # -- what is filled in -----------------------------------------------------------------------------------------

    def item(self, random: Random, piece: Piece) -> str:
        """A thing of an order, described so far that no other thing of it fits."""
        if piece.is_only_one and random.random() < 0.6:
            return self.pick(random, "item", "plain").format(product=self._product(piece))
        some = dict(piece.options)
        if piece.is_only_one:
            some = dict(random.sample(sorted(some.items()), k=min(len(some), random.choice((1, 1, 2)))))
        pattern = self.pick(random, "item", "described")
        return pattern.format(product=self._product(piece), options=self.options(random, some))

    def items(self, random: Random, pieces: Sequence[Piece]) -> str:
        return self._joined(random, [self.item(random, piece) for piece in pieces])

    def new(self, random: Random, piece: Piece) -> str:
        """What a thing is to become: mostly what changes, sometimes all of it."""
        if not piece.changed:
            return self.pick(random, "unchanged")
        whole = random.random() < 0.25
        options = dict(piece.new_options or {}) if whole else piece.changed
        return self.pick(random, "new").format(options=self.options(random, options))

    def swaps(self, random: Random, pieces: Sequence[Piece], section: str) -> str:
        name = section if section in self.sections else "swap"
        found = [
            self.pick(random, name).format(item=self.item(random, piece), new=self.new(random, piece))
            for piece in pieces
        ]
        return self._joined(random, found)

    def options(self, random: Random, options: Mapping[str, str]) -> str:
        style = random.random()
        named = [self._option(random, name, value, style) for name, value in options.items()]
        if len(named) < 2:
            return "".join(named)
        joint = str(random.choice(self.sections["joint"]["options"]))
        return (
            joint.join(named) if joint.strip() in (",", "，", "、", "") else ", ".join(named[:-1]) + joint + named[-1]
        )

    def method(self, random: Random, method: Method) -> str:
        forms = self.sections["methods"]
        kind = method.kind
        if kind == "credit_card":
            kind = "only_credit_card" if method.is_only_one else kind
        pattern = str(random.choice(forms.get(kind) or forms["by_id"]))
        return pattern.format(brand=method.brand or kind, last_four=method.last_four, id=method.id)

    def fill(self, random: Random, sentence: str, wish: Wish, **more: str) -> str:
        """A sentence with what it names of a wish; `more` are names of their own."""
        fields = dict.fromkeys(re.findall(r"{(\w+)}", sentence), "") | more
        values = {
            "order": lambda: wish.order_id,
            "items": lambda: self.items(random, wish.pieces),
            "swaps": lambda: self.swaps(random, wish.pieces, "swap"),
            "swaps_for": lambda: self.swaps(random, wish.pieces, "swap_for"),
            "swaps_to": lambda: self.swaps(random, wish.pieces, "swap_to"),
            "new": lambda: self._joined(random, [self.new(random, piece) for piece in wish.pieces]),
            "method": lambda: self.method(random, wish.method) if wish.method else "",
            "reason": lambda: self.pick(random, "reasons", wish.reason or ""),
            "address": lambda: wish.address or "",
        }
        filled: dict[str, str] = {field: more[field] if field in more else values[field]() for field in fields}
        return sentence.format(**filled)

    def _option(self, random: Random, name: str, value: str, style: float) -> str:
        row = self.attributes.get((name, value))
        shown_name = row.text("name", self.language) if row else name
        shown = row.text("value", self.language) if row else value
        forms = self.sections["options"]
        if value in ("yes", "no", "none"):
            return str(random.choice(forms[value])).format(attribute=shown_name, value=shown)
        bare = name in _TELLS_ITSELF or not (value in _BARE or value.isdigit())
        return str(random.choice(forms["value" if bare and style < 0.6 else "named"])).format(
            attribute=shown_name, value=shown
        )

    def _product(self, piece: Piece) -> str:
        name = piece.product[self.language]
        return name.lower() if self.language == "en" and name[1:].islower() else name

    def _joined(self, random: Random, parts: Sequence[str]) -> str:
        if len(parts) < 2:
            return "".join(parts)
        first = str(random.choice(self.sections["joint"]["items"]))
        return first.join(parts[:-1]) + str(self.sections["joint"]["last"]) + parts[-1]


def read_phrasings(path: Path, attributes: Mapping[tuple[str, str], Attribute]) -> Phrasings:
    """The phrasings in a file, and those of the file that it is `like` for what it has not itself. Raises UsageError for a file that lacks what customers need."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if not path.is_file():
        raise UsageError(f"there is no {path}: simulated customers take their sentences from there.")
    try:
        sections = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
    except YAMLError as error:
        raise UsageError(f"{path}: {error}") from error
    if "like" in sections:
        sections = {**read_phrasings(path.parent / str(sections["like"]), attributes).sections, **sections}
    missing = [name for name in ("language", *_SECTIONS) if name not in sections]
    missing = [name for name in missing if name != "swaps" or "swap" not in sections]
    if missing:
        raise UsageError(f"{path}: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing.")
    return Phrasings(str(sections["language"]), sections, attributes)
