"""The command that judges quality answers one line for each, and names what is wrong with a line."""

import json
import time
from itertools import cycle
from pathlib import Path

import pytest
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


# The words of an article that mixes Latin and Cyrillic letters of the same look.
LOOK_ALIKE = "Yоu sеnt thе wrоng раrсеl аgаin and nоbоdу аnswеrs mу mаils. Disgrасеful."
ODD = {
    "empty": "",
    "blank": " \r\n\t ",
    "NUL": "Where\x00 is my parcel?\x00",
    "CRLF": "Where is my parcel?\r\n\r\n> quoted\r\n",
    "markup": "<html><body><p>Where is&nbsp;my parcel?</p><br><blockquote>quoted</blockquote></body>",
    "one letter": "?",
    "half a pair": "Where is it \ud83d",
    "emoji": "😡😡😡",
    "another script": "荷物はどこですか",
    "look-alike": LOOK_ALIKE,
    "one long word": "a" * 100_000,
    "100 kB": "Where is my parcel? I asked on Monday. " * 2_600,
    "tags without end": "<div " * 20_000,
}


@pytest.mark.parametrize("task", ["complaint", "severity", "language", "repeat"])
def test_any_text_has_an_answer_in_time(tmp_path: Path, task: str) -> None:
    asked = [
        {"id": name, "text": text, "lang": lang, "earlier": [{"id": 2, "text": text}]}
        for (name, text), lang in zip(ODD.items(), cycle(["en", None, "xx", "pt-BR"]), strict=False)
    ]
    started = time.process_time()

    found = answers(tmp_path, task, *asked)

    assert [answer["id"] for answer in found] == list(ODD)
    assert time.process_time() - started < 20


def test_look_alike_letters_hide_nothing(tmp_path: Path) -> None:
    (found,) = answers(tmp_path, "complaint", {"id": 1, "text": LOOK_ALIKE})
    (spoken,) = answers(tmp_path, "language", {"id": 1, "text": LOOK_ALIKE})

    assert found["flag"] is True
    assert spoken["lang"] == "en"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"[1]", "must be a JSON object"),
        (b'{"id": 1, "text": "x"', "it is not JSON"),
        (b'{"text": "x"}', "the field 'id' must be"),
        (b'{"id": 1, "text": "\xff"}', "it is not UTF-8"),
        (b'{"id": 1, "text": null}', "the field 'text' must be text"),
        (b"[" * 100_000, "line 2: it is"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_with_what_is_wrong(
    tmp_path: Path, line: bytes, said: str
) -> None:
    (tmp_path / "in.jsonl").write_bytes(b'\xef\xbb\xbf{"id": 0, "text": "Hello"}\r\n' + line + b"\n")

    done = CliRunner().invoke(main, ["language", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")])

    assert done.exit_code == 1
    assert "line 2: " in done.output
    assert said in done.output
