"""What `bot train` does: find what changed, learn that again, and pack a model."""

from bot.training.train import TrainResult, stale, train

__all__ = ["TrainResult", "stale", "train"]
