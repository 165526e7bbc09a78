"""What a template may not do, and that doing it costs no more than two seconds."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from integration.responses.errors import TemplateFailed
from integration.responses.library import Library
from integration.responses.values import Person, Values
from tests.responses.conftest import HEAD, SHIPPED, Write

VALUES = Values(today=date(2026, 3, 2), requester=Person.named("Ana"), facts={"plan": "gold", "items": 3})


def _render(own: Library, write: Write, body: str) -> str:
    write("trial/en.md.j2", HEAD + body)
    own.refresh()
    assert own.problems == ()
    return own.render("trial", "en", VALUES).text


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ requester.__class__ }}",
        "{{ requester.update({'name': 'x'}) }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ '{0.__class__}'.format('') }}",
        "{{ order._filling.unfilled }}",
        "{{ facts._known.clear() }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ lipsum() }}",
        "{{ requester.keys.__globals__ }}",
        "{% include 'frame' %}{% import '/etc/passwd' as x %}",
        "{% extends 'words/en.yaml' %}",
        "{{ range(10 ** 7) }}",
        "{{ 1 / 0 }}",
        "{{ 'x'.encode().decode('rot13') }}",
    ],
)
def test_a_way_out_of_the_sandbox_is_refused(own: Library, write: Write, body: str) -> None:
    with pytest.raises(TemplateFailed):
        _render(own, write, body)


@pytest.mark.parametrize(
    "body",
    [
        "{{ 'a' * 10 ** 9 }}",
        "{{ ('a' * 10 ** 9) | length }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}aaaaaaaaaaaaaaaaaaaa{% endfor %}",
        "{{ 9 ** (9 ** 9) }}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{{ ('a' * 10 ** 6) | replace('a', 'a' * 10 ** 6) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ 'x' | center(10 ** 9) }}",
    ],
)
def test_greed_is_stopped_within_the_limit_and_the_next_letter_is_fine(
    own: Library, write: Write, body: str
) -> None:
    _render(own, write, "warm up")
    started = time.monotonic()
    with pytest.raises(TemplateFailed):
        _render(own, write, body)

    assert time.monotonic() - started < 4
    assert _render(own, write, "Hello {{ requester.name }}") == "Hello Ana\n"


def test_facts_are_read_by_name_and_a_missing_one_is_a_slot(own: Library, write: Write) -> None:
    assert _render(own, write, "{{ facts.plan }} {{ facts.items }} {{ facts.last_visit }}") == (
        "gold 3 ⟦last visit⟧\n"
    )


def _renderers() -> set[int]:
    """Return the process ids of the renderers that this thread started."""
    children = Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children").read_text().split()
    return {
        int(pid)
        for pid in children
        if b"integration.responses.renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()
    }


def test_the_renderer_gets_no_secret_from_the_environment(own: Library, write: Write) -> None:
    before = _renderers()
    _render(own, write, "warm up")
    (started,) = _renderers() - before
    environment = Path(f"/proc/{started}/environ").read_text().split("\0")

    assert {pair.partition("=")[0] for pair in environment if pair} <= {"PATH", "LANG", "LC_CTYPE"}


def test_a_renderer_killed_from_outside_is_replaced(own: Library, write: Write) -> None:
    before = _renderers()
    _render(own, write, "warm up")
    (started,) = _renderers() - before
    os.kill(started, signal.SIGKILL)
    time.sleep(0.1)

    assert _render(own, write, "Still here") == "Still here\n"


def test_threads_share_one_renderer_and_get_their_own_letters(library: Library) -> None:
    texts: dict[str, str] = {}

    def render(name: str) -> None:
        values = Values(today=VALUES.today, requester=Person.named(name))
        texts[name] = library.render("closing", "en", values).text

    names = [f"Name{letter}" for letter in "abcdefghijkl"]
    threads = [threading.Thread(target=render, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(texts[name].startswith(f"Hello {name},") for name in names)


FORKING = """
import os, sys
from datetime import date
from pathlib import Path
from integration.responses.library import Library
from integration.responses.values import Values

library = Library.load(Path(sys.argv[1]))
letter = lambda: library.render("closing", "en", Values(today=date(2026, 3, 2))).text
first = letter()
child = os.fork()
same = letter() == first
library.close()
if child == 0:
    os._exit(0 if same else 1)
_, status = os.waitpid(child, 0)
sys.exit(0 if same and status == 0 else 1)
"""


def test_a_forked_process_starts_its_own_renderer() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORKING, str(SHIPPED)],
        cwd=SHIPPED.parent,
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")


def test_closing_leaves_no_process_and_no_warning(folder: Path, write: Write) -> None:
    before = _renderers()
    write("trial/en.md.j2", HEAD + "Hello")
    library = Library.load(folder)
    library.render("trial", "en", VALUES)
    during = _renderers()
    library.close()
    library.close()
    gc.collect()

    assert len(during - before) == 1
    assert _renderers() == before


def test_a_warm_letter_takes_milliseconds(library: Library) -> None:
    library.render("repeat", "ru", VALUES)
    started = time.perf_counter()
    for _ in range(50):
        library.render("repeat", "ru", VALUES)

    # Measured 0.4 ms on a quiet machine; the bound leaves room for a noisy one.
    assert (time.perf_counter() - started) / 50 < 0.02
