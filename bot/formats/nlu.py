"""NLU training data: the `nlu:` section of files in `data/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.domain import ResponseVariation
from bot.errors import ProjectError, Where
from bot.formats import shapes
from bot.formats.annotations import parse_annotations
from bot.formats.files import readable_version, top_level
from bot.formats.nodes import Mapping, Node, Scalar, Sequence
from bot.formats.problem_list import ProblemList
from bot.formats.yaml_reader import read_text
from bot.message import Entity
from bot.training_data import Example, Lookup, Pattern, TrainingData

_KINDS = ("intent", "synonym", "regex", "lookup")
_STRIPPED = "\n\r "


class NluReader:
    """Collects the training data of several files; synonyms may come from any of them."""

    def __init__(self, problems: ProblemList, *, root: Path | None = None) -> None:
        self.problems = problems
        self.root = root
        self.examples: list[Example] = []
        self.synonyms: dict[str, str] = {}
        self.synonym_places: dict[str, Where] = {}
        self.patterns: list[Pattern] = []
        self.lookups: dict[str, Lookup] = {}

    def add_file(self, root: Mapping) -> None:
        for item in shapes.items(root.get("nlu"), "`nlu`", self.problems):
            body = shapes.mapping(item, "each item of `nlu`", self.problems)
            if body is None:
                continue
            kind = next((kind for kind in _KINDS if kind in body), None)
            if kind is None:
                shapes.known_keys(body, (*_KINDS, "examples", "metadata"), "an item of `nlu`", self.problems)
                message = f"an item of `nlu` must be one of {', '.join(_KINDS)}."
                self.problems.error("missing-key", message, body)
                continue
            shapes.known_keys(body, (kind, "examples", "metadata"), f"an item with `{kind}`", self.problems)
            name = shapes.name(body.get(kind), f"the name of the {kind}", self.problems)
            if name is not None:
                self._add(kind, name, body)

    def build(self, responses: dict[str, tuple[ResponseVariation, ...]] | None = None) -> TrainingData:
        return TrainingData(
            examples=tuple(self.examples),
            synonyms=self.synonyms,
            patterns=tuple(self.patterns),
            lookups=tuple(self.lookups.values()),
            responses=responses or {},
        )

    def add_example(
        self, annotated: str, intent: str | None, place: Where, metadata: dict[str, Any], exact: bool = True
    ) -> None:
        """An utterance as it was written, with annotations; `place` is that of its first character."""
        parsed = parse_annotations(annotated)
        for fault in parsed.faults:
            column = place.column + fault.offset if exact else place.column
            report = self.problems.error if fault.fatal else self.problems.warning
            report("annotation", fault.message, Where(place.file, place.line, column), fault.hint)
        for entity in parsed.entities:
            self._learn_synonym(parsed.text, entity, place)
        self.examples.append(Example(parsed.text, intent, parsed.entities, metadata, place))

    def add_synonym(self, text: str, value: str, place: Where) -> None:
        known = self.synonyms.setdefault(text, value)
        first = self.synonym_places.setdefault(text, place)
        if known != value:
            message = f"'{text}' is a synonym of '{value}' here, and of '{known}' elsewhere."
            self.problems.warning(
                "duplicate-name", message, place, f"The last one counts, '{value}'.", (("there", first),)
            )
            self.synonyms[text] = value

    def add_lookup(self, name: str, values: tuple[str, ...], place: Where) -> None:
        known = self.lookups.get(name)
        self.lookups[name] = Lookup(name, known.values + values, known.where) if known else Lookup(name, values, place)

    def file_lines(self, name: str, place: Where) -> tuple[str, ...] | None:
        """The lines of a lookup table's file, found beside the file that names it or in the project's folder."""
        folders = (Path(place.file).parent, *((self.root,) if self.root else ()))
        for folder in folders:
            path = folder / name
            if path.is_file():
                lines = path.read_text(encoding="utf-8-sig").splitlines()
                return tuple(line.strip() for line in lines if line.strip())
        return None

    def _learn_synonym(self, text: str, entity: Entity, place: Where) -> None:
        marked = text[entity.start : entity.end]
        if isinstance(entity.value, str) and entity.value != marked:
            self.add_synonym(marked, entity.value, place)

    def _add(self, kind: str, name: str, body: Mapping) -> None:
        node = body.get("examples")
        where = body.key(kind).where
        if node is None or shapes.is_null(node):
            self.problems.warning("missing-key", f"{kind} '{name}' has no examples.", where)
            return
        if kind == "intent":
            self._add_intent(name, node, _plain(body.get("metadata")))
            return
        if kind == "lookup" and isinstance(node, Scalar) and not node.text.lstrip().startswith("-"):
            self._add_lookup_file(name, node)
            return
        rows = list(self._rows(node, f"{kind} '{name}'"))
        if kind == "lookup":
            self.add_lookup(name, tuple(row for row, _, _ in rows), where)
        elif kind == "regex":
            self.patterns += [Pattern(name, row, place) for row, place, _ in rows]
        else:
            for row, place, _ in rows:
                self.add_synonym(row, name, place)

    def _add_lookup_file(self, name: str, node: Scalar) -> None:
        values = self.file_lines(node.text.strip(), node.where)
        if values is None:
            hint = "Write `examples: |` and each value on a line of its own that begins with '- '."
            self.problems.error("file", f"there is no file '{node.text.strip()}' for lookup '{name}'.", node, hint)
        else:
            self.add_lookup(name, values, node.where)

    def _add_intent(self, intent: str, node: Node, metadata: Any) -> None:
        shared = {} if metadata is None else {"intent": metadata}
        if isinstance(node, Sequence):
            for item in node:
                self._add_item(intent, item, shared)
            return
        for row, place, exact in self._rows(node, f"intent '{intent}'"):
            self.add_example(row, intent, place, shared, exact)

    def _add_item(self, intent: str, item: Node, shared: dict[str, Any]) -> None:
        what = f"an example of intent '{intent}'"
        body = item if isinstance(item, Mapping) else None
        if body is not None:
            shapes.known_keys(body, ("text", "metadata"), what, self.problems)
        written = body.get("text") if body is not None else item
        text = (shapes.text(written, what, self.problems) or "").strip(_STRIPPED)
        if not text or written is None:
            self.problems.warning("missing-key", f"{what} has no text.", item, "It is skipped.")
            return
        own = _plain(body.get("metadata")) if body is not None else None
        place = written.where
        if isinstance(written, Scalar) and written.style == "|":
            place = next((found for row, found in written.rows() if row.strip()), place)
        self.add_example(text, intent, place, shared if own is None else {**shared, "example": own})

    def _rows(self, node: Node, what: str) -> Iterator[tuple[str, Where, bool]]:
        """The lines of `examples: |` without their dashes, and whether the column of each is exact."""
        if isinstance(node, Sequence):
            for item in node:
                found = shapes.text(item, f"an example of {what}", self.problems)
                if found:
                    yield found.strip(_STRIPPED), item.where, True
            return
        if not isinstance(node, Scalar):
            message = f"the examples of {what} must be text, not {node.kind}."
            self.problems.error("yaml-type", message, node, "Write `examples: |` and a line for each: `- hello`.")
            return
        for row, place in node.rows():
            line = row.lstrip(" \t")
            if not line.strip():
                continue
            if not line.startswith("-"):
                message = f"a line of the examples of {what} does not begin with '- '; it is skipped."
                self.problems.warning("yaml-type", message, place, "Put '- ' before it.")
                continue
            example = line[1:].strip(_STRIPPED)
            if not example:
                self.problems.warning("missing-key", f"an example of {what} is empty; it is skipped.", place)
                continue
            exact = node.style == "|"
            column = place.column + row.index(example, row.index("-") + 1) if exact else place.column
            yield example, Where(place.file, place.line, column), exact


def parse_nlu(text: str, file: str = "nlu.yml") -> TrainingData:
    """The training data written in `text`; raises ProjectError with all of its errors."""
    from bot.formats.domain_responses import read_responses

    problems = ProblemList()
    reader = NluReader(problems)
    root = top_level(read_text(text, file, problems), Path(file), problems)
    responses = {}
    if root is not None and readable_version(root, problems):
        reader.add_file(root)
        responses = {
            name: variations for name, (_, variations) in read_responses(root.get("responses"), problems).items()
        }
    if problems.errors:
        raise ProjectError(problems.errors)
    return reader.build(responses)


def _plain(node: Node | None) -> Any:
    return None if node is None else node.plain()
