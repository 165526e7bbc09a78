"""Runs a soak and says what came out; the exit status is 0 only if everything holds."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from integration.demo.stage import StageError
from tests.postgres import Cluster
from tests.soak.run import Outcome, Soak


def main() -> int:
    """Play one soak on SQLite, or on the database that was named."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--complaints", type=int, default=1000, help="how many (%(default)s)")
    parser.add_argument("--kills", type=int, default=5, help="kill -9 of the worker (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="for all dice (%(default)s)")
    database = parser.add_mutually_exclusive_group()
    database.add_argument("--database-url", help="an empty database; SQLite in a temporary folder without it")
    database.add_argument("--postgresql", action="store_true", help="a throwaway PostgreSQL of its own")
    parser.add_argument("--json", action="store_true", help="one JSON object, for machines")
    parser.add_argument("--keep", type=Path, help="keep data and logs in this folder")
    given = parser.parse_args()
    cluster = Cluster(durable=True) if given.postgresql else None
    url = cluster.url(cluster.create()) if cluster else given.database_url
    try:
        with tempfile.TemporaryDirectory(prefix="makegood-soak-") as folder:
            soak = Soak(
                given.keep or Path(folder),
                complaints=given.complaints,
                kills=given.kills,
                seed=given.seed,
                database_url=url,
                say=lambda line: print(f"  {line}", file=sys.stderr, flush=True),  # noqa: T201
            )
            try:
                soak.play()
            except (StageError, LookupError) as error:
                soak.outcome.failed.append(str(error))
    finally:
        if cluster:
            cluster.stop()
    sys.stdout.write(_shown(soak.outcome, as_json=given.json))
    return 1 if soak.outcome.failed else 0


def _shown(outcome: Outcome, *, as_json: bool) -> str:
    if as_json:
        report = {"held": not outcome.failed, "failed": outcome.failed, **outcome.figures}
        return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    lines = [f"{name}: {value}" for name, value in outcome.figures.items()]
    lines += [f"DOES NOT HOLD: {what}" for what in outcome.failed] or ["everything holds"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
