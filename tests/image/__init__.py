"""The container image, really built and really run: `python -m tests.image`."""
