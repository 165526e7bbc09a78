"""The schema moves forward and back without losing what people entered."""

from integration.store.engine import Database
from integration.store.migrate import schema_state


def test_a_migrated_database_is_ready(database: Database) -> None:
    assert schema_state(database.engine).is_ready
