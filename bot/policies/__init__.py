"""Policies: what to do next, by rules and by stories."""
