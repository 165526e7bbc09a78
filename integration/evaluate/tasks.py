"""The tasks that can be evaluated, by name."""

from collections.abc import Callable, Mapping

from integration.evaluate.complaint import complaint, recognised, severity
from integration.evaluate.examples import Answer, Example, InvalidExample, Tools
from integration.evaluate.repeat import repeat
from integration.evaluate.templates import templates

__all__ = ["TASKS", "InvalidExample", "Tools"]

# A task is prepared once, then answers one example after the other.
TASKS: Mapping[str, Callable[[Tools], Callable[[Example], Answer]]] = {
    "complaint": complaint,
    "language": recognised,
    "repeat": repeat,
    "severity": severity,
    "templates": templates,
}
