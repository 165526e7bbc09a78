"""The Zendesk side: what comes in is verified and typed, what goes out is bounded and never doubled."""
