"""Finding products and articles."""
