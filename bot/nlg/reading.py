"""Reading a reply: which facts and values it says, what it claims of them, and how (not, can, will, perhaps)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from bot.nlg.lexicon import Lexicon, Tags
from bot.nlg.values import Item, find_items

MOODS = frozenset({"can", "will", "expect", "doubt", "must", "ongoing", "if", "past", "do"})
QUALIFIERS = frozenset({"more", "less", "about", "before", "after", "from", "each"})
PREPOSITIONS = frozenset(
    {"from", "to", "with", "by", "via", "for", "at", "in", "由", "从", "到", "往", "向", "在", "给", "至"}
)
TONES = frozenset({"finished", "glad", "sorry"})

_CONTRACTIONS = {"won't": "will not", "shan't": "shall not", "can't": "can not", "cannot": "can not", "let's": "let us"}
_CHINESE = re.compile("[\u3400-\u9fff]")
_IMPERATIVES = frozenset({"cancel", "deliver", "ship", "pay", "confirm", "verify", "dispatch", "charge"})
_TOKEN = re.compile(
    r"(?P<word>[A-Za-zÀ-ÖØ-öø-ÿ]+(?:'[A-Za-z]+)*)|(?P<zh>[\u3400-\u4dbf\u4e00-\u9fff])|(?P<break>[.,;:!?()\n。、…~]|(?<=\s)-(?=\s)|[—–])"
    r"|(?P<quiet>[\s\"'#/&《》「」【】\[\]-])|(?P<other>.)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or phrase, a fact, an item, or a boundary. `names` are the facts that a fact token may be."""

    kind: str
    text: str
    start: int
    tags: Tags = frozenset()
    names: frozenset[str] = frozenset()
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Something said about the shop's business, or (`fact:NAME`) that something is so."""

    concept: str
    core: bool
    negated: bool
    moods: Tags
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A fact or value that is said: what it may be, the qualifiers beside it, and the words around it."""

    key: str
    names: frozenset[str]
    kind: str
    qualifiers: Tags
    context: tuple[str, ...]
    counted: str = ""
    preposition: str = ""
    bare: bool = False
    expected: bool = False


@dataclass
class Reading:
    """All that `bot.nlg.grounding` compares of two texts."""

    items: list[Item] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    concepts: set[str] = field(default_factory=set)
    loose_negations: int = 0
    double_negation: bool = False
    moods: set[str] = field(default_factory=set)
    loose_moods: set[str] = field(default_factory=set)
    tones: set[str] = field(default_factory=set)
    twists: list[str] = field(default_factory=list)
    questions: int = 0
    unknown: list[Token] = field(default_factory=list)
    symbols: list[str] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)

    @property
    def negated(self) -> bool:
        return self.loose_negations > 0 or any(claim.negated for claim in self.claims)


def mask(text: str, values: Mapping[str, frozenset[str]]) -> list[tuple[int, int, str]]:
    """Where the values (normalised text → names of facts) stand in a text: (start, end, value), the longest first."""
    spans: list[tuple[int, int, str]] = []
    for value in sorted(values, key=len, reverse=True):
        for match in _occurrences(value, text):
            if all(match.end() <= start or match.start() >= end for start, end, _ in spans):
                spans.append((match.start(), match.end(), value))
    return sorted(spans)


def read(text: str, values: Mapping[str, frozenset[str]], lexicon: Lexicon, predicates: frozenset[str]) -> Reading:
    """Read a normalised text. `predicates` names the facts that are said *of* something, such as a status."""
    spans = mask(text, values)
    items = find_items(text, taken=[(start, end) for start, end, _ in spans])
    tokens = list(_tokens(text, spans, items, values, lexicon))
    reading = Reading(items=items, tokens=tokens)
    for clause in _clauses(tokens):
        _read_clause(clause, reading, predicates)
    reading.questions = text.count("?")
    reading.unknown = [token for token in tokens if token.kind == "unknown"]
    reading.symbols = [token.text for token in tokens if token.kind == "other"]
    return reading


def _occurrences(value: str, text: str) -> Iterator[re.Match[str]]:
    """Whole occurrences: `3` is not in `13`, `3.5`, `3,500` or `K3`, and `M` is not in `I'M`."""
    before, after = "", ""
    if re.match(r"[A-Za-z0-9_]", value):
        before = r"(?<![A-Za-z0-9_'])(?<!\d\.)(?<!\d-)(?<![-¥$€£]\b)"
    elif not _CHINESE.match(value):
        before = r"(?<![\d-])(?<!\d\.)"
    if re.search(r"[A-Za-z0-9_]$", value):
        after = r"(?![A-Za-z0-9_])(?!'[A-Za-z]{2})(?!\.\d)(?!-\d)(?!,\d{3}(?!\d))"
    if re.search(r"\d$", value):
        after += r"(?!\s?(?:%|percent\b|折|[k万千百]\b|[万千百]))"
    pattern = re.escape(value).replace(r"\ ", r"\s+")
    for match in re.finditer(before + pattern + after, text, re.IGNORECASE):
        thousands = re.match(r"\d{3}(?!\d)", match[0]) and re.search(r"\d,$", text[: match.start()])
        if not thousands:
            yield match


def _tokens(
    text: str,
    spans: Sequence[tuple[int, int, str]],
    items: Sequence[Item],
    values: Mapping[str, frozenset[str]],
    lexicon: Lexicon,
) -> Iterator[Token]:
    blocks: list[Token] = [Token("fact", value, start, names=values[value]) for start, _, value in spans]
    blocks += [Token("item", item.text, item.start, item=item) for item in items]
    ends = {start: end for start, end, _ in spans} | {item.start: item.end for item in items}
    position = 0
    for block in sorted(blocks, key=lambda token: token.start):
        yield from _words(text, position, block.start, lexicon)
        yield block
        position = ends[block.start]
    yield from _words(text, position, len(text), lexicon)


def _words(text: str, start: int, end: int, lexicon: Lexicon) -> Iterator[Token]:
    """Words and boundaries of a stretch without facts; phrases of the lexicon become one token."""
    units: list[str] = []
    where: list[int] = []

    def flush() -> Iterator[Token]:
        index = 0
        while index < len(units):
            length, tags = lexicon.longest_match(units, index)
            joined = (" " if lexicon.inflects else "").join(units[index : index + max(length, 1)])
            yield Token("word" if length else "unknown", joined, where[index], tags)
            index += max(length, 1)
        units.clear()
        where.clear()

    for match in _TOKEN.finditer(text, start, end):
        if match["word"] and lexicon.inflects:
            for unit in _expand(match["word"].lower()):
                units.append(unit)
                where.append(match.start())
        elif match["zh"] and not lexicon.inflects:
            units.append(match["zh"])
            where.append(match.start())
        elif match["quiet"] and match[0].isspace() and match[0] != "\n":
            continue
        else:
            yield from flush()
            if match["break"]:
                yield Token("break", match[0], match.start())
            elif match["word"] or match["zh"]:  # the other language's script
                yield Token("unknown", match[0], match.start())
            elif match["other"]:
                yield Token("other", match[0], match.start())
    yield from flush()


def _expand(word: str) -> list[str]:
    word = _CONTRACTIONS.get(word, word)
    if word.endswith("n't"):
        word = word[:-3] + " not"
    for short, long in (
        ("'ll", " will"),
        ("'d", " would"),
        ("'s", " s"),
        ("'re", " are"),
        ("'ve", " have"),
        ("'m", " am"),
    ):
        if word.endswith(short):
            word = word[: -len(short)] + long
    return word.replace("'", " ").split()


def _clauses(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Clauses end at punctuation and conjunctions and begin at subjects; "and" only parts whole statements."""
    clause: list[Token] = []
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.kind == "break" or ("break" in token.tags and _parts(token, following)):
            yield clause
            clause = [token] if token.kind != "break" else []
        elif "subject" in token.tags and _begins(clause, following):
            yield clause
            clause = [token]
        else:
            clause.append(token)
    yield clause


