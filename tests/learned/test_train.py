"""Training on the same texts gives the same weights, to the byte."""

from pathlib import Path

import numpy as np

from integration.learned.encoder import Encoder
from integration.learned.head import load_head, save_head
from integration.learned.word_space import DIRECTIONS, WEIGHTS, load_axes, save_axes
from integration.train.examples import Labelled, samples
from integration.train.fit import fit
from integration.train.neutral import AROUND, padded
from integration.train.word_axes import word_axes

UPSET = (
    "This is the third time that nobody has answered me.",
    "I am very disappointed with your service.",
    "The lamp broke after a day and nobody cares.",
    "You promised a refund and never sent it.",
)


def labelled() -> list[Labelled]:
    calm = [(text, name, False) for name, texts in AROUND.items() for text in texts]
    upset = [(f"{text} {number}", "en", True) for text in UPSET for number in range(8)]
    return [
        Labelled(text, language, is_upset, float(is_upset + place % 2), str(place), "tickets")
        for place, (text, language, is_upset) in enumerate([*calm, *upset])
    ]


def test_training_twice_writes_the_same_bytes_that_tell_upset_from_calm(
    encoder: Encoder, tmp_path: Path
) -> None:
    texts = labelled()
    seen, around = samples(encoder, texts), samples(encoder, padded(texts))
    for name in ("first", "second"):
        save_head(fit(seen, around), tmp_path / f"{name}.npz")

    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    head = load_head(tmp_path / "first.npz")
    assert head.probability(seen[0].features) < 0.5 < head.probability(seen[-1].features)


def test_the_directions_of_words_are_found_again_and_stand_square_to_each_other(
    encoder: Encoder, tmp_path: Path
) -> None:
    save_axes(word_axes(encoder), tmp_path / "words.npz")

    axes = load_axes()
    assert np.allclose(load_axes(tmp_path / "words.npz"), axes, atol=1e-3)
    assert np.allclose(axes.T @ axes, np.eye(DIRECTIONS), atol=1e-2)
    assert WEIGHTS.stat().st_size < 70_000
