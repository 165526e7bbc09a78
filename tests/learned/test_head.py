"""The weights that are shipped: small, read as written, the same bytes each time."""

from pathlib import Path

from integration.learned.head import WEIGHTS, load_head, save_head


def test_the_shipped_weights_are_small() -> None:
    assert WEIGHTS.stat().st_size < 50_000


def test_weights_written_again_are_the_same_to_the_byte(tmp_path: Path) -> None:
    save_head(load_head(), tmp_path / "again.npz")

    assert (tmp_path / "again.npz").read_bytes() == WEIGHTS.read_bytes()
