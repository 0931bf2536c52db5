"""DucklingEntityExtractor: numbers, money, times and the like, read in this process or by a Duckling server."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import field_validator

from bot.errors import did_you_mean
from bot.message import Entity, Understanding
from bot.nlu.base import Component, ComponentConfig
from bot.nlu.duckling.script import DIMENSIONS, Found, Reference
from bot.registry import register
from bot.tracker import Clock

URL_VARIABLE = "RASA_DUCKLING_HTTP_URL"
_ONLY_OF_A_SERVER = ("time-grain", "regex")
_DAY_FIRST = frozenset({"GB", "AU", "NZ", "IE", "IN", "ZA", "SG", "HK"})


class DucklingEntityExtractorConfig(ComponentConfig):
    """Rasa's options. Without a `url` (here or in RASA_DUCKLING_HTTP_URL) no server is needed.

    What is read in this process is Chinese and English, whatever the locale. `dimensions`: the names to look for, all
    when there are none. `locale`: such as `en_GB`, where 3/5 is in May; by default the assistant's language.
    `timezone`: such as `Asia/Shanghai`; by default this machine's. `timeout`: seconds.
    """

    url: str | None = None
    dimensions: tuple[str, ...] | None = None
    locale: str | None = None
    timezone: str | None = None
    timeout: float = 3.0

    @field_validator("dimensions")
    @classmethod
    def _are_known(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for name in names or ():
            if name not in (*DIMENSIONS, *_ONLY_OF_A_SERVER):
                raise ValueError(f"no dimension is called '{name}'. {did_you_mean(name, DIMENSIONS) or ''}".rstrip())
        return names

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError) as error:
                raise ValueError(f"no time zone is called '{name}'; write for example Asia/Shanghai") from error
        return name


@register("nlu", "DucklingEntityExtractor")
class DucklingEntityExtractor(Component):
    """Entities named like their dimension, with Duckling's JSON in `additional_info`. Chinese and English alike."""

    Config = DucklingEntityExtractorConfig
    config: DucklingEntityExtractorConfig
    provides = frozenset({"entities"})

    def __init__(self, config: ComponentConfig, *, language: str, root: Path, clock: Clock = time.time) -> None:
        """`clock` gives the time, in seconds since 1970, that 明天 is relative to."""
        super().__init__(config, language=language, root=root)
        self.clock = clock

    @property
    def locale(self) -> str:
        return self.config.locale or f"{self.language}_{self.language.upper()}"

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        now = self.clock()
        url = os.environ.get(URL_VARIABLE) or self.config.url
        if url is None:
            found = [self._read(understanding.text, now) for understanding in batch]
        else:
            found = self._ask(url, [understanding.text for understanding in batch], now)
        return [self._with(understanding, ones) for understanding, ones in zip(batch, found, strict=True)]

    def load(self, folder: Path) -> None:
        """Compiles the grammars, which takes a tenth of a second, before the first message comes."""
        self._read("", 0.0)

    def _read(self, text: str, now: float) -> list[Found]:
        from bot.nlu.duckling.extract import extract

        region = self.locale.replace("-", "_").partition("_")[2].upper()
        reference = Reference(datetime.fromtimestamp(now, self._zone(now)), day_first=region in _DAY_FIRST)
        return extract(text, reference, self.config.dimensions or None)

    def _ask(self, url: str, texts: Sequence[str], now: float) -> list[list[Found]]:
        from bot.nlu.duckling.server import DucklingServer

        config = self.config
        with DucklingServer(url, self.locale, config.timezone, config.dimensions, config.timeout) as server:
            return [server.parse(text, now) for text in texts]

    def _zone(self, now: float) -> tzinfo | None:
        if self.config.timezone is not None:
            return ZoneInfo(self.config.timezone)
        return datetime.fromtimestamp(now).astimezone().tzinfo

    def _with(self, understanding: Understanding, found: Sequence[Found]) -> Understanding:
        entities = (self._entity(one, understanding.text[one.start : one.end]) for one in found)
        return replace(understanding, entities=(*understanding.entities, *entities)) if found else understanding

    def _entity(self, found: Found, said: str) -> Entity:
        extra = {"text": said, "confidence": 1.0, "additional_info": found.info}
        return Entity(found.dimension, found.value, found.start, found.end, extractor=type(self).__name__, extra=extra)
