"""Speaking: responses of the domain as templates, a GPT that words them, and the check that it states only facts."""

from bot.nlg.config import speaker_from, speaker_of

__all__ = ["speaker_from", "speaker_of"]
