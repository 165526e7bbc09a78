"""The shipped templates with a real renderer, and folders of templates written by a test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integration.responses.library import Library

SHIPPED = Path(__file__).parents[2] / "templates"

HEAD = """---
title: A letter for a test
keywords: [one, two]
---
"""

Write = Callable[[str, str], Path]


@pytest.fixture(scope="session")
def library() -> Iterator[Library]:
    with Library.load(SHIPPED) as shipped:
        yield shipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A template folder that has the shipped English words and frame, and nothing else."""
    for name in ("words/en.yaml", "frame/en.md.j2"):
        target = tmp_path / name
        target.parent.mkdir()
        target.write_bytes((SHIPPED / name).read_bytes())
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Write:
    def write_file(name: str, text: str) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def own(folder: Path, write: Write) -> Iterator[Library]:
    """The library over the test's folder; `refresh` it after writing."""
    with Library.load(folder) as library:
        yield library
