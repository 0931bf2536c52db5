"""States as numbers, for policies that learn by a network.

Each kind of feature is a sparse vector of its own: intent, entities (also with their role and group), previous
action, slots by their type, active form, and bags of words for the texts of end-to-end stories.
Source: `SingleStateFeaturizer` of Rasa 3.6.21, whose texts are featurised by the NLU pipeline instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from bot.domain import Domain
from bot.policies.ngrams import bag, vocabulary
from bot.policies.states import State

INTENT, TEXT, ENTITIES = "intent", "text", "entities"
ACTION_NAME, ACTION_TEXT = "action_name", "action_text"
SLOTS, ACTIVE_LOOP = "slots", "active_loop"
PARTS = (INTENT, TEXT, ACTION_NAME, ACTION_TEXT, ENTITIES, SLOTS, ACTIVE_LOOP)
_KEPT_TURNS = 4096

Row = tuple[tuple[int, float], ...]
Turn = Mapping[str, Row]


class TurnFeaturizer:
    """Turns states into features. `names` are the columns of each part; it is all there is to keep."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self.names = {part: tuple(names.get(part, ())) for part in PARTS}
        self._columns = {part: {name: i for i, name in enumerate(names)} for part, names in self.names.items()}
        self.turn = lru_cache(_KEPT_TURNS)(self._turn)

    @classmethod
    def of(cls, domain: Domain, states: Iterable[State]) -> TurnFeaturizer:
        """The columns of a domain, and of the texts in the states to learn from and in the domain's actions."""
        said: dict[str, None] = {}
        answered: dict[str, None] = dict.fromkeys(domain.e2e_actions)
        for state in states:
            said |= {state.text: None} if state.text else {}
            answered |= {state.action_text: None} if state.action_text else {}
        texts = set(domain.e2e_actions)
        return cls(
            {
                INTENT: tuple(domain.all_intents),
                TEXT: vocabulary(said),
                ACTION_NAME: tuple(name for name in domain.action_names if name not in texts),
                ACTION_TEXT: vocabulary(answered),
                ENTITIES: entity_names(domain),
                SLOTS: slot_names(domain),
                ACTIVE_LOOP: tuple(domain.forms),
            }
        )

    def _turn(self, state: State) -> Turn:
        """The features of one state. What the customer said counts directly after listening only."""
        rows: dict[str, Row] = {}
        if state.is_after_listen:
            rows[INTENT] = self._hot(INTENT, [state.intent])
            rows[TEXT] = bag(state.text, self._columns[TEXT]) if state.text else ()
            rows[ENTITIES] = self._hot(ENTITIES, state.entities)
        if state.action:
            rows[ACTION_NAME] = self._hot(ACTION_NAME, [state.action])
        elif state.action_text:
            rows[ACTION_TEXT] = bag(state.action_text, self._columns[ACTION_TEXT])
        rows[SLOTS] = self._slots(state)
        rows[ACTIVE_LOOP] = self._hot(ACTIVE_LOOP, [state.active_loop])
        return {part: row for part, row in rows.items() if row}

    def label(self, part: str, name: str) -> Row:
        """An intent or action as something that may be predicted."""
        if part in (TEXT, ACTION_TEXT):
            return bag(name, self._columns[part])
        return self._hot(part, [name])

    def _hot(self, part: str, names: Iterable[str | None]) -> Row:
        columns = self._columns[part]
        return tuple(sorted((columns[name], 1.0) for name in set(names) if name in columns))

    def _slots(self, state: State) -> Row:
        columns = self._columns[SLOTS]
        named = (
            (f"{slot}_{index}", value)
            for slot, features in state.slots
            if not isinstance(features, str)
            for index, value in enumerate(features)
        )
        return tuple(sorted((columns[name], value) for name, value in named if value and name in columns))


def entity_names(domain: Domain) -> tuple[str, ...]:
    """Entities, and `city#from` for each of their roles and groups."""
    names: dict[str, None] = {}
    for name, properties in domain.entities.items():
        names[name] = None
        names |= dict.fromkeys(f"{name}#{label}" for label in (*properties.roles, *properties.groups))
    return tuple(names)


def slot_names(domain: Domain) -> tuple[str, ...]:
    """`size_0`, `size_1`, …: one name for each feature of each slot that has influence."""
    return tuple(
        f"{slot.name}_{index}"
        for slot in domain.featurised_slots
        for index in range(len(slot.features(slot.initial_value)))
    )
