"""Where conversations, locks and models are kept."""
