"""Figures that anyone can measure again: `make bench`; `python -m tests.bench --quick` for a first look."""
