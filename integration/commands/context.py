"""What every command starts with: the settings, and the parts built from them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from dotenv import dotenv_values

from integration.app import assemble
from integration.logs import configure
from integration.parts import Parts
from integration.settings import DEFAULT_DATA_DIR, PREFIX, InvalidSettings, Settings, read_settings
from integration.store.engine import DatabaseUnavailable
from integration.store.migrate import SchemaTooNew, migrate, schema_state

DATA_DIR = f"{PREFIX}DATA_DIR"


class Context:
    """Reads the settings when a command asks for them, so that `--help` works without any."""

    def __init__(self, env_file: Path | None) -> None:
        self.env_file = env_file

    @property
    def arguments(self) -> list[str]:
        """What a process started by this command needs to read the same settings."""
        return ["--env-file", str(self.env_file)] if self.env_file else []

    def read(self) -> Settings:
        """Return the settings; raises `InvalidSettings`."""
        return read_settings(env_file=self.env_file)

    def data_dir(self) -> Path:
        """Return the data folder, also where the other settings are not complete yet."""
        in_file = dotenv_values(self.env_file) if self.env_file else {}
        return Path(os.environ.get(DATA_DIR) or in_file.get(DATA_DIR) or DEFAULT_DATA_DIR)

    def settings(self) -> Settings:
        """Return the settings, or end the command with everything that is wrong with them."""
        try:
            settings = self.read()
        except InvalidSettings as error:
            lines = "\n".join(f"  {problem}" for problem in error.problems)
            raise click.ClickException(
                f"Makegood cannot start with these settings:\n{lines}\n"
                "Put them into the environment or an env file; .env.example shows them all."
            ) from error
        configure(settings.log_level)
        return settings

    @contextmanager
    def parts(self, *, can_write: bool | None = None) -> Iterator[Parts]:
        """Yield the parts over a database that is up to date."""
        parts = assemble(self.settings(), can_write=can_write)
        try:
            ready(parts)
            yield parts
        finally:
            parts.close()


def ready(parts: Parts) -> None:
    """Bring the database to this version's schema; ends the command where it is newer, or away."""
    with trouble_told():
        if schema_state(parts.database.engine).is_ready:
            return
        migrate(parts.database.engine)


@contextmanager
def trouble_told() -> Iterator[None]:
    """End the command with the next step, and not with a traceback, where the database is not usable."""
    try:
        yield
    except SchemaTooNew as error:
        raise click.ClickException(str(error)) from error
    except DatabaseUnavailable as error:
        raise click.ClickException(
            f"The database does not answer ({error}). Check MAKEGOOD_DATABASE_URL, and that it runs."
        ) from error
