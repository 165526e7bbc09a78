"""Makegood over a rehearsal Zendesk: what `makegood demo` shows, and the story that it plays."""
