"""Whether a wording says what its template says: every value from the facts, nothing turned round, added or left out.

The check is deterministic and errs towards refusing: what it cannot read, it refuses, and the template is sent instead.
It reads the template and the wording in the same way and compares the two readings, so a template may say anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.message import Fact
from bot.nlg.claims import tone, turned_round
from bot.nlg.lexicon import lexicon
from bot.nlg.licences import licence, names, unknown_values, unknown_words, unlicensed
from bot.nlg.places import moved, qualified, swapped
from bot.nlg.reading import Mention, Reading, read
from bot.nlg.values import covers, normalise, single_item

_NEGATION = "the negation"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`missing` are facts and values that the template says and the wording does not; `unsupported` is what it adds."""

    grounded: bool
    missing: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()

    @property
    def is_true_so_far(self) -> bool:
        """Whether what there is of a wording may be shown before the rest: it adds nothing, and turns no "not" round."""
        return not self.unsupported and _NEGATION not in self.missing

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
    original = read(tongue.closers.sub(" ", template).strip() or template, values, tongue, predicates)
    wording = read(body, values, tongue, predicates)
    plain = read(template, {}, tongue, predicates)  # what the values themselves say is licensed too
    missing = [*_missing_values(wording, original, optional), *_missing_claims(wording, original)]
    unsupported = [
        *unknown_values(wording, original, values),
        *unknown_words(wording, original, template, values),
        *unlicensed(wording, licence(original, plain, values, tongue)),
        *turned_round(wording, original, plain),
        *tone(wording, original, plain, predicates),
        *qualified(wording, original),
        *moved(wording, original),
        *swapped(wording, original),
        *_repeated(wording, original),
        *names(body, wording, template, values),
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
    return {text: frozenset(called) for text, called in values.items()}


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
    for text, called in values.items():
        if any(character.isdigit() for character in text):
            continue
        place = folded.find(text)
        before = folded[:place].rstrip(" \"'“”").split(" ")[-1] if place >= 0 else ""
        if before in ("is", "are", "was", "were", "been", "now", "currently", "status:") or before.endswith(
            ("是", "为", "已", "状态:", "状态", "当前:", "目前")
        ):
            found |= called
    return frozenset(found)


def _missing_values(wording: Reading, original: Reading, optional: frozenset[str]) -> Iterable[str]:
    said = Counter(mention.key for mention in wording.mentions if mention.names)
    items = [item.value for item in wording.items]
    for key, mentions in _by_key(original.mentions).items():
        facts = mentions[0].names
        if not facts:
            continue
        wanted = min(len(facts), len(mentions))
        as_item = single_item(normalise(key))
        written_otherwise = (
            sum(covers(as_item.value, item) and item[0] == as_item.kind for item in items) if as_item else 0
        )
        if said[key] + written_otherwise < wanted and not facts <= optional:
            yield " / ".join(sorted(facts))
    for item in original.items:
        if not any(covers(item.value, other) for other in items):
            yield item.text


def _repeated(wording: Reading, original: Reading) -> Iterable[str]:
    """ "The code A1 is A1": what is said once need not be said twice, and what it is said of then is not known."""
    allowed = Counter(mention.key for mention in original.mentions if mention.names)
    for key, times in Counter(mention.key for mention in wording.mentions if mention.names).items():
        if times > max(allowed[key], 1):
            yield f"'{key}' said {times} times"


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
        yield _NEGATION
    if original.questions and not wording.questions:
        yield "the question"
