"""What every command starts with: the settings, and the parts built from them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from dotenv import dotenv_values
from sqlalchemy.engine import make_url

from integration.app import assemble
from integration.logs import configure
from integration.parts import Parts
from integration.settings import DEFAULT_DATA_DIR, PREFIX, InvalidSettings, Settings, read_settings
from integration.store.engine import DatabaseUnavailable
from integration.store.migrate import SchemaTooNew, migrate, schema_state
from integration.store.secrets import SecretsUnreadable
from integration.store.trouble import step_after

DATA_DIR = f"{PREFIX}DATA_DIR"
DATABASE_URL = f"{PREFIX}DATABASE_URL"


class Context:
    """Reads the settings when a command asks for them, so that `--help` works without any."""

    def __init__(self, env_file: Path, *, is_named: bool) -> None:
        """`env_file` need not be there, unless the command line names it."""
        self.env_file = env_file
        self._is_named = is_named

    @property
    def arguments(self) -> list[str]:
        """What a process started by this command needs to read the same settings."""
        return ["--env-file", str(self.env_file)] if self._file() else []

    def read(self) -> Settings:
        """Return the settings; raises `InvalidSettings`."""
        return read_settings(env_file=self._file())

    def data_dir(self) -> Path:
        """Return the data folder, also where the other settings are not complete yet."""
        try:
            in_file = dotenv_values(file) if (file := self._file()) else {}
        except InvalidSettings as error:
            raise click.ClickException(str(error)) from error
        return Path(os.environ.get(DATA_DIR) or in_file.get(DATA_DIR) or DEFAULT_DATA_DIR)

    def _file(self) -> Path | None:
        if self.env_file.is_file():
            return self.env_file
        if not self._is_named:
            return None
        # Going on without it might work on another account's data.
        raise InvalidSettings(
            (
                f"{self.env_file} does not exist: check the path after --env-file, "
                f"or make it: makegood --env-file {self.env_file} connect --ask",
            )
        )

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
    def parts(
        self, *, can_write: bool | None = None, is_connecting: bool = False, may_begin: bool = True
    ) -> Iterator[Parts]:
        """Yield the parts over a database that is up to date; where there is none it may be begun."""
        settings = self.settings()
        file = _file_of(settings)
        if not may_begin and file is not None and not file.exists():
            raise _nothing_at(file)
        with trouble_told():
            parts = assemble(settings, can_write=can_write, is_connecting=is_connecting)
            try:
                if not may_begin and schema_state(parts.database.engine).current is None:
                    raise _nothing_at(file)
                ready(parts)
                yield parts
            finally:
                parts.close()

    @contextmanager
    def stored(self) -> Iterator[Parts]:
        """Yield the parts over what is stored already; ends the command where nothing is.

        In the wrong folder a new, empty database would say that nothing is stored of anybody.
        """
        with self.parts(may_begin=False) as parts:
            yield parts


def ready(parts: Parts) -> None:
    """Bring the database to this version's schema; ends the command where it is newer, or away."""
    with trouble_told():
        if schema_state(parts.database.engine).is_ready:
            return
        migrate(parts.database.engine)


@contextmanager
def trouble_told() -> Iterator[None]:
    """End the command with the next step, and not with a traceback, where something it needs is missing."""
    try:
        yield
    except (SchemaTooNew, SecretsUnreadable) as error:
        raise click.ClickException(str(error)) from error
    except DatabaseUnavailable as error:
        reason = error.args[0]
        raise click.ClickException(f"The database cannot be used: {reason}. {step_after(reason)}") from error
    except OSError as error:
        if error.strerror is None:
            raise
        place = f"{error.filename}: " if error.filename else ""
        raise click.ClickException(
            f"{place}{error.strerror}. Check the path, who may write there, and the free space."
        ) from error


def _nothing_at(file: Path | None) -> click.ClickException:
    return click.ClickException(
        f"There is no database of Makegood's at {file or DATABASE_URL}. Check the folder you are in, "
        f"--env-file and {DATA_DIR}; `makegood connect` begins a new one."
    )


def _file_of(settings: Settings) -> Path | None:
    url = make_url(settings.database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
