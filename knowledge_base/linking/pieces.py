"""Which things of an order a message means, and what each is to become.

What the things are now decides how a sentence is read: of the options named beside a thing, those that it has describe
it, and those that it has not are what is wanted. Words like "to" and 换成 only settle what this leaves open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from knowledge_base.linking.passages import Passage, passages
from knowledge_base.models import OrderLine, Variant
from knowledge_base.search.vocabulary import Pair
from knowledge_base.sessions import ShopSession

_FOREIGN, _NOT_SO, _TWICE, _NO_JOINT, _UNTURNED = 3, 2, 2, 1, 0.5


@dataclass
class Reading:
    """What a message says of an order's things.

    `lines` are those that it names, in its order. `open` are mentions that fit several lines. `wanted` holds, by line
    id, the options that the line's thing is to have. `excluded` are lines that are to stay as they are, `same`
    those of which an identical thing is wanted; of `loose` options it is open what they are said of.
    """

    lines: list[OrderLine] = field(default_factory=list)
    open: list[tuple[OrderLine, ...]] = field(default_factory=list)
    wanted: dict[str, list[frozenset[Pair]]] = field(default_factory=dict)
    excluded: list[OrderLine] = field(default_factory=list)
    loose: list[frozenset[Pair]] = field(default_factory=list)
    same: list[OrderLine] = field(default_factory=list)


@dataclass
class _Window:
    """One mention of a thing, with what is said before and after the words that turn it into another."""

    candidates: tuple[OrderLine, ...]
    old: list[frozenset[Pair]] = field(default_factory=list)
    new: list[frozenset[Pair]] = field(default_factory=list)
    is_kept: bool = False
    is_repeated: bool = False
    is_turned: bool = False
    """Whether a word says so that cannot mean anything else."""


def read_pieces(
    session: ShopSession,
    text: str,
    lines: Sequence[OrderLine],
    *,
    about: Sequence[OrderLine] = (),
    named: Iterable[str] = (),
    hidden: Iterable[str] = (),
) -> Reading:
    """What the message says of these lines of an order.

    `about` are the lines that are being talked about: what names no thing is said of them. `named` and `hidden` are as
    for `passages`.
    """
    found = passages(session, text, lines, named=named, hidden=hidden)
    reading = Reading()
    if not any(passage.lines for passage in found):
        _read_bare(found, lines, about, reading)
        return reading
    for window in _windows(found):
        _read_window(window, reading)
    return reading


# -- windows ---------------------------------------------------------------------------------------------------------


def _windows(found: Sequence[Passage]) -> list[_Window]:
    """The message cut into one stretch for each thing that it names."""
    marks = _merged([index for index, passage in enumerate(found) if passage.lines], found)
    cuts = [0, *(_cut(found, left, right) for left, right in pairwise(marks)), len(found)]
    return [_window(found[start:end], mark - start) for mark, (start, end) in zip(marks, pairwise(cuts), strict=True)]


def _merged(marks: Sequence[int], found: Sequence[Passage]) -> list[int]:
    """Without those that name the thing before once more: "the lamp for a lamp with a battery"."""
    kept = [marks[0]]
    for mark in marks[1:]:
        last = found[kept[-1]]
        same = set(found[mark].lines) & set(last.lines)
        between = found[kept[-1] + 1 : mark]
        is_turned = any(passage.turns or passage.may_turn for passage in between) and not any(
            passage.joins for passage in between
        )
        if same and (is_turned or len(found[mark].lines) == 1):
            continue
        kept.append(mark)
    return kept


def _cut(found: Sequence[Passage], left: int, right: int) -> int:
    """Where between two things the first one's stretch ends: as few options as can be on the wrong side."""
    best, cheapest = right, float("inf")
    for cut in range(left + 1, right + 1):
        cost = _cost(found[left + 1 : cut], found[left].lines, found[cut:right], found[right].lines)
        if cut < right and not (found[cut].joins or found[cut - 1].joins):
            cost += _NO_JOINT
        if cost <= cheapest:
            best, cheapest = cut, cost
    return best


