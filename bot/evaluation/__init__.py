"""What `bot test` does: replay of test stories, judging of the understanding, and their reports."""
