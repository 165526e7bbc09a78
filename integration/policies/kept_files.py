"""Files as last read: read again when they change, and kept as they were while they are wrong."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from integration.policies.problem import InvalidPolicy, PolicyProblem

Loaded = TypeVar("Loaded")
_Stamp = tuple[int, int]


@dataclass(slots=True)
class Kept(Generic[Loaded]):
    """A file as last read; `good` outlives later mistakes."""

    stamp: _Stamp | None = None
    good: Loaded | None = None
    problems: tuple[PolicyProblem, ...] = ()


def keep_up(
    files: dict[Path, Kept[Loaded]],
    paths: Iterable[Path],
    load: Callable[[Path, str | None], Loaded],
    texts: Mapping[Path, str],
) -> bool:
    """Read what is new or changed and forget what has gone; return whether anything changed."""
    present = {path: stamp for path in paths if (stamp := _stamp(path, texts.get(path)))}
    changed = False
    for path in [path for path in files if path not in present]:
        del files[path]
        changed = True
    for path, stamp in present.items():
        file = files.setdefault(path, Kept())
        if file.stamp == stamp:
            continue
        changed = True
        file.stamp = stamp
        try:
            file.good, file.problems = load(path, texts.get(path)), ()
        except InvalidPolicy as invalid:
            file.problems = invalid.problems
    return changed


def _stamp(path: Path, text: str | None) -> _Stamp | None:
    if text is not None:
        return hash(text), len(text)
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
