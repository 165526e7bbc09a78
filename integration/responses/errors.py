"""What can go wrong with a template, named for what the caller can do about it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class TemplateProblem:
    """One thing to correct, and where."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class ResponseError(Exception):
    """Base of what this package raises."""


class UnknownTemplate(ResponseError):
    """No template of that name, in no language of the fallback chain."""


class TemplateFailed(ResponseError):
    """The template cannot be rendered until somebody corrects it; `problem` says where."""

    def __init__(self, problem: TemplateProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class RendererUnavailable(ResponseError):
    """The rendering process could not be started or is busy; the same request may succeed later."""
