"""The requester's own words on a page: marked where they stand, and inert."""

from integration.domain.complaint import Text
from integration.domain.cues import CueKind, Evidence
from integration.web.marked import marked_texts
from integration.web.plain import lines, one_line
from integration.web.words import words_for

WORDS = words_for("en")


def evidence(body: str, words: str, comment_id: int | None = None) -> Evidence:
    at = body.index(words)
    return Evidence(comment_id, at, at + len(words), CueKind.FAILURE, words)


def shown(body: str, *found: Evidence, comment_id: int | None = None) -> list[tuple[str, bool]]:
    (pieces,) = marked_texts([Text(comment_id, body)], found, WORDS)
    return [(piece.text, bool(piece.kind)) for piece in pieces]


def test_words_are_marked_where_they_stand() -> None:
    body = "It is broken again, and nobody answers."

    assert shown(body, evidence(body, "nobody answers"), evidence(body, "broken")) == [
        ("It is ", False),
        ("broken", True),
        (" again, and ", False),
        ("nobody answers", True),
        (".", False),
    ]


def test_words_that_are_gone_since_are_not_marked_elsewhere() -> None:
    body = "It is broken."

    assert marked_texts([Text(None, "It was redacted.")], [evidence(body, "broken")], WORDS) == []


def test_a_long_text_is_shown_around_its_marks() -> None:
    body = f"{'before ' * 200}broken{' after' * 200}"

    pieces = shown(body, evidence(body, "broken"))

    assert sum(len(text) for text, _ in pieces) < 400
    assert ("broken", True) in pieces


def test_marks_that_overlap_are_marked_once() -> None:
    body = "never ever again"

    marked = [
        text
        for text, is_marked in shown(body, evidence(body, "never ever"), evidence(body, "ever again"))
        if is_marked
    ]

    assert marked == ["never ever"]


def test_signs_that_turn_or_hide_are_taken_out() -> None:
    assert one_line("a\u202egnp.exe\u202c\x00\nb\u2066c\u2069") == "agnp.exe bc"
    assert lines("one\r\n two  three\u200f\nfour") == "one\ntwo three\nfour"


def test_marks_stacked_to_hide_other_lines_are_cut_and_real_accents_stay() -> None:
    assert len(one_line("Z" + "\u0335" * 500)) < 6
    assert one_line("déjà vu, Ярослав, नमस्ते") == "déjà vu, Ярослав, नमस्ते"
