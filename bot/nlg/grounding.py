"""Whether a wording says what its template says: every value from the facts, nothing turned round, added or left out.

The check is deterministic and errs towards refusing: what it cannot read, it refuses, and the template is sent instead.
It reads the template and the wording in the same way and compares the two readings, so a template may say anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from bot.message import Fact
from bot.nlg.lexicon import Lexicon, Tags, forms, lexicon
from bot.nlg.numerals import words
from bot.nlg.reading import Claim, Mention, Reading, read
from bot.nlg.values import covers, find_items, normalise, single_item

_LATIN = re.compile(r"[^\W\d_]+")
# Words that may stand before a comma at the beginning of a sentence without naming anybody.
_OPENERS = frozenset(
    words(
        "hi hello hey sure thanks ok okay great yes perfect sorry right done hmm well now currently unfortunately sadly "
        "regrettably also meanwhile hopefully still indeed here cancelled canceled placed changed updated available so then no"
    )
)
_MEASURED = frozenset({"number", "money", "date", "time", "percent", "weekday", "relative", "ordinal"})
_DIRECTIONS = frozenset({"to", "from", "由", "从", "到", "往", "向"})
_STATES = frozenset({"stock", "valid", "refund"})
_DEEDS = frozenset({"cancel", "return", "exchange", "pay", "confirm", "verify", "change", "approve"})
_HARMLESS = frozenset({"find", "search"})  # looking something up; not finding it is a claim like any other
# Said of itself by what the template says: an apology is for a problem, a return is opened, what is now so was changed.
_IMPLIED: dict[str, set[str]] = {
    "return": {"file"},
    "exchange": {"file"},
    "sorry": {"problem"},
    "now": {"change"},
    "price": {"item"},
    "stock": {"item"},
    "find": {"item"},
    "amount": {"price"},
    "ship": {"parcel", "carrier", "warehouse"},
    "deliver": {"parcel", "carrier"},
}
_TROUBLE = frozenset({"delay", "damage", "lose", "fail", "problem", "ticket"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`missing` are facts and values that the template says and the wording does not; `unsupported` is what it adds."""

    grounded: bool
    missing: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        if self.grounded:
            return "every value comes from the facts"
        parts = [f"missing {', '.join(self.missing)}"] if self.missing else []
        parts += [f"unsupported {', '.join(self.unsupported)}"] if self.unsupported else []
        return "; ".join(parts)


def check(
    sentence: str,
    facts: Iterable[Fact],
    template_text: str,
    language: str | None,
    *,
    optional: frozenset[str] = frozenset(),
) -> Verdict:
    """Compare a wording with the filled template that it words.

    `language` is an ISO 639 code; without a lexicon for it (English and Chinese have one) only the template's own words
    pass unchanged. Facts that the template does not say may be said; those it says must be, but for `optional`.
    """
    said, template = normalise(sentence), normalise(template_text)
    if not said:
        return Verdict(False, missing=("text",))
    tongue = lexicon(language) if language else None
    if tongue is None:
        same = said.casefold() == template.casefold()
        return Verdict(same, unsupported=() if same else (f"a wording in language {language}",))
    values = _values(facts)
    predicates = _predicates(template, values)
    body = tongue.closers.sub(" ", said).strip()
    original = read(template, values, tongue, predicates)
    wording = read(body, values, tongue, predicates)
    plain = read(template, {}, tongue, predicates)  # what the values themselves say is licensed too
    missing = [*_missing_values(wording, original, optional), *_missing_claims(wording, original)]
    unsupported = [
        *_unknown_values(wording, original, values),
        *_unknown_words(wording, original, template, values),
        *_unlicensed(wording, _licence(original, plain, values, tongue)),
        *_turned_round(wording, original, plain),
        *_tone(wording, original, plain, predicates),
        *_qualified(wording, original),
        *_swapped(wording, original),
        *_names(body, wording, template, values),
    ]
    if len(said) > 3 * len(template) + 80:
        unsupported.append("a much longer text")
    missing, unsupported = list(dict.fromkeys(missing)), list(dict.fromkeys(unsupported))
    return Verdict(not missing and not unsupported, tuple(missing), tuple(unsupported))


def _values(facts: Iterable[Fact]) -> dict[str, frozenset[str]]:
    """Normalised text of every value → the names of the facts that have it. Lists give the values of their rows."""
    values: dict[str, set[str]] = {}
    for fact in facts:
        for name, value in _scalars(fact.name, fact.value):
            text = normalise(str(value)).casefold()
            if text:
                values.setdefault(text, set()).add(name)
    return {text: frozenset(names) for text, names in values.items()}


def _scalars(name: str, value: Any) -> Iterable[tuple[str, Any]]:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _scalars(f"{name}.{key}", part)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from _scalars(f"{name}.", part)
    else:
        yield name, value