def _begins(clause: Sequence[Token], following: Token | None) -> bool:
    """Whether a pronoun begins a clause: "it" does in "because it is shipped", not in "check it with the carrier"."""
    return (
        following is not None
        and bool(following.tags & {"be", "will", "can", "must", "expect", "doubt", "neg"} or claim_tags(following))
        and any("be" in token.tags or claim_tags(token) for token in clause)
        and "be" not in clause[-1].tags
    )


def _parts(token: Token, following: Token | None) -> bool:
    if token.text not in ("and", "so", "then", "when", "once"):
        return True
    if token.text != "and":
        return True
    return following is not None and (
        following.kind in ("fact", "item") or bool(following.tags & {"subject", "be", "will", "can", "neg", "plain"})
    )


def claim_tags(token: Token) -> list[str]:
    return [tag for tag in token.tags if tag.startswith(("core:", "soft:"))]


def _read_clause(clause: Sequence[Token], reading: Reading, predicates: frozenset[str]) -> None:
    claims: list[tuple[str, bool, str]] = []
    negations, own_negation = 0, set[str]()
    moods: set[str] = set()
    mentioned: list[Mention] = []
    agent = ""
    for index, token in enumerate(clause):
        reading.concepts |= {tag.split(":")[1] for tag in token.tags if ":" in tag}
        reading.tones |= token.tags & TONES
        if "twist" in token.tags:
            reading.twists.append(token.text)
        moods |= token.tags & MOODS
        if (
            token.text == "going to"
            and index + 1 < len(clause)
            and {"be", *claim_tags(clause[index + 1])} & clause[index + 1].tags
        ):
            moods.add("will")  # "going to refund", but "going to your card"
        if "subject" in token.tags:
            agent = "you" if token.text == "you" else "other"
        concepts = claim_tags(token)
        if concepts and _commands(clause, index):
            moods.add("do")
        if "neg" in token.tags:
            if concepts:  # "sold out" is about itself, not about its clause
                own_negation |= {concept.split(":")[1] for concept in concepts}
            else:
                negations += 1
        for tag in concepts:
            if "plain" not in token.tags or tag.startswith("core:"):
                claims.append((tag.split(":")[1], tag.startswith("core:"), agent))
        for name in token.names & predicates:
            claims.append((f"fact:{name}", True, agent))
        if token.kind in ("fact", "item"):
            mentioned.append(_mention(clause, index))
    if "past" in moods and "be" in {tag for token in clause for tag in token.tags} and not claims:
        moods.discard("past")
    if any(concept == "find" for concept, _, _ in claims):
        moods.discard("can")  # "I can't find it" and "I don't find it" say the same
    core_negated = negations > 0 and any(core for _, core, _ in claims)
    for concept, core, who in dict.fromkeys(claims):
        if core_negated and not core:
            continue  # "no refund is on record" denies the refund, not the record
        negated = (negations > 0) != (concept in own_negation)
        reading.claims.append(Claim(concept, core, negated, frozenset(moods), who))
    reading.mentions += [replace(mention, expected="expect" in moods) for mention in mentioned]
    reading.moods |= moods
    reading.double_negation |= negations > 1
    if not claims:
        reading.loose_negations += negations
        reading.loose_moods |= moods


