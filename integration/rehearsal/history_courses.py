"""How a ticket of the generated history goes: question or complaint, from the first word to the rating."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from integration.rehearsal.history_people import stamp
from integration.rehearsal.history_tickets import Course

REMEDIES = {
    "late_delivery": ("credit", "explanation", "refund"),
    "damaged": ("replacement", "refund"),
    "wrong_item": ("replacement", "credit"),
    "double_charge": ("refund",),
    "refund_missing": ("refund",),
    "rude_staff": ("explanation", "credit"),
    "broken_promise": ("explanation", "credit"),
    "cancelled_charged": ("refund", "correction"),
    "app_fault": ("correction", "explanation"),
    "data_mistake": ("correction", "explanation"),
    "missing_part": ("replacement",),
    "poor_quality": ("replacement", "refund", "declined"),
    "no_answer": ("explanation", "credit"),
    "price": ("refund", "declined", "credit"),
}


def run_question(course: Course) -> None:
    """A question: asked, answered, thanked or not, solved; kept waiting, a few turn into complaints."""
    course.opening()
    if course.dice.random() < 0.02:
        _turn_into_complaint(course)
    course.later(0.4, course.first_answer_hours)
    course.agent_says([course.matter.answer])
    course.status("pending" if course.dice.random() < 0.3 else "solved")
    if course.dice.random() < 0.4:
        course.later(0.2, 30)
        course.requester_says(course.subject.texts.thanks)
        course.status("open", course.subject.user["key"])
        course.later(0.2, 12)
    course.status("solved")
    _rate(course, chance=0.25, good=0.93)


def run_complaint(course: Course) -> None:
    """A complaint: apology, perhaps a promise kept or broken, a remedy, how the requester took it."""
    dice, texts = course.dice, course.subject.texts
    course.opening()
    course.later(0.5, course.first_answer_hours * 1.2)
    if dice.random() < 0.5:
        course.note()
    kept = True
    if dice.random() < 0.65:
        kept = _promise(course)
    course.remedy = "declined" if dice.random() < 0.06 else dice.choice(REMEDIES[course.matter.category])
    course.agent_says(texts.apology if kept else texts.broken, texts.remedy[course.remedy], due=_due(course))
    course.status("solved")
    content = 0.15 if course.remedy == "declined" else 0.85 if kept else 0.35
    course.later(1, 40)
    if dice.random() < 0.55:
        course.requester_says(texts.thanks if dice.random() < content else texts.still_unhappy)
        course.status("open", course.subject.user["key"])
        course.later(0.3, 20)
        course.status("solved")
    _rate(course, chance=0.45, good=content)


def _turn_into_complaint(course: Course) -> None:
    asked_at = course.at
    course.later(60, 110)
    course.turned_at = course.at
    texts = course.subject.texts
    course.requester_says([texts.complaint("no_answer").body], date=course.subject.day(asked_at))


def _promise(course: Course) -> bool:
    """Give a date and keep it or not; afterwards the course stands at the moment of the real answer."""
    dice, texts = course.dice, course.subject.texts
    due = (course.at + timedelta(days=dice.randrange(2, 7))).date()
    kept = dice.random() < 0.7
    made_at = course.at
    course.promise = {"made_at": stamp(made_at), "due_on": due.isoformat(), "kept": kept}
    course.agent_says(texts.apology, texts.promise, due=_due(course))
    course.promise["text"] = course.comments[-1][2]
    course.status(dice.choices(("open", "hold", "pending"), (6, 1, 3))[0])
    end = datetime.combine(due, made_at.timetz())
    if kept:
        course.at += (end - made_at) * dice.uniform(0.3, 0.95)
        return True
    course.at = datetime.combine(due, time(0), UTC) + timedelta(hours=dice.randrange(31, 60))
    course.requester_says(texts.chase, date=_due(course))
    course.status("open", course.subject.user["key"])
    course.later(2, 50)
    return False


def _due(course: Course) -> str:
    if not course.promise:
        return ""
    return course.subject.day(datetime.fromisoformat(course.promise["due_on"]))


def _rate(course: Course, *, chance: float, good: float) -> None:
    if course.dice.random() >= chance:
        return
    texts = course.subject.texts
    score = "good" if course.dice.random() < good else "bad"
    comment = course.dice.choice(texts.rating_good if score == "good" else texts.rating_bad)
    course.rating = (course.at + timedelta(hours=course.dice.uniform(24, 70)), score, comment)
