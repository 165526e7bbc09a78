"""Imports point down: the rules know nothing of the web, the adapters nothing of each other's callers."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "integration"
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports_of(file: Path) -> set[str]:
    """Return every module a file of the package imports, wherever in it."""
    return imports_in(file.read_text("utf-8"), file.relative_to(ROOT).parent.parts)


def imports_in(source: str, package: tuple[str, ...]) -> set[str]:
    """Return the modules that source code imports; `from integration import x` counts as module x."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                kept = package[: len(package) - node.level + 1]
                base = ".".join([*kept, *filter(None, [node.module])])
            found |= {f"{base}.{alias.name}" for alias in node.names} if base == "integration" else {base}
    return found


def modules_in(*places: str) -> list[Path]:
    found = [file for file in MODULES for place in places if _is_in(file, place)]
    assert found, f"{places} hold no module; was something renamed?"
    return found


def _is_in(file: Path, place: str) -> bool:
    within = file.relative_to(PACKAGE)
    return within.parts[0] == place or within == Path(f"{place}.py")


def names_any(imported: set[str], *forbidden: str) -> set[str]:
    return {name for name in imported for f in forbidden if name == f or name.startswith(f"{f}.")}


def offences(files: list[Path], *forbidden: str) -> dict[str, set[str]]:
    found = {str(file.relative_to(ROOT)): names_any(imports_of(file), *forbidden) for file in files}
    return {file: names for file, names in found.items() if names}


def ours(*places: str) -> list[str]:
    return [f"integration.{place}" for place in places]


def test_the_rules_import_the_standard_library_only() -> None:
    foreign = {
        f"{file.name}: {name}"
        for file in modules_in("domain")
        for name in imports_of(file)
        if not names_any({name}, "integration.domain") and name.split(".")[0] not in sys.stdlib_module_names
    }

    assert foreign == set()


def test_the_rules_do_not_look_at_clock_environment_or_network() -> None:
    assert offences(modules_in("domain"), "os", "time", "socket", "urllib", "pathlib", "random") == {}


def test_the_rehearsal_stands_alone() -> None:
    others = {
        f"{file.name}: {name}"
        for file in modules_in("rehearsal")
        for name in imports_of(file)
        if name.split(".")[0] == "integration" and not name.startswith("integration.rehearsal")
    }
    users = {file for file in MODULES if names_any(imports_of(file), "integration.rehearsal")}

    assert others == set()
    showing = {file for file in users if _place(file) in {"cli", "demo"} or file.name == "demo.py"}
    assert users - showing - set(modules_in("rehearsal")) == set()


def _place(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("adapter", ["zendesk", "store", "responses", "policies"])
def test_adapters_do_not_know_who_uses_them(adapter: str) -> None:
    assert offences(modules_in(adapter), *ours("handling", "web", "worker", "app", "cli", "demo")) == {}


def test_use_cases_know_neither_the_web_nor_the_engine() -> None:
    assert offences(modules_in("handling"), *ours("web", "worker", "app", "cli"), "flask", "dbos") == {}


def test_web_and_worker_do_not_know_each_other() -> None:
    assert offences(modules_in("web"), *ours("worker"), "dbos") == {}
    assert offences(modules_in("worker"), *ours("web"), "flask") == {}


@pytest.mark.parametrize("module", ["webhook.py", "launch.py"])
def test_what_checks_strangers_does_no_input_or_output(module: str) -> None:
    forbidden = ("requests", "sqlalchemy", "flask", "zenpy", "socket", "urllib.request", "http.client", "os")

    assert offences([PACKAGE / "zendesk" / module], *forbidden) == {}


def test_the_engine_is_known_to_the_worker_alone() -> None:
    users = {_place(file) for file in MODULES if names_any(imports_of(file), "dbos")}

    assert users <= {"worker"}


def test_the_walk_sees_late_relative_and_whole_module_imports() -> None:
    late = "def f():\n    from integration import worker\n    from ..store import inbox\n"

    found = imports_in(late + "import flask.views\n", ("integration", "web"))

    assert found == {"integration.worker", "integration.store", "flask.views"}
    assert names_any(found, "integration.worker", "flask") == {"integration.worker", "flask.views"}
