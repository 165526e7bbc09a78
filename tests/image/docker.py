"""Docker's own client: a call that fails ends the trial with the last words of what failed."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import click

BUILD_SECONDS = 1800
ANSWER_SECONDS = 300
LAST_CHARACTERS = 3000


class Docker:
    """Calls `docker`, at the daemon that the environment or `host` names."""

    def __init__(self, host: str | None = None) -> None:
        self._environment = {**os.environ, **({"DOCKER_HOST": host} if host else {})}

    def __call__(self, *arguments: str, typed: str = "", within: float = ANSWER_SECONDS) -> str:
        """Return what the command printed. Raises ClickException where it fails."""
        done = self.attempt(*arguments, typed=typed, within=within)
        if done.returncode:
            words = f"{done.stdout}{done.stderr}"[-LAST_CHARACTERS:]
            raise click.ClickException(f"docker {' '.join(arguments)} failed:\n{words}")
        return done.stdout

    def attempt(
        self, *arguments: str, typed: str = "", within: float = ANSWER_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Return how the command ended, well or not."""
        try:
            return subprocess.run(
                ["docker", *arguments],
                env=self._environment,
                input=typed,
                capture_output=True,
                text=True,
                timeout=within,
                check=False,
            )
        except FileNotFoundError as error:
            raise click.ClickException(
                "docker is missing: install Docker with its compose plugin."
            ) from error

    def answers(self) -> bool:
        """Whether a daemon is there."""
        return self.attempt("info", "--format", "{{.ServerVersion}}").returncode == 0

    def take_in(self, root: Path, name: str) -> None:
        """Make an image of one layer of a folder that holds a whole system."""
        with subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE) as packed:
            subprocess.run(
                ["docker", "import", "-", name],
                env=self._environment,
                stdin=packed.stdout,
                capture_output=True,
                check=True,
                timeout=ANSWER_SECONDS,
            )


class Composed:
    """`docker compose` over some files, as one project."""

    def __init__(self, docker: Docker, project: str, *files: Path) -> None:
        self._docker = docker
        self._head = ("compose", "--project-name", project, *(f"--file={file}" for file in files))

    def __call__(self, *arguments: str, typed: str = "", within: float = ANSWER_SECONDS) -> str:
        """Return what the command printed. Raises ClickException where it fails."""
        return self._docker(*self._head, *arguments, typed=typed, within=within)

    def container(self, service: str) -> str:
        """Return the id of a service's container."""
        return self("ps", "--all", "--quiet", service).strip()

    def told(self, service: str, template: str) -> str:
        """Return what `docker inspect` says of a service's container."""
        return self._docker("inspect", "--format", template, self.container(service)).strip()


def names(environment: Mapping[str, str]) -> str:
    """Return settings as the lines of an env file."""
    return "".join(f"{name}={value}\n" for name, value in environment.items())
