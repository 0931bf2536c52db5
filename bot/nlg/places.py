"""Values of a wording that stand where the template has others: qualified, moved, or exchanged for one another."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from bot.nlg.lexicon import Tags
from bot.nlg.reading import Mention, Reading
from bot.nlg.values import covers, items_of

_MEASURED = frozenset({"number", "money", "date", "time", "percent", "weekday", "relative", "ordinal"})
_STRICT = frozenset({"more", "less", "about", "each"})
_MANY_SENSES = frozenset(
    {"about", "around", "some time", "over", "above", "below", "up to", "内", "起", "多", "每", "各", "前后", "上下"}
)
_DIRECTIONS = frozenset({"to", "from", "由", "从", "到", "往", "向"})


def qualified(wording: Reading, original: Reading) -> Iterable[str]:
    """ "Up to", "before", "about" beside a value that has none of it in the template."""
    begins = bool(original.concepts & {"stock", "valid", "hours"})
    for mention in wording.mentions:
        value = _item_value(mention)
        said = _meant(mention.qualifiers, value, begins)
        wanted = {
            q
            for m in original.mentions
            if _same_value(m, mention)
            for q in _meant(m.qualifiers, _item_value(m), begins)
        }
        if any(m.expected and _same_value(m, mention) for m in original.mentions) and "after" not in wanted:
            wanted |= {"before", "about"}
        # "about order K1" and "by SF Express" qualify nothing: only quantities and times can be more or less.
        if said - wanted and (value is not None and value[0] in _MEASURED):
            yield f"'{', '.join(sorted(said - wanted))} {mention.key}'"
    known = {tag for token in original.tokens for tag in token.tags & _STRICT}
    for token in wording.tokens:  # "roughly" means the same wherever it stands
        if token.text not in _MANY_SENSES and (token.tags & _STRICT) - known:
            yield f"'{token.text}'"


def moved(wording: Reading, original: Reading) -> Iterable[str]:
    """A value from where it goes to, of somebody else's, or counting other things."""
    for mention in wording.mentions:
        like = [m for m in original.mentions if _same_value(m, mention)]
        if not like:
            continue
        counted = {m.counted for m in like if m.counted}
        value = _item_value(mention)
        is_number = value is not None and value[0] == "number"
        if is_number and mention.counted and counted and mention.counted not in counted:
            yield f"'{mention.key} {mention.counted}'"
        whence = mention.preposition in ("from", "从") and not any(m.preposition in ("from", "从") for m in like)
        if whence and (value is None or value[0] not in _MEASURED):
            yield f"'from {mention.key}'"
        if mention.preposition in _DIRECTIONS and all(m.bare for m in like) and _opens_nothing(mention, original):
            yield f"'{mention.preposition} {mention.key}'"


def _opens_nothing(mention: Mention, original: Reading) -> bool:
    """Whether the fact stands in the middle of the template, after a comma; at its beginning any preposition may come."""
    return original.mentions[0].key != mention.key and not mention.names & original.mentions[0].names


def _meant(qualifiers: Tags, value: tuple[str, str] | None, begins: bool) -> Tags:
    """ "From" is "or more" of an amount, "after" of a day when something begins, and else where something comes from."""
    if "from" not in qualifiers:
        return qualifiers
    meant = {"more"} if value is not None and value[0] in ("money", "number") else {"after"} if begins else set()
    return (qualifiers - {"from"}) | meant


def _same_value(one: Mention, other: Mention) -> bool:
    if one.names & other.names or one.key == other.key:
        return True
    first, second = _item_value(one), _item_value(other)
    return first is not None and second is not None and (covers(first, second) or covers(second, first))


def _item_value(mention: Mention) -> tuple[str, str] | None:
    """What a mention is worth: a value of its own, or the first one of a fact such as "November 20, 14:30"."""
    if mention.kind != "fact":
        kind, _, key = mention.key.partition(" ")
        return kind, key
    items = items_of(mention.key)
    return items[0].value if items and items[0].start == 0 else None


def swapped(wording: Reading, original: Reading) -> Iterable[str]:
    """Two values of one kind, each said where the template has the other."""
    pairs = [
        (mention, match)
        for mention in original.mentions
        if (match := next((m for m in wording.mentions if _same_value(m, mention)), None)) is not None
    ]
    # "material: bamboo" may become "the material is bamboo", not "bamboo: material"
    labels = {
        (label.text, value.text)
        for label, colon, value in zip(original.tokens, original.tokens[1:], original.tokens[2:], strict=False)
        if label.kind == value.kind == "fact" and colon.text == ":"
    }
    for (one_t, one_w), (two_t, two_w) in combinations(pairs, 2):
        if one_t.key == two_t.key:
            continue
        if _took_preposition(one_t, one_w, two_t, two_w) or _took_preposition(two_t, two_w, one_t, one_w):
            yield f"'{one_w.key}' and '{two_w.key}' exchanged"
        reordered = wording.mentions.index(one_w) > wording.mentions.index(two_w)
        if reordered and (one_t.key, two_t.key) in labels:
            yield f"'{one_w.key}' and '{two_w.key}' exchanged"
        if not _confusable(one_t, two_t):
            continue
        straight = _alike(one_w, one_t) + _alike(two_w, two_t)
        crossed = _alike(one_w, two_t) + _alike(two_w, one_t)
        if crossed > straight or (crossed == straight and reordered):
            yield f"'{one_w.key}' and '{two_w.key}' exchanged"


def _took_preposition(one_t: Mention, one_w: Mention, two_t: Mention, two_w: Mention) -> bool:
    """ "With SF Express, in Shenzhen" said as "with Shenzhen"."""
    own = one_t.preposition
    return own != "" and one_w.preposition != own and two_w.preposition == own and two_t.preposition != own


def _confusable(one: Mention, two: Mention) -> bool:
    first, second = _item_value(one), _item_value(two)
    if first is not None and second is not None:
        return first[0] == second[0]
    if first is not None or second is not None:
        return False
    return any(
        a.endswith(b) or b.endswith(a) or a.split("_")[-1] == b.split("_")[-1] for a in one.names for b in two.names
    )


def _alike(one: Mention, two: Mention) -> float:
    """How much the words around two mentions agree; the nearest word counts most."""
    weights = (1.0, 0.5, 0.25, 0.25)
    return sum(weight for weight, feature in zip(weights, one.context, strict=False) if feature in two.context[:3]) + (
        0.5 if one.context[:1] == two.context[:1] and one.context else 0.0
    )
