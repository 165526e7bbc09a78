"""The use cases: each reads, then decides with the rules of `domain`, then acts."""
