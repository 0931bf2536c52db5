"""Authored content of the demo catalogue (TOML) and the code that makes the JSON lines of data/catalogue/ from it."""
