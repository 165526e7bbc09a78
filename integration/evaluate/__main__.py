"""Answers a file of examples, with the code that works tickets, for one task."""

import os
from pathlib import Path

import click
import orjson

from integration.evaluate.examples import read_example
from integration.evaluate.tasks import TASKS, InvalidExample, Tools
from integration.learned.encoder import load_encoder

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("task", type=click.Choice(sorted(TASKS)), metavar="TASK")
@click.argument("examples", metavar="INPUT", type=_FILE)
@click.argument("answers", metavar="OUTPUT", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--catalogue",
    "catalogues",
    multiple=True,
    metavar="[NAME=]FILE.tsv",
    help="Templates to rank; without a name it is the file's own.",
)
def main(task: str, examples: Path, answers: Path, catalogues: tuple[str, ...]) -> None:
    """Answer the examples of INPUT, one JSON object a line, and write one answer a line to OUTPUT."""
    tools = Tools(
        encoder=load_encoder(is_on=os.environ.get("MAKEGOOD_ENCODER", "on").lower() not in {"off", "false"}),
        catalogues=dict(map(_catalogue, catalogues)),
    )
    with examples.open("rb") as lines, answers.open("wb") as out:
        answer = TASKS[task](tools)
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                found = answer(read_example(line))
            except InvalidExample as error:
                raise click.ClickException(f"{examples}, line {number}: {error}") from error
            out.write(orjson.dumps(found, option=orjson.OPT_APPEND_NEWLINE))


def _catalogue(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    file = Path(path if equals else name)
    if not (name and file.is_file()):
        raise click.BadParameter(f"{text!r} is not NAME=FILE.tsv with a file that exists.")
    return (name if equals else file.stem), file


if __name__ == "__main__":
    main()
