"""Understanding: one component a file."""
