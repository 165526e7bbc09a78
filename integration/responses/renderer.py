"""The rendering process: reads requests from a socket on standard input, answers one line each.

It runs what other people wrote, so it is started without the parent's environment and secrets, with limits on
memory, files and processes, and the parent kills it when an answer is late.
"""

import json
import resource
import socket
import sys
import time
import traceback
from datetime import date
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError

from integration.responses.sandbox import Filling, OutputTooLong, Sandbox

MEMORY_BYTES = 384 * 1024 * 1024
CPU_SECONDS = 3
READY = {"ready": True}


def limit_process() -> None:
    """Set what the kernel refuses from now on."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_request() -> None:
    """Bound the processor time of one request, so that a killed parent leaves no endless loop behind."""
    spent = int(time.process_time())
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_SECONDS, hard))


def answer(sandbox: Sandbox, request: dict[str, Any]) -> dict[str, Any]:
    """Render one request; an error carries the source's name and line where it is known."""
    today = request["today"]
    filling = Filling(
        request["locale"], date.fromisoformat(today) if today else None, labels=request["labels"]
    )
    try:
        text = sandbox.render_text(
            request["name"], request["sources"], request["frame"], request["values"], filling
        )
    except MemoryError:
        return {"error": "the template needs more memory than allowed", "fatal": True}
    except TemplateSyntaxError as error:
        return {"error": error.message or "syntax error", "source": error.name, "line": error.lineno}
    except (TemplateError, OutputTooLong) as error:
        return {"error": str(error) or type(error).__name__, **_place(error, request["sources"])}
    # An expression of the template may raise anything at all: 1 / 0, a wrong argument, too deep a nesting.
    except Exception as error:
        kind = type(error).__name__
        return {"error": f"{kind}: {str(error)[:200]}", **_place(error, request["sources"])}
    return {"text": text, "unfilled": list(filling.unfilled)}


def _place(error: Exception, sources: dict[str, str]) -> dict[str, Any]:
    for step in reversed(traceback.extract_tb(error.__traceback__)):
        if step.filename in sources:
            return {"source": step.filename, "line": step.lineno}
    return {}


def main() -> None:
    """Serve until the parent closes its end."""
    channel = socket.socket(fileno=sys.stdin.fileno())
    sandbox = Sandbox()
    limit_process()
    with channel, channel.makefile("rwb") as lines:
        _send(lines, READY)
        for line in lines:
            limit_request()
            reply = answer(sandbox, json.loads(line))
            _send(lines, reply)
            if reply.get("fatal"):
                return


def _send(lines: Any, reply: dict[str, Any]) -> None:
    lines.write(json.dumps(reply).encode() + b"\n")
    lines.flush()


if __name__ == "__main__":
    main()
