"""The steps of stories and rules, in every form that Rasa documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bot.errors import Where, did_you_mean
from bot.formats import shapes
from bot.formats.annotations import parse_annotations
from bot.formats.check_steps import CHECK_KEYS, read_check
from bot.formats.nodes import Mapping, Node, Scalar, Sequence
from bot.formats.payloads import parse_payload
from bot.formats.problem_list import ProblemList
from bot.message import Entity
from bot.stories import ANY_VALUE, ActionStep, CheckpointStep, LoopStep, OrStep, SlotStep, Step, UserStep

# The keys that say what a step is, in the order in which Rasa looks for them, and what may stand beside each.
_BESIDE: dict[str, tuple[str, ...]] = {
    "intent": ("user", "entities", "metadata"),
    "user": ("intent", "entities", "metadata"),
    "or": (),
    "action": (),
    "bot": (),
    "checkpoint": ("slot_was_set",),
    "slot_was_set": (),
    "active_loop": (),
    "metadata": (),
}
_EARLIER_NAMES = {"form": "active_loop", "slot": "slot_was_set", "slots": "slot_was_set", "entity": "entities"}


class StepReader:
    """Reads steps; `is_test` allows full retrieval intents such as `faq/ask_hours`, and check steps."""

    def __init__(self, problems: ProblemList, *, is_test: bool) -> None:
        self.problems = problems
        self.is_test = is_test
        self.readers: dict[str, Callable[[Mapping], Iterable[Step]]] = {
            "intent": self._user,
            "user": self._user,
            "or": self._or,
            "action": self._action,
            "bot": self._bot,
            "checkpoint": self._checkpoint,
            "slot_was_set": self._slots,
            "active_loop": self._loop,
            "metadata": lambda _: (),
        }
        self.beside = dict(_BESIDE)
        if is_test:
            self.beside |= {key: tuple(other for other in CHECK_KEYS if other != key) for key in CHECK_KEYS}
            self.readers |= {key: lambda node: read_check(node, problems) for key in CHECK_KEYS}

    def read(self, nodes: list[Node]) -> Iterator[Step]:
        for node in nodes:
            if not isinstance(node, Mapping):
                hint = f"Write `- action: {node.text}` or `- intent: {node.text}`." if isinstance(node, Scalar) else ""
                self.problems.error("yaml-type", f"a step must be a mapping, not {node.kind}.", node, hint)
                continue
            kind = next((key for key in self.beside if key in node), None)
            if kind is None:
                self._unknown(node)
                continue
            self._check_beside(node, kind)
            yield from self.readers[kind](node)

    def _unknown(self, node: Mapping) -> None:
        for key, _ in node.items():
            hint = self._suggestion(key.text) or f"A step is one of: {', '.join(self.beside)}."
            self.problems.error("unknown-key", f"'{key.text}' is not a step.", key, hint)
        if not len(node):
            self.problems.error("missing-key", "a step is empty.", node)

    def _check_beside(self, node: Mapping, kind: str) -> None:
        for key, _ in node.items():
            if key.text == kind or key.text in self.beside[kind]:
                continue
            if key.text in self.beside:
                message, hint = f"`{key.text}` cannot be in one step with `{kind}`.", "Begin a new step with '- '."
            else:
                message = f"'{key.text}' is not a key of a step with `{kind}`."
                hint = self._suggestion(key.text, *self.beside[kind])
            self.problems.error("unknown-key", message, key, hint)

    def _suggestion(self, key: str, *also: str) -> str:
        earlier = _EARLIER_NAMES.get(key)
        return f"Write `{earlier}`." if earlier else did_you_mean(key, [*self.beside, *also])

    def _user(self, node: Mapping) -> Iterator[UserStep]:
        intent = self._intent(node)
        written = node.get("user")
        if intent is None and written is None:
            return
        if written is None:
            yield UserStep(intent, self._entities(node.get("entities")), where=node.where)
            return
        sentence = (shapes.text(written, "`user`", self.problems) or "").strip()
        text, entities = self._sentence(sentence, written)
        if not sentence:
            self.problems.error("missing-key", "the user's text is empty.", written)
        yield UserStep(intent, entities, text, node.where)

    def _intent(self, node: Mapping) -> str | None:
        written = node.get("intent")
        intent = shapes.name(written, "the intent", self.problems)
        if intent is None or written is None:
            return None
        if intent.startswith("/"):
            self.problems.warning(
                "yaml-type", f"the intent '{intent}' begins with '/'.", written, f"Write `{intent[1:]}`."
            )
            intent = intent[1:]
        base, slash, _ = intent.partition("/")
        if slash and not self.is_test:
            message = f"stories and rules use the intent '{base}', not one of its responses '{intent}'."
            self.problems.warning("unknown-name", message, written, f"Write `{base}`.")
            return base
        return intent

    def _sentence(self, sentence: str, node: Node) -> tuple[str, tuple[Entity, ...]]:
        annotated = parse_annotations(sentence)
        for fault in annotated.faults:
            report = self.problems.error if fault.fatal else self.problems.warning
            report("annotation", fault.message, _inside(node, fault.offset), fault.hint)
        payload = parse_payload(annotated.text)
        if payload is None:
            return annotated.text, annotated.entities
        if payload.fault:
            self.problems.error("annotation", f"'{annotated.text}': {payload.fault}", node)
        return annotated.text, payload.entities

    def _entities(self, node: Node | None) -> tuple[Entity, ...]:
        entities: list[Entity] = []
        for item in shapes.items(node, "`entities`", self.problems):
            if isinstance(item, Mapping):
                entities += self._entity(item)
            else:
                name = shapes.name(item, "an entity", self.problems)
                entities += [Entity(name, "")] if name else []
        return tuple(entities)

    def _entity(self, node: Mapping) -> Iterator[Entity]:
        named = [(key, value) for key, value in node.items() if key.text not in ("role", "group")]
        if len(named) != 1:
            place = named[1][0] if named else node
            self.problems.error(
                "yaml-type", "an entity of a step is `name: value`, with `role` and `group` beside it.", place
            )
        for key, value in named[:1]:
            role = shapes.text(node.get("role"), "`role`", self.problems)
            group = shapes.text(node.get("group"), "`group`", self.problems)
            yield Entity(key.text, value.plain(), role=role, group=group)

    def _or(self, node: Mapping) -> Iterator[OrStep]:
        options: list[UserStep | SlotStep] = []
        written = node.get("or")
        if shapes.is_null(written) or (isinstance(written, Sequence) and not written.items):
            self.problems.error("missing-key", "`or` is empty.", node)
        for item in shapes.items(written, "`or`", self.problems):
            body = shapes.mapping(item, "each of `or`", self.problems)
            if body is None:
                continue
            if "intent" in body:
                self._check_beside(body, "intent")
                options += self._user(body)
            elif "slot_was_set" in body:
                self._check_beside(body, "slot_was_set")
                options += self._slots(body)
            else:
                self.problems.error("unknown-key", "`or` can hold `intent` or `slot_was_set`, nothing else.", body)
        if options:
            yield OrStep(tuple(options), node.where)

    def _action(self, node: Mapping) -> Iterator[ActionStep]:
        name = shapes.name(node.get("action"), "the action", self.problems)
        if name:
            yield ActionStep(name, where=node.where)

    def _bot(self, node: Mapping) -> Iterator[ActionStep]:
        text = shapes.text(node.get("bot"), "`bot`", self.problems)
        if text:
            yield ActionStep(None, text, node.where)
        elif shapes.is_null(node.get("bot")):
            self.problems.error("missing-key", "the bot's text is empty.", node)

    def _checkpoint(self, node: Mapping) -> Iterator[CheckpointStep]:
        name = shapes.name(node.get("checkpoint"), "the checkpoint", self.problems)
        if name:
            yield CheckpointStep(name, tuple(self._slots(node)), node.where)

    def _slots(self, node: Mapping) -> Iterator[SlotStep]:
        written = node.get("slot_was_set")
        if isinstance(written, Mapping):
            self.problems.error(
                "yaml-type", "`slot_was_set` must be a list.", written, "Write `- slot: value` below it."
            )
            return
        if written is not None and shapes.is_null(written):
            self.problems.error("missing-key", "`slot_was_set` is empty.", node)
        for item in shapes.items(written, "`slot_was_set`", self.problems):
            if isinstance(item, Mapping):
                for key, value in item.items():
                    yield SlotStep(key.text, value.plain(), key.where)
            else:
                name = shapes.name(item, "a slot", self.problems)
                if name:
                    yield SlotStep(name, ANY_VALUE, item.where)

    def _loop(self, node: Mapping) -> Iterator[LoopStep]:
        written = node.get("active_loop")
        yield LoopStep(shapes.text(written, "`active_loop`", self.problems), node.where)


def _inside(node: Node, offset: int) -> Where:
    """The place of a character of a one-line scalar; the scalar's own place when it has several lines."""
    if isinstance(node, Scalar) and node.style in ("", '"', "'") and "\n" not in node.text:
        return Where(node.source.file, node.line, node.column + offset + (1 if node.style else 0))
    return node.where