def _commands(clause: Sequence[Token], index: int) -> bool:
    """ "Cancel order K1" and "please return it" ask for what "order K1 is cancelled" reports."""
    if index and clause[index - 1].text == "please":
        return True
    first = index == 0 or (index == 1 and "break" in clause[0].tags)
    return first and clause[index].text in _IMPERATIVES and clause[index + 1 : index + 2] != []


def _mention(clause: Sequence[Token], index: int) -> Mention:
    token = clause[index]
    before, after = clause[max(index - 2, 0) : index], clause[index + 1 : index + 3]
    qualifiers = {tag for near in before for tag in near.tags & QUALIFIERS}
    qualifiers |= {tag for near in after[:1] for tag in near.tags & QUALIFIERS & {"more", "less", "about", "each"}}
    if any(
        near.text in ("前", "之前", "以前", "后", "之后", "以后", "起", "为止", "内", "之内", "以内", "onwards")
        for near in after[:1]
    ):
        qualifiers |= set(after[0].tags & QUALIFIERS)
    # Only up to the next value: what stands beyond it belongs to that one.
    preceding = list(takewhile(_is_word, reversed(clause[max(index - 4, 0) : index])))
    context = [feature for near in preceding for feature in _features(near)][:3]
    context += [feature for near in takewhile(_is_word, after) for feature in _features(near)][:1]
    item = token.item
    return Mention(
        key=f"{item.kind} {item.key}" if item else token.text,
        names=token.names,
        kind=item.kind if item else "fact",
        qualifiers=frozenset(qualifiers),
        context=tuple(context),
        counted=next(
            (tag.split(":")[1] for near in after[:1] for tag in sorted(near.tags) if tag.startswith("topic:")), ""
        ),
        preposition=next((near.text for near in preceding[:2] if near.text in PREPOSITIONS), ""),
        bare=not preceding,
    )


def _is_word(token: Token) -> bool:
    return token.kind not in ("fact", "item")


def _features(token: Token) -> list[str]:
    """What of a word tells which of two like values stands beside it: its concept, or a preposition of direction."""
    concepts = sorted(tag.split(":")[1] for tag in token.tags if ":" in tag)
    if concepts:
        return concepts
    if token.text in ("for", "from", "to", "into", "instead of", "with", "换成", "从", "到", "由"):
        return [token.text]
    return [token.text] if token.kind == "unknown" else []