def _predicates(template: str, values: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Facts in words that the template says of something: after a form of "to be", a colon, or in the end of a clause."""
    found: set[str] = set()
    folded = template.casefold()
    for text, names in values.items():
        if any(character.isdigit() for character in text):
            continue
        place = folded.find(text)
        before = folded[:place].rstrip(" \"'“”").split(" ")[-1] if place >= 0 else ""
        if before in ("is", "are", "was", "were", "been", "now", "currently", "status:") or before.endswith(
            ("是", "为", "已", "状态:", "状态", "当前:", "目前")
        ):
            found |= names
    return frozenset(found)


def _missing_values(wording: Reading, original: Reading, optional: frozenset[str]) -> Iterable[str]:
    said = Counter(mention.key for mention in wording.mentions if mention.names)
    items = [item.value for item in wording.items]
    for key, mentions in _by_key(original.mentions).items():
        names = mentions[0].names
        if not names:
            continue
        wanted = min(len(names), len(mentions))
        as_item = single_item(normalise(key))
        written_otherwise = (
            sum(covers(as_item.value, item) and item[0] == as_item.kind for item in items) if as_item else 0
        )
        if said[key] + written_otherwise < wanted and not names <= optional:
            yield " / ".join(sorted(names))
    for item in original.items:
        if not any(covers(item.value, other) for other in items):
            yield item.text


def _by_key(mentions: Sequence[Mention]) -> dict[str, list[Mention]]:
    grouped: dict[str, list[Mention]] = {}
    for mention in mentions:
        grouped.setdefault(mention.key, []).append(mention)
    return grouped


def _missing_claims(wording: Reading, original: Reading) -> Iterable[str]:
    said = {claim.concept for claim in wording.claims}
    for claim in original.claims:
        if claim.core and claim.concept not in said and not claim.concept.startswith("fact:"):
            yield f"the claim '{claim.concept}'"
    if original.negated and not wording.negated:
        yield "the negation"
    if original.questions and not wording.questions:
        yield "the question"


def _unknown_values(wording: Reading, original: Reading, values: Mapping[str, frozenset[str]]) -> Iterable[str]:
    known = [item.value for item in original.items]
    known += [item.value for text in values for item in find_items(text)]
    for item in wording.items:
        if not any(covers(value, item.value) for value in known):
            yield f"'{item.text}'"


def _unknown_words(
    wording: Reading, original: Reading, template: str, values: Mapping[str, frozenset[str]]
) -> Iterable[str]:
    """Words that neither the lexicon nor the template nor a value has."""
    known_text = " ".join([template.casefold(), *values])
    known_words = {form for word in _LATIN.findall(known_text) for form in forms(word)}
    chinese_runs: list[list[Any]] = []
    for token in wording.unknown:
        if token.text.isascii() or not _is_chinese(token.text):
            if not known_words & forms(token.text.casefold()):
                yield f"'{token.text}'"
        elif chinese_runs and chinese_runs[-1][1] == token.start:
            chinese_runs[-1][0] += token.text
            chinese_runs[-1][1] = token.start + len(token.text)
        else:
            chinese_runs.append([token.text, token.start + len(token.text)])
    yield from (f"'{run}'" for run, _ in chinese_runs if run not in known_text)
    yield from (f"'{symbol}'" for symbol in wording.symbols if symbol not in known_text)


def _licence(
    original: Reading, plain: Reading, values: Mapping[str, frozenset[str]], tongue: Lexicon
) -> frozenset[str]:
    """The concepts that a wording may use: those of the template, of its values, and of what its facts are called."""
    licensed = set(_HARMLESS) | original.concepts | plain.concepts
    for part in {part for names in values.values() for name in names for part in name.split("_")}:
        tags = tongue.lookup((part,)) or frozenset()
        licensed |= {tag.split(":")[1] for tag in tags if tag.startswith(("topic:", "soft:"))}
    said = {token.text for token in original.tokens} | original.tones
    for known in list(licensed | said):
        licensed |= _IMPLIED.get(known, set())
    return frozenset(licensed)


def _unlicensed(wording: Reading, licensed: frozenset[str]) -> Iterable[str]:
    """Concepts of the wording that the template does not have."""
    for token in wording.tokens:
        core = {tag.split(":")[1] for tag in token.tags if tag.startswith("core:")}
        concepts = core or {tag.split(":")[1] for tag in token.tags if ":" in tag}
        if concepts and (core or "plain" not in token.tags) and not concepts & licensed:
            yield f"'{token.text}'"


def _turned_round(wording: Reading, original: Reading, plain: Reading) -> Iterable[str]:
    """Claims whose negation, possibility, time or certainty differs from the template's."""
    known = [*original.claims, *plain.claims]
    loose_allowed = original.loose_negations > 0 or any(c.negated and not c.core for c in original.claims)
    for claim in wording.claims:
        like = [other for other in known if other.concept == claim.concept]
        if like and not any(_agrees(claim, other) for other in like):
            yield f"the claim {_described(claim)}"
        if not like and claim.negated and not loose_allowed and not claim.core:
            yield f"the claim {_described(claim)}"
    for claim in original.claims:
        like = [c for c in wording.claims if c.concept == claim.concept] if claim.core else []
        if like and not any(c.negated == claim.negated for c in like):
            yield f"the claim {_described(like[0])}"
    if wording.questions > original.questions:
        yield "a question"
    if wording.loose_negations and not loose_allowed:
        yield "a negation"
    if wording.double_negation and not original.double_negation:
        yield "a double negation"
    yield from (f"'{twist}'" for twist in wording.twists if twist not in original.twists)
    if "can" in wording.loose_moods and any(claim.negated and "can" in claim.moods for claim in original.claims):
        yield "'can'"  # "you can't cancel it, but we can"
    loose = wording.loose_moods & {"will", "doubt", "must", "if", "ongoing", "expect"}
    allowed = original.moods | plain.moods | ({"expect"} if "will" in original.moods else set())
    for mood in sorted(loose - allowed):
        yield f"'{mood}'"


def _agrees(claim: Claim, other: Claim) -> bool:
    if claim.negated != other.negated:
        return False
    if claim.agent == "you" and other.agent != "you" and "can" not in claim.moods and claim.concept in _DEEDS:
        return False
    ignored = frozenset() if claim.concept in _STATES else frozenset({"past"})
    if not claim.core:
        ignored |= {"can", "past"}
    moods, wanted = claim.moods - ignored, other.moods - ignored
    # "Expected" is weaker than "will" and may stand for it, not the other way round.
    return (
        moods == wanted
        or ("will" in wanted and moods == (wanted - {"will"}) | {"expect"})
        or ("expect" in wanted and moods | {"will"} == wanted | {"will"} and "expect" in moods)
    )


def _described(claim: Claim) -> str:
    return " ".join([*(["not"] if claim.negated else []), *sorted(claim.moods), f"'{claim.concept}'"])


def _tone(wording: Reading, original: Reading, plain: Reading, predicates: frozenset[str]) -> Iterable[str]:
    grim = original.negated or "sorry" in original.tones
    if "glad" in wording.tones and "glad" not in original.tones and grim:
        yield "a cheerful tone"
    if "sorry" in wording.tones and not grim and not original.concepts & _TROUBLE:
        yield "an apology"
    # "Done!" is fair where something was done; not where the template tells a state, or what is still to come.
    unfinished = (original.moods | plain.moods) & {"will", "ongoing", "expect", "can"} or original.negated or predicates
    if "finished" in wording.tones and "finished" not in original.tones and unfinished:
        yield "that it is done"


def _qualified(wording: Reading, original: Reading) -> Iterable[str]:
    """ "Up to", "before", "about" beside a value that has none of it in the template."""
    expected = "expect" in original.moods
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
        if expected and "after" not in wanted:
            wanted |= {"before", "about"}
        # "about order K1" and "by SF Express" qualify nothing: only quantities and times can be more or less.
        if said - wanted and (value is not None and value[0] in _MEASURED):
            yield f"'{', '.join(sorted(said - wanted))} {mention.key}'"

    yield from _moved(wording, original)


def _moved(wording: Reading, original: Reading) -> Iterable[str]:
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
    items = find_items(mention.key)
    return items[0].value if items and items[0].start == 0 else None


def _swapped(wording: Reading, original: Reading) -> Iterable[str]:
    """Two values of one kind, each said where the template has the other."""
    pairs = [
        (mention, match)
        for mention in original.mentions
        if (match := next((m for m in wording.mentions if _same_value(m, mention)), None)) is not None
    ]
    for (one_t, one_w), (two_t, two_w) in combinations(pairs, 2):
        if one_t.key == two_t.key:
            continue
        if _took_preposition(one_t, one_w, two_t, two_w) or _took_preposition(two_t, two_w, one_t, one_w):
            yield f"'{one_w.key}' and '{two_w.key}' exchanged"
        if not _confusable(one_t, two_t):
            continue
        straight = _alike(one_w, one_t) + _alike(two_w, two_t)
        crossed = _alike(one_w, two_t) + _alike(two_w, one_t)
        reordered = wording.mentions.index(one_w) > wording.mentions.index(two_w)
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


def _names(body: str, wording: Reading, template: str, values: Mapping[str, frozenset[str]]) -> Iterable[str]:
    """Capitalised words inside a sentence, vocatives and quotations that the template and the facts do not have."""
    known = " ".join([template, *values]).casefold()
    known_words = {word.casefold() for word in _LATIN.findall(template) if word[0].isupper()}
    known_words |= set(_LATIN.findall(" ".join(values)))
    for token in wording.tokens:
        if token.kind not in ("word", "unknown") or not body[token.start].isupper():
            continue
        word = _LATIN.match(body, token.start)
        if word is None or word[0] == "I" or word[0].casefold() in known_words:
            continue
        before = body[: token.start].rstrip(" \"'(")
        if (before and before[-1] not in ".!?\n:-—–…") or (
            body[word.end() : word.end() + 1] == "," and word[0].casefold() not in _OPENERS
        ):
            yield f"the name '{word[0]}'"
    for quotation in re.finditer(r"\"([^\"]+)\"", body):
        if quotation[1].strip(" .,!?").casefold() not in known:
            yield f"the quotation '{quotation[1]}'"


def _is_chinese(text: str) -> bool:
    return all("\u3400" <= character <= "\u9fff" for character in text)
