"""A strict stand-in for Zendesk Support, for demo and tests; it needs nothing else of the package."""
