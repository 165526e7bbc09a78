"""What agents said of tickets counts for others like them, with a reason, and never without bounds."""

import pytest

from integration.domain.complaint import Assessment, Text, Verdict, detect
from integration.domain.history import History
from integration.domain.reason import Code
from integration.learned.encoder import Encoder
from integration.learned.lessons import STRONGEST_PULL, Lesson, Lessons
from integration.learned.reader import LearnedReader
from tests.domain.builders import NOW, REQUESTER, shipped_cues, shipped_rules, ticket

DIGEST = "Weekly digest: three users reported a broken link on the help page, and two could not log in."
NEXT_DIGEST = "Weekly digest: four users reported a broken link on the start page, and one could not log in."
LAMP = "The lamp that you sent does not work at all, and I have now written to you about it twice."
THREAT = "Weekly digest: two users reported a broken link. If it stays so our lawyer will contact you."


def judged(encoder: Encoder, text: str, *lessons: Lesson, shift: float = 0.0) -> Assessment:
    known = Lessons({"en": (shift, 40)} if shift else {}, lessons)
    return detect(
        ticket(subject="", description=text),
        [Text(None, text)],
        rules=shipped_rules(),
        cues=shipped_cues(),
        history=History(REQUESTER),
        now=NOW,
        read=LearnedReader(encoder, lessons=lambda: known),
    )


def lesson(encoder: Encoder, number: int, text: str, *, is_complaint: bool) -> Lesson:
    learned = judged(encoder, text).learned
    assert learned is not None
    return Lesson(number, is_complaint, learned.meaning[:1024])


def reasons(assessment: Assessment) -> dict[str, object]:
    return {reason.code: reason.details for reason in assessment.reasons}


def test_a_ticket_like_one_that_was_no_complaint_scores_less_and_names_it(encoder: Encoder) -> None:
    before = judged(encoder, NEXT_DIGEST)
    after = judged(encoder, NEXT_DIGEST, lesson(encoder, 7, DIGEST, is_complaint=False))

    assert after.score < before.score - 0.1
    assert reasons(after)[Code.LIKE_NO_COMPLAINTS]["tickets"] == "7"  # type: ignore[index]


def test_a_ticket_about_something_else_is_judged_as_before(encoder: Encoder) -> None:
    after = judged(encoder, LAMP, lesson(encoder, 7, DIGEST, is_complaint=False))

    assert after == judged(encoder, LAMP)


def test_many_likes_pull_no_further_than_one_that_is_the_same(encoder: Encoder) -> None:
    many = [lesson(encoder, number, DIGEST, is_complaint=True) for number in range(20)]
    learned = judged(encoder, NEXT_DIGEST, *many).learned

    assert learned is not None
    assert learned.taught.pull == STRONGEST_PULL


def test_agents_who_disagree_pull_nowhere(encoder: Encoder) -> None:
    both = [lesson(encoder, number, DIGEST, is_complaint=number == 1) for number in (1, 2)]

    assert judged(encoder, NEXT_DIGEST, *both) == judged(encoder, NEXT_DIGEST)


def test_an_announced_step_outside_stays_one_whatever_was_said_of_others(encoder: Encoder) -> None:
    after = judged(encoder, THREAT, lesson(encoder, 7, THREAT, is_complaint=False))

    assert after.is_complaint


def test_the_threshold_of_the_language_moves_and_the_ticket_says_so(encoder: Encoder) -> None:
    found = judged(encoder, LAMP, shift=0.4)

    assert found.threshold == 0.4
    assert reasons(found)[Code.CALIBRATED] == {"threshold": 0.4, "shipped": 0.5, "judgements": 40}


@pytest.mark.parametrize(("by", "verdict"), [(0.02, Verdict.COMPLAINT), (-0.02, Verdict.UNSURE)])
def test_just_below_the_threshold_a_person_is_asked(encoder: Encoder, by: float, verdict: Verdict) -> None:
    score = judged(encoder, LAMP).score
    rules = shipped_rules()
    found = detect(
        ticket(subject="", description=LAMP),
        [Text(None, LAMP)],
        rules=type(rules)(threshold=score - by),
        cues=shipped_cues(),
        history=History(REQUESTER),
        now=NOW,
        read=LearnedReader(encoder),
    )

    assert found.verdict is verdict
