"""Where messages are understood: in this process, or on a Ray cluster (`inference: ray` in endpoints.yml)."""
