"""Reads texts with learned weights: the encoder, and the small heads on top of it."""
