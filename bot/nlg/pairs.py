"""The wordings that a GPT is adapted on: a JSON-lines file of acts, each with templates, wordings and customers' words.

Every line has an `act` and one of `template` (what the shop's responses say), `wording` (how else it can be said) or
`user` (what a customer may have said before). Facts stand as `[slots]`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bot.nlg.slots import slots_of

KINDS = ("template", "wording", "user")

# Other names for a fact, so that slots are copied rather than remembered.
_RENAMED = {
    "order_id": ("order", "number", "order_no"),
    "status": ("state", "order_state"),
    "amount": ("sum", "refund"),
    "method": ("payment", "card"),
    "product": ("name", "title_en"),
    "variant": ("options", "version"),
    "price": ("cost", "unit_price"),
    "code": ("coupon", "coupon_code"),
    "ticket_id": ("case", "case_id"),
    "query": ("search", "words"),
    "item": ("old_item", "line"),
    "total": ("sum", "order_total"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """Everything the file says about one act."""

    name: str
    templates: tuple[str, ...]
    wordings: tuple[str, ...]
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordingPair:
    """One thing to learn: the customer's words and a template, and how the reply is worded."""

    act: str
    user: str
    template: str
    wording: str


def read_acts(path: Path) -> list[Act]:
    """The acts of a pairs file, in order. Raises ValueError, with path and line, for a line that is not of the format."""
    found: dict[str, dict[str, list[str]]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            kind = next(kind for kind in KINDS if kind in row)
            found.setdefault(row["act"], {kind: [] for kind in KINDS})[kind].append(row[kind])
        except (ValueError, KeyError, StopIteration, TypeError) as error:
            raise ValueError(f"{path}:{number}: expected an act and one of {', '.join(KINDS)}") from error
    return [
        Act(name, tuple(of["template"]), tuple(of["wording"]), tuple(of["user"] or [""])) for name, of in found.items()
    ]


def draw_pairs(acts: Sequence[Act], *, rounds: int, random: Random) -> list[WordingPair]:
    """`rounds` pairs for every wording, half of them from a template of the shop, half from another wording."""
    pairs = []
    for _ in range(rounds):
        for act in acts:
            for wording in act.wordings:
                others = [other for other in act.wordings if other != wording]
                source = random.choice(act.templates if act.templates and random.random() < 0.5 else others)
                pair = WordingPair(act.name, random.choice(act.users), source, wording)
                pairs.append(_renamed(pair, random) if random.random() < 0.3 else pair)
    return pairs


def _renamed(pair: WordingPair, random: Random) -> WordingPair:
    """The pair with some of its slots under other names, the same everywhere."""
    present = set(slots_of(pair.template))
    names = {old: random.choice(new) for old, new in _RENAMED.items() if old in present}
    names = {old: new for old, new in names.items() if new not in present}
    return WordingPair(pair.act, *(_rename(text, names.items()) for text in (pair.user, pair.template, pair.wording)))


def _rename(text: str, names: Iterable[tuple[str, str]]) -> str:
    for old, new in names:
        text = text.replace(f"[{old}]", f"[{new}]")
    return text
