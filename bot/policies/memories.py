"""What memoization remembers: sequences of states and the action that follows each, as a tree.

The sequences of one story begin alike, each one state longer than the one before. As a tree they take one node for
each state; written out they would take the square of the story.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.policies.states import State

ROOT = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """The action that came next, and the story that says so."""

    action: str
    source: str


@dataclass
class Memories:
    """`edges[i]` leads to node `i + 1`: the node it comes from, and the number of the state that is added."""

    states: list[State] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)
    found: dict[int, Memory] = field(default_factory=dict)
    _ambiguous: set[int] = field(default_factory=set, compare=False, repr=False)
    _numbers: dict[State, int] = field(default_factory=dict, compare=False, repr=False)
    _nodes: dict[tuple[int, int], int] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        self._numbers = {state: number for number, state in enumerate(self.states)}
        self._nodes = {edge: node for node, edge in enumerate(self.edges, start=1)}

    def __len__(self) -> int:
        return len(self.found)

    def grow(self, node: int, state: State) -> int:
        """The node of a sequence that is one state longer; made when it is new."""
        number = self._numbers.setdefault(state, len(self.states))
        if number == len(self.states):
            self.states.append(state)
        edge = (node, number)
        longer = self._nodes.setdefault(edge, len(self.edges) + 1)
        if longer > len(self.edges):
            self.edges.append(edge)
        return longer

    def remember(self, node: int, memory: Memory) -> None:
        """What followed there; two different actions leave nothing to remember."""
        known = self.found.get(node)
        if node in self._ambiguous:
            return
        if known is None:
            self.found[node] = memory
        elif known.action != memory.action:
            self._ambiguous.add(node)
            del self.found[node]

    def recall(self, states: Iterable[State]) -> Memory | None:
        node = ROOT
        for state in states:
            longer = self._nodes.get((node, self._numbers.get(state, -1)))
            if longer is None:
                return None
            node = longer
        return self.found.get(node)

    def walk(self) -> Iterator[tuple[int, int, State]]:
        """Every node with the one before it and its own last state; a node comes after the one before it."""
        for node, (before, number) in enumerate(self.edges, start=1):
            yield node, before, self.states[number]

    @property
    def longest(self) -> int:
        """How many states the longest remembered sequence has."""
        lengths = [0]
        for _, before, _ in self.walk():
            lengths.append(lengths[before] + 1)
        return max((lengths[node] for node in self.found), default=0)

    def as_dict(self) -> dict[str, Any]:
        return {
            "states": [state.as_dict() for state in self.states],
            "edges": self.edges,
            "memory": [[node, memory.action, memory.source] for node, memory in self.found.items()],
        }

    @classmethod
    def from_dict(cls, shape: Mapping[str, Any]) -> Memories:
        """The opposite of `as_dict`; also reads models of before, in which every sequence was written out."""
        states = [State.from_dict(state) for state in shape["states"]]
        if "edges" in shape:
            found = {node: Memory(action, source) for node, action, source in shape["memory"]}
            return cls(states, [(before, number) for before, number in shape["edges"]], found)
        memories = cls(states)
        for numbers, action, source in shape["memory"]:
            node = ROOT
            for number in numbers:
                node = memories.grow(node, states[number])
            memories.remember(node, Memory(action, source))
        return memories
