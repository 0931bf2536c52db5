"""Makes the helpers of this folder importable from all tests: pytest puts a conftest's folder on the path."""
