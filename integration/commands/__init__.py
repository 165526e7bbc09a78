"""The commands of `makegood`; each calls a use case and prints what came of it."""
