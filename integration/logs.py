"""Logs as JSON lines: fixed sentences and identifiers, never what people wrote and never a secret."""

import logging
import re
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

# What log records may carry beside the sentence; everything else is dropped, so a careless
# `extra={"comment": …}` cannot leak.
ALLOWED = frozenset(
    {
        "account_id", "attempt", "attempts", "audit_id", "check", "code", "complaint_id", "count", "cursor",
        "endpoint", "error", "event_id", "event_type", "file", "follow_up_id", "inbox_id", "job", "kind",
        "limit", "line", "method", "milliseconds", "mode", "name_of_limit", "outbox_id", "place", "policy",
        "queue", "reason", "requester_id", "result", "retry_after", "route", "seconds", "signal", "slot",
        "state", "status", "template", "template_id", "ticket_id", "trace", "user_id", "version",
        "workflow_id",
    }
)  # fmt: skip
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_LONGEST = 500
_FRAMES = 12
_SECRET_SHAPES = re.compile(
    r"(?i)bearer\s+\S+|basic\s+[A-Za-z0-9+/=]{8,}|eyJ[\w-]+\.[\w-]+\.[\w-]*|://[^/\s:@]+:[^/\s@]+@"
)


def trace_of(error: BaseException) -> dict[str, object]:
    """Return an error's type and places for the log; its text may quote a requester and stays out."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "trace": places}


class Redaction(logging.Filter):
    """Drops extras that are not known to be harmless, exception texts, and what looks like a secret."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(s for s in secrets if len(s) >= 8)

    def filter(self, record: logging.LogRecord) -> bool:
        for name in [n for n in vars(record) if n not in _STANDARD and n not in ALLOWED]:
            delattr(record, name)
        record.msg, record.args = self._clean(record.getMessage()), None
        for name in ALLOWED & vars(record).keys():
            value = getattr(record, name)
            if isinstance(value, str):
                setattr(record, name, self._clean(value))
        if record.exc_info and record.exc_info[1] is not None:
            record.__dict__.update(trace_of(record.exc_info[1]))
        record.exc_info, record.exc_text, record.stack_info = None, None, None
        return True

    def _clean(self, text: str) -> str:
        text = _SECRET_SHAPES.sub("[secret]", text)
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def configure(level: str = "INFO", *, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Send all logs of this process to `stream` (standard error) as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        JsonFormatter(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "at", "levelname": "level", "name": "from"},
            json_ensure_ascii=False,
        )
    )
    handler.addFilter(Redaction(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # The engine would print errors by a handler of its own, with whatever their texts quote.
    engine = logging.getLogger("dbos")
    engine.handlers[:], engine.propagate = [handler], False
    for talkative in ("werkzeug", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    # Each attempt to connect again would be a line; the last failure is told by whoever called.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
