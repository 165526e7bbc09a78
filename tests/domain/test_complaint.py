import time
from typing import Any

import pytest

from integration.domain.complaint import (
    Assessment,
    Band,
    Category,
    CueKind,
    Rules,
    as_written,
    quotable,
    references,
)
from integration.domain.history import History, PromiseState
from integration.domain.reason import Code, Reason
from integration.domain.rules import Condition
from integration.domain.ticket import Channel
from integration.domain.wording import MAX_CHARACTERS
from tests.domain.builders import REQUESTER, days_ago, judged, past, promise, ticket


def codes(assessment: Assessment) -> list[str]:
    return [reason.code for reason in assessment.reasons]


def test_evidence_points_at_the_words_in_the_comment_that_holds_them() -> None:
    later = "Hello again.\n\nI am really disapp\u00adointed, and caf\u00e9 prices are fine."
    assessment = judged("Where is the manual?", later)

    (evidence,) = assessment.evidence
    assert evidence.comment_id == 1
    assert later[evidence.start : evidence.end] == evidence.words == "disapp\u00adointed"
    assert evidence.kind is CueKind.DISSATISFIED


def test_evidence_in_the_subject_is_marked_as_such() -> None:
    assessment = judged("See the attachment.", subject="Terrible service")

    assert assessment.is_complaint
    assert [e.in_subject for e in assessment.evidence] == [True]


def test_quoted_mail_does_not_count() -> None:
    text = "Thank you, that helps.\n\nOn Mon, 2 Mar 2026, Support wrote:\n> Sorry for this terrible service"

    assert not judged(text).is_complaint


def test_answers_between_quoted_lines_count() -> None:
    text = "On Mon, 2 Mar, Support wrote:\n> Did it arrive?\nIt never arrived, unacceptable.\n> Regards"

    assert judged(text).is_complaint


@pytest.mark.parametrize(
    "text",
    [
        "Please send two copies.\n\nKind regards\nJane Roe\nAttorney at Law, court and police liaison",
        "Please send two copies.\n-- \nTerrible & Awful Ltd, disgusting snacks",
        "Please send two copies.\n\n-----Original Message-----\nThis is a scam.",
        "Bitte senden.\n\nVon: Kunde\nGesendet: Montag\nDas ist eine Frechheit.",
    ],
)
def test_signatures_and_forwarded_mail_do_not_count(text: str) -> None:
    assert not judged(text).evidence


def test_a_long_calm_exchange_does_not_add_up() -> None:
    calm = [
        "There is an error.",
        "It is a bit late.",
        "The link expired.",
        "A broken link too.",
        "It is slow.",
    ]

    assert judged(*calm * 5).is_complaint is False


def test_a_calm_ticket_that_turns_into_a_complaint_is_found() -> None:
    assert not judged("How do I pair the remote?").is_complaint
    assert judged("How do I pair the remote?", "Third time I ask. This is ridiculous.").is_complaint


def test_an_empty_ticket_is_no_complaint_and_says_so() -> None:
    assessment = judged("", subject="")

    assert (assessment.is_complaint, assessment.score, codes(assessment)) == (
        False,
        0.0,
        [Code.NO_SIGNS, Code.WORD_LISTS_ALONE],
    )


def test_rule_makes_a_calm_ticket_a_complaint_and_is_named() -> None:
    rules = Rules(always=(Condition("form", form_ids=frozenset({5})),))
    assessment = judged("How do I pair the remote?", rules=rules, form_id=5)

    assert (assessment.is_complaint, assessment.by_rule, assessment.band) == (True, "form", Band.LOW)
    assert codes(assessment)[0] == Code.RULE_ALWAYS


def test_never_is_stronger_than_always_and_than_words() -> None:
    rules = Rules(
        always=(Condition("web", channels=frozenset({Channel.WEB})),),
        never=(Condition("spam", tags=frozenset({"spam"})),),
    )
    assessment = judged(
        "This is a scam, terrible!", rules=rules, channel=Channel.WEB, tags=frozenset({"spam"})
    )

    assert (assessment.is_complaint, assessment.by_rule) == (False, "spam")
    assert (assessment.severity, assessment.band) == (0.0, Band.LOW)


def test_condition_holds_only_when_all_its_criteria_do() -> None:
    condition = Condition("x", tags=frozenset({"a", "b"}), fields={9: frozenset({"true", "gold"})})

    assert condition.holds(ticket(tags=frozenset({"b"}), custom_fields={9: True}))
    assert condition.holds(ticket(tags=frozenset({"b"}), custom_fields={9: ("silver", "gold")}))
    assert not condition.holds(ticket(tags=frozenset({"b"})))
    assert not condition.holds(ticket(tags=frozenset({"c"}), custom_fields={9: "gold"}))
    assert not Condition("empty").holds(ticket())


def test_threshold_of_the_rules_decides() -> None:
    text = "The lid is broken."

    assert not judged(text, rules=Rules(threshold=0.5)).is_complaint
    assert judged(text, rules=Rules(threshold=0.2)).is_complaint


def test_bad_rating_is_displeasure_without_any_words() -> None:
    assessment = judged("Thanks.", satisfaction="bad")

    assert (assessment.is_complaint, assessment.band) == (True, Band.RAISED)
    assert Code.BAD_RATING in codes(assessment)


