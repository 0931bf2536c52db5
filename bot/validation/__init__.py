"""Checks of a whole project, before anything is trained."""

from __future__ import annotations

from bot.validation.checks import validate

__all__ = ["validate"]
