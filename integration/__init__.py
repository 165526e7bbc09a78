"""Makegood: complaint history, suggested responses and follow-ups next to Zendesk Support."""
