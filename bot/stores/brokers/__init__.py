"""Where events are published to."""
