"""Whether a wording may go out, whole or as far as it has come."""

from __future__ import annotations

from bot.nlg.base import PhraseRequest
from bot.nlg.grounding import Verdict, check
from bot.nlg.interpolation import placeholders
from bot.nlg.slots import fill_slots, slots_of
from bot.nlg.values import normalise


def judge(wording: str, request: PhraseRequest) -> tuple[str | None, str]:
    """The wording with its values when it may go out, else None and the reason."""
    text, refusal = _filled(wording, request)
    if text is None:
        return None, refusal
    if normalise(text).casefold().rstrip(".!") == normalise(request.text).casefold().rstrip(".!"):
        return None, "a copy of the template"
    verdict = _check(text, request)
    return (text, "") if verdict.grounded else (None, verdict.why)


def judge_so_far(wording: str, request: PhraseRequest) -> str | None:
    """The beginning of a wording with its values when it may be shown before the rest is there."""
    text, _ = _filled(wording, request)
    return text if text is not None and _check(text, request).is_true_so_far else None


def _filled(wording: str, request: PhraseRequest) -> tuple[str | None, str]:
    wording = _bare(wording)
    known = set(placeholders(request.template)) & request.values.keys()
    unknown = [name for name in slots_of(wording) if name not in known]
    if unknown:
        return None, f"unknown slot [{unknown[0]}]"
    return fill_slots(wording, request.values), ""


def _check(text: str, request: PhraseRequest) -> Verdict:
    return check(text, request.act.facts, request.text, request.language, optional=request.optional)


def _bare(wording: str) -> str:
    """Without the quotes or the label that some models put around an answer."""
    wording = " ".join(wording.split())
    for label in ("Reply:", "Shop:", "Assistant:"):
        wording = wording.removeprefix(label).strip()
    if len(wording) > 1 and wording[0] == wording[-1] == '"' and wording.count('"') == 2:
        wording = wording[1:-1]
    return wording