def _cost(
    mine: Sequence[Passage], lines: Sequence[OrderLine], others: Sequence[Passage], other_lines: Sequence[OrderLine]
) -> float:
    cost = 0.0
    used: dict[str, int] = {}
    is_turned = False
    for passage in mine:
        is_turned = is_turned or passage.turns or passage.may_turn
        if passage.values:
            offered = _offered(lines, passage.values)
            cost += 0 if offered else _FOREIGN
            cost += _UNTURNED / 2 if any(_has(line, passage.values) for line in other_lines) else 0
            if offered and not any(_has(line, passage.values) for line in lines) and not is_turned:
                cost += _UNTURNED
            if offered and not any(_has(line, passage.values) for line in lines):
                names = {name for name, _ in offered}
                if len(names) == 1:
                    name = next(iter(names))
                    cost += _TWICE if used.get(name) else 0
                    used[name] = 1
    for passage in others:
        if passage.values:
            if not _offered(other_lines, passage.values):
                cost += _FOREIGN
            elif not any(_has(line, passage.values) for line in other_lines):
                cost += _NOT_SO
        if passage.turns:
            cost += _NOT_SO
    return cost


def _window(found: Sequence[Passage], mark: int) -> _Window:
    window = _Window(found[mark].lines)
    window.is_repeated = any(passage.repeats for passage in found)
    window.is_kept = any(passage.excepts for passage in found[:mark])
    is_new = is_negated = False
    turns = any(passage.turns for passage in found[1:])
    last = max((index for index, passage in enumerate(found) if passage.may_turn), default=0)
    window.is_turned = turns
    for index, passage in enumerate(found):
        if index > 0 and (passage.turns or (index == last and not turns)):
            is_new, is_negated = True, False
        elif passage.negates:
            is_negated = True
        elif passage.joins and is_negated:
            is_negated = False
        elif passage.values:
            (window.new if is_new and not is_negated else window.old).append(passage.values)
    return window


# -- from windows to lines -------------------------------------------------------------------------------------------


def _read_window(window: _Window, reading: Reading) -> None:
    line = _which(window, reading)
    if line is None:
        left = tuple(one for one in window.candidates if one not in reading.lines)
        if left:
            reading.open.append(left)
        return
    if window.is_kept:
        reading.excluded.append(line)
        return
    if line not in reading.lines:
        reading.lines.append(line)
    wanted = _wanted(line, window)
    if wanted:
        reading.wanted.setdefault(line.id, []).extend(wanted)
    elif window.is_repeated:
        reading.same.append(line)


def _which(window: _Window, reading: Reading) -> OrderLine | None:
    """The line that is meant: the only one, or the one that is what is said of it."""
    taken = [line for line in window.candidates if line in reading.lines]
    candidates = window.candidates
    if len(candidates) == 1:
        return candidates[0]
    free = [line for line in candidates if line not in taken] or list(candidates)
    for described in (window.old, [*window.old, *window.new]):
        if not described:
            continue
        scores = {line.id: sum(_has(line, values) for values in described) for line in free}
        most = max(scores.values())
        best = [line for line in free if scores[line.id] == most]
        if most and len({line.variant_id for line in best}) == 1:
            return best[0]
        if most:
            free = best
    if len({line.variant_id for line in free}) == 1:
        return free[0]
    return None


def _wanted(line: OrderLine, window: _Window) -> list[frozenset[Pair]]:
    """The options that the line's thing is to have."""
    new, old = ([v for v in (_offered([line], each) for each in said) if v] for said in (window.new, window.old))
    if any(not _has(line, values) or (window.is_turned and len(values) > 1) for values in new):
        return new
    if all(_has(line, values) for values in old):
        return []
    return [values for values in old if not _has(line, values) or len(values) > 1]


