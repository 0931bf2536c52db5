"""Claims of a wording that differ from the template's: denied, possible, future, doubtful, or in another tone."""

from __future__ import annotations

from collections.abc import Iterable

from bot.nlg.reading import Claim, Reading

_STATES = frozenset({"stock", "valid", "refund"})  # what was so need not be so now
_DEEDS = frozenset(
    {"cancel", "return", "exchange", "pay", "confirm", "verify", "change", "approve"}
)  # it matters who did them
_TROUBLE = frozenset({"delay", "damage", "lose", "fail", "problem", "ticket"})


def turned_round(wording: Reading, original: Reading, plain: Reading) -> Iterable[str]:
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
    if "can" in wording.loose_moods - original.moods - plain.moods and any(
        "can" in token.tags and token.text not in ("can", "could", "可", "可以", "能") for token in wording.tokens
    ):
        yield "a permission"
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


def tone(wording: Reading, original: Reading, plain: Reading, predicates: frozenset[str]) -> Iterable[str]:
    grim = original.negated or "sorry" in original.tones
    if "glad" in wording.tones and "glad" not in original.tones and grim:
        yield "a cheerful tone"
    if "sorry" in wording.tones and not grim and not original.concepts & _TROUBLE:
        yield "an apology"
    # "Done!" is fair where something was done; not where the template tells a state, or what is still to come.
    unfinished = (original.moods | plain.moods) & {"will", "ongoing", "expect", "can"} or original.negated or predicates
    if "finished" in wording.tones and "finished" not in original.tones and unfinished:
        yield "that it is done"
