"""Complaints are found by what texts mean, wherever they stand in a ticket."""

import time
from datetime import timedelta

import pytest

from integration.domain.complaint import Assessment, Band, Text, detect
from integration.domain.history import History
from integration.domain.reason import Code
from integration.learned.reader import LearnedReader
from tests.domain.builders import NOW, REQUESTER, shipped_cues, shipped_rules, ticket

CALM = (
    "Hello,\n\ncould you tell me which sizes the blue jacket comes in? I would like to order one for my son."
)
ANGRY = (
    "You promised a call back a week ago and nobody rang. "
    "I am getting quite cross about the way you handle this."
)


def judged(read: LearnedReader, *texts: str, **changes: object) -> Assessment:
    bodies = [Text(number or None, body) for number, body in enumerate(texts)]
    return detect(
        ticket(description=texts[0], **changes),
        bodies,
        rules=shipped_rules(),
        cues=shipped_cues(),
        history=History(REQUESTER),
        now=NOW,
        read=read,
    )


def codes(assessment: Assessment) -> set[str]:
    return {reason.code for reason in assessment.reasons}


@pytest.mark.parametrize(
    "text",
    [
        "Three weeks and the sofa is nowhere to be seen. Nobody at your end seems to care.",
        "Drei Wochen, und vom Sofa keine Spur. Bei Ihnen scheint das niemanden zu kümmern.",
        "Tres semanas y el sofá sigue sin aparecer. A nadie de ustedes parece importarle.",
        "Trois semaines et toujours pas de canapé. Chez vous, cela ne semble gêner personne.",
        "Três semanas e o sofá nem sinal. Parece que aí ninguém se importa.",
        "Три недели, а дивана всё нет. Похоже, у вас это никого не волнует.",
    ],
)
def test_a_complaint_is_found_in_each_language(reader: LearnedReader, text: str) -> None:
    assert judged(reader, text).is_complaint


def test_a_calm_question_is_none(reader: LearnedReader) -> None:
    assert not judged(reader, CALM).is_complaint


def test_a_later_comment_of_a_calm_ticket_decides_and_says_which_sentence(reader: LearnedReader) -> None:
    found = judged(reader, CALM, "Thanks.", ANGRY)

    assert found.is_complaint
    assert found.sentence is not None
    assert found.sentence.comment_id == 2
    assert ANGRY[found.sentence.start : found.sentence.end] == found.sentence.words
    assert Code.DECIDING_SENTENCE in codes(found)


def test_neutral_sentences_around_a_complaint_do_not_hide_it(reader: LearnedReader) -> None:
    around = "My order number is 4471-20.\nI live in Bristol and use the web version.\n"
    closing = "\nMy customer number is on the invoice.\nI have attached the documents.\nThank you in advance."

    assert judged(reader, around + ANGRY + closing).is_complaint
    assert not judged(reader, around + "Can I change the delivery date to Monday?" + closing).is_complaint


def test_a_threat_reaches_the_top_band_by_a_rule_that_shows(reader: LearnedReader) -> None:
    found = judged(reader, "If there is no answer by Friday my lawyer will contact you.")

    assert (found.is_complaint, found.band) == (True, Band.HIGH)
    assert Code.THREAT in codes(found)


def test_a_long_wait_adds_points_and_says_so(reader: LearnedReader) -> None:
    at_once = judged(reader, ANGRY)
    late = judged(reader, ANGRY, created_at=NOW - timedelta(days=6))

    assert late.score > at_once.score
    assert Code.WAITING in codes(late) - codes(at_once)


def test_a_doubtful_ticket_is_marked_for_a_person(reader: LearnedReader) -> None:
    found = judged(reader, CALM, satisfaction="bad")

    assert found.is_unsure is (Code.UNSURE in codes(found))
    assert found.is_unsure is (abs(found.score - found.threshold) <= 0.1)


def test_without_the_encoder_the_word_lists_decide_and_say_so(reader: LearnedReader) -> None:
    text = "This is unacceptable, I am very disappointed."

    assert Code.WORD_LISTS_ALONE in codes(judged(LearnedReader(None), text))
    assert judged(LearnedReader(None), text).is_complaint
    assert Code.WORD_LISTS_ALONE not in codes(judged(reader, text))


@pytest.mark.parametrize("text", ["", "<" * 20_000, "a" * 100_000, "a. " * 30_000, "> x\n" * 9_000])
def test_whatever_comes_in_takes_bounded_time(reader: LearnedReader, text: str) -> None:
    started = time.process_time()
    judged(reader, text)

    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "texts", [(CALM,), (ANGRY,), (f"{CALM} {CALM} {ANGRY} {CALM}",), (CALM * 3, ANGRY * 3)]
)
def test_a_glance_comes_to_the_verdict_of_a_whole_reading(
    reader: LearnedReader, texts: tuple[str, ...]
) -> None:
    bodies = [Text(None, text) for text in texts]

    quick = reader.glance("My order", bodies, shipped_cues(), locale="en").learned
    whole = reader("My order", bodies, shipped_cues(), locale="en").learned

    assert quick is not None
    assert whole is not None
    assert quick.probability == pytest.approx(whole.probability, abs=1e-4)
    assert quick.severity == pytest.approx(whole.severity, abs=1e-3)
    assert quick.sentence == whole.sentence


def test_a_glance_leaves_out_what_a_long_text_means_as_a_whole(reader: LearnedReader) -> None:
    long = [Text(None, f"{CALM} {CALM} {ANGRY} {CALM}")]

    quick = reader.glance("My order", long, shipped_cues(), locale="en").learned

    assert quick is not None
    assert quick.meaning == b""
