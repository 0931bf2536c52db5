"""What a model is asked: a short form for one that was adapted to it, and instructions for one that was not."""

from __future__ import annotations

from collections.abc import Sequence

Messages = list[dict[str, str]]

_SHORT = "Word the shop's reply."
_LONG = (
    "You word the replies of a shop's assistant. You are given the customer's message and the reply. Write the same reply "
    "in other words: warm, short, natural, in the same language. Keep every [slot] in square brackets exactly as it is, each "
    "once. Say nothing that the reply does not say: no new facts, promises, offers, questions, names or numbers. "
    "Answer with the reworded reply alone."
)
_LANGUAGES = {"en": "English", "zh": "Chinese"}


def adapted(user_text: str, template: str) -> Messages:
    """The form of the training pairs. `template` has its facts as [slots]."""
    said = " ".join(user_text.split())[:120]
    return [{"role": "system", "content": _SHORT}, {"role": "user", "content": f"Customer: {said}\nReply: {template}"}]


def instructed(
    user_text: str, template: str, *, act: str, language: str, turns: Sequence[tuple[str, str]] = ()
) -> Messages:
    """For a model that follows instructions: the act, the last turns and the reply to be worded."""
    dialogue = "\n".join(f"{'Customer' if who == 'user' else 'Shop'}: {text[:300]}" for who, text in turns[-4:])
    content = "\n".join(
        [
            f"Language: {_LANGUAGES.get(language, language)}",
            f"Dialogue act: {act}",
            *([dialogue] if dialogue else []),
            f"Customer: {user_text[:500]}",
            f"Reply to reword: {template}",
        ]
    )
    return [{"role": "system", "content": _LONG}, {"role": "user", "content": content}]
