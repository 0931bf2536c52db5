"""The actions of this project."""
