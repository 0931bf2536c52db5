"""Simulated customers: they know what they want, talk to the assistant, and what was done is compared with that."""
