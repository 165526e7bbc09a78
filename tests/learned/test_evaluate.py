"""The command that judges quality answers one line for each, and names what is wrong with a line."""

import json
from pathlib import Path

from click.testing import CliRunner

from integration.evaluate.__main__ import main

TEXT = "I asked you twice to cancel this order and you shipped it anyway. Disgraceful."


def answers(folder: Path, task: str, *examples: object) -> list[dict[str, object]]:
    (folder / "in.jsonl").write_text("\n".join(json.dumps(each) for each in examples), "utf-8")
    done = CliRunner().invoke(main, [task, str(folder / "in.jsonl"), str(folder / "out.jsonl")])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in (folder / "out.jsonl").read_text("utf-8").splitlines()]


def test_complaints_get_a_score_and_a_flag(tmp_path: Path) -> None:
    calm = {"id": "b", "text": "Which colours are there?"}
    first, second = answers(tmp_path, "complaint", {"id": "a", "text": TEXT, "lang": "en"}, calm)

    assert (first["id"], first["flag"]) == ("a", True)
    assert (second["id"], second["flag"]) == ("b", False)
    assert 0 <= float(str(second["score"])) < float(str(first["score"])) <= 1


def test_severity_grows_with_what_is_said(tmp_path: Path) -> None:
    polite = {"id": 1, "text": "The parcel has a small dent. Could you have a look?"}
    threat = {"id": 2, "text": "This is fraud. My lawyer and the police will hear of it."}
    first, second = answers(tmp_path, "severity", polite, threat)

    assert 0 <= float(str(first["severity"])) < float(str(second["severity"])) <= 4


def test_languages_are_two_letters(tmp_path: Path) -> None:
    assert answers(tmp_path, "language", {"id": 1, "text": "Wo bleibt mein Paket?"}) == [
        {"id": 1, "lang": "de"}
    ]


def test_a_line_that_lacks_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": 1, "text": "x"}\n{"id": 2}\n')

    done = CliRunner().invoke(main, ["language", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")])

    assert done.exit_code == 1
    assert "line 2: the field 'text' must be text" in done.output
