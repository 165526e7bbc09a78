"""Runs the code that works tickets over files of examples, to see how well it does."""
