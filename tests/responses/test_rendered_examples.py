"""Every shipped letter and note, compared byte by byte with `tests/rendered`.

`MAKEGOOD_REWRITE_EXAMPLES=1 pytest tests/responses/test_rendered_examples.py` writes them anew.
"""

import os
from pathlib import Path

from integration.responses.library import Library
from tests.responses.examples import all_examples

RENDERED = Path(__file__).parents[1] / "rendered"


def test_every_letter_and_note_reads_as_its_example(library: Library) -> None:
    examples = all_examples(library)
    if os.environ.get("MAKEGOOD_REWRITE_EXAMPLES"):
        for name, text in examples.items():
            (RENDERED / name).write_bytes(text.encode())

    for name, text in examples.items():
        assert text.encode() == (RENDERED / name).read_bytes(), name


def test_no_example_is_left_over_from_a_template_that_is_gone(library: Library) -> None:
    assert {path.name for path in RENDERED.glob("*.txt")} == set(all_examples(library))
