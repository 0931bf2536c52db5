"""Entities that need no model: numbers, money, times, durations, quantities, contacts, addresses. Chinese and English.

A dimension a file: it reads a `Script` (a message, prepared) and yields what it found, as Duckling would answer.
`extract` runs them and keeps the longest. Dimensions and shapes: https://github.com/facebook/duckling.
"""
