"""The `bot` command: one command a file, nothing but arguments and output."""