def test_history_raises_severity_but_makes_no_complaint_of_a_question() -> None:
    broken = promise(state=PromiseState.BROKEN)
    history = History(REQUESTER, complaints=(past(received_at=days_ago(10)),), promises=(broken,))
    text = "The parcel has not arrived."

    assert judged(text).band is Band.LOW
    assert judged(text, history=history).band is Band.RAISED
    assert {Code.EARLIER_COMPLAINTS, Code.BROKEN_PROMISE} <= set(codes(judged(text, history=history)))
    assert not judged("How do I pair the remote?", history=history).is_complaint


def test_public_channel_raises_severity_as_the_rules_say() -> None:
    email = judged("I am disappointed.", channel=Channel.EMAIL)
    social = judged("I am disappointed.", channel=Channel.SOCIAL)

    assert social.severity == email.severity + 1


def test_category_is_what_the_words_speak_of_most() -> None:
    assert judged("I was charged twice on my card, the invoice is wrong.").category is Category.BILLING
    assert judged("The courier lost my parcel, it never arrived.").category is Category.DELIVERY
    assert judged("I am unhappy.").category is Category.OTHER


def test_look_alike_letters_are_folded_and_russian_stays_russian() -> None:
    # Latin words with Cyrillic о, е, а and с in them, as a careless scan or a spammer writes them.
    assert judged(
        "I am very disapp\u043einted, your s\u0435rvi\u0441e is t\u0435rrible.", locale=None
    ).is_complaint
    assert judged("Опять сор в пакете, это безобразие.", locale=None).language == "ru"


@pytest.mark.parametrize(
    "hostile",
    [
        "never " * 4000,
        "a" * 20_000,
        "о" * 20_000,
        "not" + " " * 19_990,
        "vg\n" * 6_000,
        ">\n" * 10_000,
        "On x wrote:\n" * 1_500 + ">",
        "From: a\n" * 2_500,
        "AF-1234-" * 2_500,
        "promised promised broken " * 800,
    ],
)
def test_hostile_text_takes_little_time(hostile: str) -> None:
    judged(hostile)
    started = time.process_time()
    judged(hostile)
    references(hostile)

    assert time.process_time() - started < 1.0


def test_a_threat_at_the_end_of_a_long_list_of_grievances_is_not_cut_off() -> None:
    assessment = judged("Terrible, awful, horrible. " * 20 + "You will hear from my lawyer.")

    assert (len(assessment.evidence), assessment.band) == (20, Band.HIGH)
    assert assessment.evidence[-1].words == "my lawyer"


def test_a_ticket_of_many_long_comments_is_judged_by_its_start_and_its_end() -> None:
    filler = ["What about the manual? " * 800] * 60

    started = time.process_time()
    assert judged("This is a scam.", *filler, "Anything new?").is_complaint
    assert judged("Hello.", *filler, "This is a scam.").is_complaint
    assert time.process_time() - started < 4.0


def test_only_the_first_characters_of_a_text_are_read() -> None:
    assert not judged("x " * (MAX_CHARACTERS // 2) + " This is a scam, terrible!").is_complaint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Order AF-123456 and af-123456", {"AF123456"}),
        ("Bestellung #55810, Rechnung №4711", {"55810", "4711"}),
        ("parcel 00340434161094 on 2026-01-02 at 12:30", {"00340434161094"}),
        ("call +44 20 7946 0958 or 030 1234567", set()),
        ("see https://example.org/1234567 or mail a1234567@example.org", set()),
        ("we paid 1234567.89 in 2025", set()),
        ("> your order AF-999999\nAnd mine is AF-111111", {"AF111111"}),
    ],
)
def test_references_are_order_numbers_and_not_phone_numbers_or_dates(text: str, expected: set[str]) -> None:
    assert references(text) == expected


def test_a_number_is_given_back_as_the_requester_spelled_it() -> None:
    text = "I mean order AF-204417, not #12345."

    assert [as_written(number, text) for number in ("AF204417", "12345", "999999")] == [
        "AF-204417",
        "#12345",
        "999999",
    ]


@pytest.mark.parametrize(
    ("description", "quote"),
    [
        ("Hello. The lamp has not arrived yet! What now?", "The lamp has not arrived yet!"),
        ("The lamp has not arrived", "The lamp has not arrived"),
        ("You lied to me. I will call my lawyer.", None),
        ("It has not arrived " + "and so on " * 40, None),
    ],
)
def test_only_a_short_sentence_about_what_happened_is_quoted(description: str, quote: str | None) -> None:
    assert quotable(judged(description).evidence, description) == quote


def test_a_reopened_ticket_counts_more_and_says_so() -> None:
    text = "The lamp is broken."
    once, again = judged(text), judged(text, reopened=2)

    assert again.score > once.score
    assert Reason(Code.REOPENED_TICKET, {"count": 2}) in again.reasons
    assert judged("How do I pair the remote?", reopened=2).score == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"followup_of": 50}, Code.FOLLOW_UP_TICKET),
        ({"subject": "Order AF-123456"}, Code.SAME_REFERENCE),
    ],
)
def test_an_earlier_complaint_that_comes_back_counts_more_and_says_so(
    changes: dict[str, Any], code: Code
) -> None:
    history = History(REQUESTER, complaints=(past(references=frozenset({"AF123456"})),))
    text = "The lamp is broken."

    again = judged(text, history=history, **changes)

    assert again.score > judged(text, history=history).score
    assert code in codes(again)
    assert judged("How do I pair the remote?", history=history, **changes).score == 0
