"""A strict stand-in for Zendesk Support, for the demo and for tests; it needs nothing from the rest of the package."""