def _read_bare(
    found: Sequence[Passage], lines: Sequence[OrderLine], about: Sequence[OrderLine], reading: Reading
) -> None:
    """A message that names no thing: options of the things talked about, or a description of the one that is meant."""
    said = [passage.values for passage in found if passage.values]
    if not said:
        reading.same.extend(about[:1] if any(passage.repeats for passage in found) else ())
        return
    window = _window([Passage(0, 0, "", tuple(about or lines)), *found], 0)
    if len(about) == 1:
        wanted = _wanted(about[0], window)
        if wanted:
            reading.wanted[about[0].id] = wanted
        return
    if about:
        _share_out(found, about, reading)
        return
    described = window.old or said
    scores = {line.id: sum(_has(line, values) for values in described) for line in lines}
    best = [line for line in lines if scores[line.id] == len(described)]
    if len({line.variant_id for line in best}) == 1:
        _read_window(_Window((best[0],), window.old, window.new), reading)
    elif best:
        reading.open.append(tuple(best))
    reading.loose.extend(said)


def _share_out(found: Sequence[Passage], about: Sequence[OrderLine], reading: Reading) -> None:
    """Options of several things: each to the one that it can be of, else in the order of the things."""
    options = [passage for passage in found if passage.values]
    owners = [[line for line in about if _offered([line], p.values) and not _has(line, p.values)] for p in options]
    if all(len(several) == 1 for several in owners):
        for passage, several in zip(options, owners, strict=True):
            reading.wanted.setdefault(several[0].id, []).append(_offered([several[0]], passage.values))
        return
    groups = _groups(found)
    if len(groups) == len(about):
        for line, group in zip(about, groups, strict=True):
            wanted = [values for values in (_offered([line], p.values) for p in group) if values]
            if len(wanted) == len(group):
                reading.wanted[line.id] = wanted
        return
    reading.loose.extend(passage.values for passage in options)


def _groups(found: Sequence[Passage]) -> list[list[Passage]]:
    groups: list[list[Passage]] = [[]]
    for passage in found:
        if passage.joins and groups[-1]:
            groups.append([])
        elif passage.values:
            groups[-1].append(passage)
    return [group for group in groups if group]


def _has(line: OrderLine, values: frozenset[Pair]) -> bool:
    return any(line.variant.options.get(name) == value for name, value in values)


def _offered(lines: Sequence[OrderLine], values: frozenset[Pair]) -> frozenset[Pair]:
    """Those of the options that products of the lines come in."""
    return frozenset(
        (name, value)
        for name, value in values
        if any(
            variant.options.get(name) == value
            for line in lines
            for variant in (line.variant, *line.variant.product.variants)
        )
    )


# -- from options to variants ----------------------------------------------------------------------------------------


def variants_with(old: Variant, base: Variant, wanted: Sequence[frozenset[Pair]]) -> list[Variant]:
    """The variants that `old` may become: with all the wanted options, each of them another one of the variant's, and
    of these those that keep most of what was not named of `base`.

    An option said twice counts as it was said last.
    """
    wanted = _last_said(wanted)
    fitting: list[tuple[int, Variant]] = []
    for variant in old.product.variants:
        used = _assigned(variant, wanted)
        if used is None:
            continue
        kept = sum(variant.options.get(name) == value for name, value in base.options.items() if name not in used)
        fitting.append((kept, variant))
    others = [(kept, variant) for kept, variant in fitting if variant.id != old.id]
    fitting = others or fitting
    most = max((kept for kept, _ in fitting), default=0)
    return [variant for kept, variant in fitting if kept == most]


def _last_said(wanted: Sequence[frozenset[Pair]]) -> list[frozenset[Pair]]:
    kept: list[frozenset[Pair]] = []
    for values in wanted:
        names = {name for name, _ in values}
        kept = [one for one in kept if len(names) > 1 or {name for name, _ in one} != names]
        kept.append(values)
    return kept


def _assigned(variant: Variant, wanted: Sequence[frozenset[Pair]]) -> set[str] | None:
    """The names of the variant's options that the wanted ones are, each of another name; None when one is missing."""
    used: set[str] = set()
    for values in sorted(wanted, key=len):
        name = next((n for n, value in sorted(values) if variant.options.get(n) == value and n not in used), None)
        if name is None:
            return None
        used.add(name)
    return used


def chosen_variants(
    lines: Sequence[OrderLine], wanted: Mapping[str, Sequence[frozenset[Pair]]]
) -> dict[str, list[Variant]]:
    """By line id, the variants that each line with wanted options may become."""
    return {line.id: variants_with(line.variant, line.variant, wanted[line.id]) for line in lines if line.id in wanted}
