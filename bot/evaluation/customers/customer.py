"""One simulated customer: reads replies as a person would, by their text and buttons, and says what comes next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from bot.evaluation.customers.phrasings import Phrasings
from bot.evaluation.customers.wishes import Self, Wish
from bot.message import Reply


@dataclass(frozen=True, slots=True)
class Manner:
    """How a customer talks; drawn by chance."""

    greets: bool
    opening: str
    """How much the first request says: brief, order, whole."""
    tells_at_once: bool
    """Whether who they are is said with the request."""
    identity: str
    presses: float
    """How likely a fitting button is pressed rather than the answer written."""
    delays: bool
    """Whether something else is said first when it is asked who they are."""
    reads: bool
    """Whether a proposal is checked before it is agreed to; others say yes to whatever is proposed."""

    @classmethod
    def draw(cls, random: Random, who: Self) -> Manner:
        return cls(
            greets=random.random() < 0.15,
            opening=random.choices(("brief", "order", "whole"), (1, 2, 2))[0],
            tells_at_once=random.random() < 0.25,
            identity=who.tells or random.choice(("email", "name_zip")),
            presses=random.choice((0.0, 0.0, 0.5, 0.9)),
            delays=random.random() < 0.1,
            reads=random.random() < 0.5,
        )


@dataclass
class Customer:
    """A customer with one wish after the other. What `says` is a message, None when there is nothing left to say."""

    who: Self
    wishes: Sequence[Wish]
    phrasings: Phrasings
    random: Random
    manner: Manner = field(init=False)
    current: int = 0
    _said_who: bool = False
    _greeted: bool = False
    _asked_for: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.manner = Manner.draw(self.random, self.who)

    @property
    def wish(self) -> Wish:
        return self.wishes[self.current]

    def opens(self) -> str:
        """The first message."""
        return self._typed(self._opening())

    def _opening(self) -> str:
        if self.manner.greets and not self._greeted:
            self._greeted = True
            return self.phrasings.pick(self.random, "greetings")
        return self._request(self.manner.opening)

    def next_wish(self) -> str | None:
        """The request for the next wish; None when that was the last."""
        self.current += 1
        self._asked_for.clear()
        return self._typed(self._request(self.manner.opening)) if self.current < len(self.wishes) else None

    def answers(self, replies: Sequence[Reply]) -> str:
        """The answer to what the assistant has said."""
        return self._typed(self._answer(replies))

    def _typed(self, text: str) -> str:
        """A message as it leaves the customer's hands; buttons are pressed without slips."""
        name = {*self.who.name.split()}
        slipped = self.phrasings.slip(self.random, text)
        return text if text.startswith("/") or any(n in text and n not in slipped for n in name) else slipped

    def _answer(self, replies: Sequence[Reply]) -> str:
        text = "\n".join(reply.text or "" for reply in replies)
        buttons = [button for reply in replies for button in reply.buttons]
        if self._proposes(text, buttons):
            return self._decide(text, buttons)
        act = self.phrasings.hears((replies[-1].text if replies else "") or "") or self.phrasings.hears(text)
        if act == "identity":
            if self.manner.delays and "identity" not in self._asked_for:
                self._asked_for.append("identity")
                return self.phrasings.fill(self.random, self.phrasings.pick(self.random, "orders"), self.wish)
            return self._identity()
        begun = self._begins(buttons)
        if begun is not None:
            return begun
        if act is None or act in ("more", "proposal"):
            return self._restates(buttons)
        self._asked_for.append(act)
        return self._tell(act, buttons)

    # -- asking ----------------------------------------------------------------------------------------------------

    def _request(self, opening: str) -> str:
        say, random = self.phrasings, self.random
        text = say.fill(random, say.pick(random, "opens", self.wish.name, opening), self.wish)
        if not self._greeted and random.random() < 0.3:
            text = say.pick(random, "greeting_before") + (text[0].lower() + text[1:] if say.language == "en" else text)
        self._greeted = True
        if self.manner.tells_at_once and not self._said_who:
            text = f"{text.rstrip('.!')}{'。' if say.language == 'zh' else '. '}{self._identity()}"
        elif random.random() < 0.15:
            text = text.rstrip(".?!") + say.pick(random, "closing_after")
        return text

    def _restates(self, buttons: Sequence[Mapping[str, str]]) -> str:
        """The request once more, with all that belongs to it."""
        declines = [b for b in buttons if self.phrasings.fits(b["title"], self.phrasings.sections["buttons"]["no"])]
        if declines and self.random.random() < 0.5:
            return self._press(declines[0])
        return self._request("whole" if self._said_who or self._greeted else self.manner.opening)

    def _begins(self, buttons: Sequence[Mapping[str, str]]) -> str | None:
        """The button that begins what is wanted, when there is one."""
        patterns = self.phrasings.sections["begins"].get(self.wish.name, ())
        fitting = [button for button in buttons if self.phrasings.fits(button["title"], patterns)]
        return self._press(fitting[0]) if fitting else None

    # -- answering -------------------------------------------------------------------------------------------------

    def _tell(self, act: str, buttons: Sequence[Mapping[str, str]]) -> str:
        button = self._fitting_button(act, buttons)
        if button is not None and self.random.random() < self.manner.presses:
            return self._press(button)
        sentences = {"order": "orders", "new_items": "swaps" if len(self.wish.pieces) > 1 else "new_items"}
        section = sentences.get(act, act)
        if section == "new_items" and self._asked_for.count(act) > 1:
            section = "swaps"
        if not self._knows(act):
            return self.phrasings.pick(self.random, "waits")
        return self.phrasings.fill(self.random, self.phrasings.pick(self.random, section), self.wish)

    def _knows(self, act: str) -> bool:
        wish = self.wish
        known = {"items": wish.pieces, "new_items": wish.pieces, "method": wish.method, "reason": wish.reason}
        return bool(known.get(act, True))

    def _identity(self) -> str:
        say, random = self.phrasings, self.random
        kind = self.manner.identity
        if self._asked_for.count("identity") > 1 and self.who.email:
            kind = "email"
        self._asked_for.append("identity")
        self._said_who = True
        sentence = say.pick(random, "identity", kind)
        return sentence.format(name=self.who.name, email=self.who.email, zip=self.who.zip)

    def _fitting_button(self, act: str, buttons: Sequence[Mapping[str, str]]) -> Mapping[str, str] | None:
        """The button whose title says what is wanted, as far as one button can say it."""
        wanted = self._titles(act)
        fitting = [b for b in buttons if wanted and all(_holds(b["title"], part) for part in wanted)]
        return fitting[0] if fitting else None

    def _titles(self, act: str) -> list[str]:
        wish, language = self.wish, self.phrasings.language
        if act == "order":
            return [wish.order_id]
        if act == "items" and len(wish.pieces) == 1:
            piece = wish.pieces[0]
            return [piece.product[language], *([] if piece.is_only_one else [piece.shown[language]])]
        if act == "new_items" and len(wish.pieces) == 1:
            return [(wish.pieces[0].new_shown or {}).get(language, "")]
        if act == "method" and wish.method and wish.method.last_four:
            return [wish.method.last_four]
        if act == "reason" and wish.reason:
            return [wish.reason] if language == "en" else []
        return []

    # -- deciding --------------------------------------------------------------------------------------------------

    def _proposes(self, text: str, buttons: Sequence[Mapping[str, str]]) -> bool:
        yes = self.phrasings.sections["buttons"]["yes"]
        return any(self.phrasings.fits(button["title"], yes) for button in buttons)

    def _decide(self, text: str, buttons: Sequence[Mapping[str, str]]) -> str:
        """Yes, or what is wrong with what would be done."""
        wrong = self._wrong_in(text) if self.manner.reads else None
        if wrong is not None and self._asked_for.count(f"not {wrong}") < 3:
            self._asked_for.append(f"not {wrong}")
            sentence = self.phrasings.pick(self.random, "disagree", wrong)
            return self.phrasings.fill(self.random, sentence, self.wish)
        if wrong is not None:
            return self.phrasings.pick(self.random, "decline")
        yes = [b for b in buttons if self.phrasings.fits(b["title"], self.phrasings.sections["buttons"]["yes"])]
        if yes and self.random.random() < self.manner.presses:
            return self._press(yes[0])
        return self.phrasings.pick(self.random, "agree")

    def _wrong_in(self, text: str) -> str | None:
        """The first thing that the proposal says otherwise than it is wanted."""
        wish, language = self.wish, self.phrasings.language
        if not _holds(text, wish.order_id):
            return "order"
        if any(not _holds(text, piece.product[language]) for piece in wish.pieces):
            return "items"
        if any(piece.new_shown and not _holds(text, piece.new_shown[language]) for piece in wish.pieces):
            return "new_items"
        if wish.method and wish.method.last_four and not _holds(text, wish.method.last_four):
            return "method"
        return None

    def _press(self, button: Mapping[str, str]) -> str:
        return button.get("payload") or button["title"]


def _holds(text: str, part: str) -> bool:
    plain = re.sub(r"\s+", "", text).casefold()
    return re.sub(r"\s+", "", part).casefold() in plain
