"""What a wording has that its template and facts do not: values, words, concepts, names, quotations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.nlg.lexicon import Lexicon, forms
from bot.nlg.numerals import words
from bot.nlg.reading import Reading
from bot.nlg.values import covers, items_of

_LATIN = re.compile(r"[^\W\d_]+")
# Words that may stand before a comma at the beginning of a sentence without naming anybody.
_OPENERS = frozenset(
    words(
        "hi hello hey sure thanks ok okay great yes perfect sorry right done hmm well now currently unfortunately sadly "
        "regrettably also meanwhile hopefully still indeed here cancelled canceled placed changed updated available so then no"
    )
)
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


def unknown_values(wording: Reading, original: Reading, values: Mapping[str, frozenset[str]]) -> Iterable[str]:
    known = [item.value for item in original.items]
    known += [item.value for text in values for item in items_of(text)]
    for item in wording.items:
        if not any(covers(value, item.value) for value in known):
            yield f"'{item.text}'"


def unknown_words(
    wording: Reading, original: Reading, template: str, values: Mapping[str, frozenset[str]]
) -> Iterable[str]:
    """Words that neither the lexicon nor the template nor a value has."""
    known_text = " ".join([template.casefold(), *values])
    known_words = {form for word in _LATIN.findall(known_text) for form in forms(word)}
    chinese_runs: list[tuple[str, int]] = []  # text and where it ends
    for token in wording.unknown:
        if token.text.isascii() or not _is_chinese(token.text):
            if not known_words & forms(token.text.casefold()):
                yield f"'{token.text}'"
        elif chinese_runs and chinese_runs[-1][1] == token.start:
            run, end = chinese_runs[-1]
            chinese_runs[-1] = (run + token.text, end + len(token.text))
        else:
            chinese_runs.append((token.text, token.start + len(token.text)))
    yield from (f"'{run}'" for run, _ in chinese_runs if run not in known_text)
    yield from (f"'{symbol}'" for symbol in wording.symbols if symbol not in known_text)


def licence(original: Reading, plain: Reading, values: Mapping[str, frozenset[str]], tongue: Lexicon) -> frozenset[str]:
    """The concepts that a wording may use: those of the template, of its values, and of what its facts are called."""
    licensed = set(_HARMLESS) | original.concepts | plain.concepts
    for part in {part for names in values.values() for name in names for part in name.split("_")}:
        tags = tongue.lookup((part,)) or frozenset()
        licensed |= {tag.split(":")[1] for tag in tags if tag.startswith(("topic:", "soft:"))}
    said = {token.text for token in original.tokens} | original.tones
    for known in list(licensed | said):
        licensed |= _IMPLIED.get(known, set())
    return frozenset(licensed)


def unlicensed(wording: Reading, licensed: frozenset[str]) -> Iterable[str]:
    """Concepts of the wording that the template does not have."""
    for token in wording.tokens:
        core = {tag.split(":")[1] for tag in token.tags if tag.startswith("core:")}
        concepts = core or {tag.split(":")[1] for tag in token.tags if ":" in tag}
        if concepts and (core or "plain" not in token.tags) and not concepts & licensed:
            yield f"'{token.text}'"


def names(body: str, wording: Reading, template: str, values: Mapping[str, frozenset[str]]) -> Iterable[str]:
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
