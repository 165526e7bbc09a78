"""Trains the weights in `integration.learned`; nothing here runs in an installation."""
