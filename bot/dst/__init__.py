"""Dialogue state: filling slots, and resolving what customers point at."""
