"""The rules of complaint handling: frozen dataclasses and pure functions, standard library only."""
