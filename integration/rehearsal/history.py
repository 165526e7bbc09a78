"""Three years of plausible support history for one company, the same for the same seed.

"Alder & Finch" sells household goods and a filter subscription to people in six languages. `generate`
yields plain dicts in the order in which they can be loaded: whatever a dict refers to came before it.
References are *keys* (strings such as `"user:17"`), never ids: the loader gives ids in the order of
arrival, so ticket ids rise with time. Every moment is an ISO 8601 string in UTC with whole seconds
(`"2025-03-07T09:14:33Z"`). Every dict has `kind` and `key`.

`organization`  name, domain_names [str], created_at
`brand`         name, subdomain, default (bool), created_at
`group`         name, created_at
`agent`         name, email, role ("agent" | "admin"), locale, time_zone, groups [key], signature, created_at
`user`          name (may be an address, a single word or empty), email | None, phone | None,
                locale ("en-US", "es", "de", "fr", "pt-BR", "ru", …), organization key | None,
                identities [{type, value}] beyond `email`, tags [str], created_at, active (bool),
                merged_into key | None, merged_at | None (an inactive user whose tickets belong to another)
`ticket_field`  title, type ("text", "tagger", … or a system type), system (bool),
                options [{name, value}] (tagger only), created_at
`ticket`        subject, requester key, submitter key, assignee key | None, group key | None, brand key,
                organization key | None, channel (as in `via.channel`: "email", "web", "chat",
                "native_messaging", "facebook", "twitter", "voice", "api"), status, archived (bool: closed
                more than 120 days ago), priority | None, type, tags [str], custom_fields {field key: value},
                created_at, updated_at, solved_at | None,
                comments       [{author key, body, public (bool), at}] oldest first, at least one; the
                               first is the description
                status_changes [{status, at, by key | None}] oldest first; `by` None is a system rule;
                               the first is {"new", created_at}
                rating         {score "good" | "bad", comment str | None, at} | None
                merged_into    key of an earlier ticket | None
                followup_of    key of an earlier, closed ticket | None
                deleted_at     moment | None
                truth          {complaint (bool), complaint_at moment | None (later than created_at when a
                               question turned into a complaint), category | None, order | None,
                               repeat_of key | None, remedy | None,
                               promise {text, made_at, due_on, kept (bool)} | None,
                               upheld | None}: what the generator knows, for tests; a loader ignores it

A tagger's value in `custom_fields` is also among the ticket's `tags`, as Zendesk keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from integration.rehearsal.history_courses import run_complaint, run_question
from integration.rehearsal.history_people import LANGUAGE_SHARES, company, requesters, stamp
from integration.rehearsal.history_tickets import CHANNELS, CLOSES_AFTER, Course, Subject, finish, new_subject
from integration.rehearsal.phrases import phrases

COMPLAINT_SHARE = 0.125  # of first tickets; repeats bring complaints to about 18 % of all
BACKLOG = timedelta(days=6)  # of late more comes in than is answered, so that the workspace is not empty


def generate(seed: int, now: datetime, years: int = 3, requesters: int = 400) -> Iterator[dict[str, Any]]:
    """Yield the company, its requesters and about six tickets for each of them, up to `now` (UTC)."""
    now = now.replace(microsecond=0)
    founded = now - timedelta(days=365 * years)
    yield from company(founded)
    people = list(_people(seed, now, years, requesters))
    yield from people
    dice = Random(f"tickets {seed}")
    active = [user for user in people if user["active"]]
    tickets = [ticket for user in active for ticket in _tickets_of(dice, user, now)]
    tickets += [_unfinished(dice, user, now) for user in dice.sample(active, len(active) // 8)]
    yield from sorted(tickets, key=lambda ticket: (ticket["created_at"], ticket["key"]))


def live_tickets(
    seed: int,
    now: datetime,
    *,
    years: int = 3,
    requesters: int = 400,
    languages: Mapping[str, float] = LANGUAGE_SHARES,
) -> Iterator[dict[str, Any]]:
    """Yield, without end, what comes in after a history made with the same arguments.

    `ticket`   requester {name, email, locale}, subject, body, channel, tags,
               custom_fields {field key: value}, category, complaint (bool), repeat_of key | None
    `comment`  ticket (number of an earlier dict of kind `ticket`, from 0), body, complaint (bool): its
               requester writes again
    """
    history = list(generate(seed, now, years, requesters))
    people = {
        item["key"]: item for item in history if item["kind"] == "user" and item["active"] and item["email"]
    }
    since = stamp(now - timedelta(days=60))
    tickets = (item for item in history if item["kind"] == "ticket" and item["created_at"] >= since)
    complaints = [item for item in tickets if item["truth"]["complaint"] and item["requester"] in people]
    dice = Random(f"live {seed}")
    courses: list[Course] = []
    while True:
        if len(courses) > 3 and dice.random() < 0.2:
            number = dice.randrange(max(0, len(courses) - 8), len(courses))
            yield _live_comment(dice, courses[number], number, now)
            continue
        earlier = dice.choice(complaints) if complaints and dice.random() < 0.15 else None
        user = people[earlier["requester"]] if earlier else _speaker(dice, list(people.values()), languages)
        course = _new_course(dice, user, now, now, repeat_of=earlier, share=0.35)
        courses.append(course)
        yield _live_ticket(course)


def _people(seed: int, now: datetime, years: int, count: int) -> Iterator[dict[str, Any]]:
    return requesters(Random(f"people {seed}"), count, now - timedelta(days=365 * years), now)


def _tickets_of(dice: Random, user: dict[str, Any], now: datetime) -> Iterator[dict[str, Any]]:
    joined = datetime.fromisoformat(user["created_at"])
    keys = (f"ticket:{user['key']}:{n}" for n in count())
    for _ in range(min(30, 1 + int(dice.expovariate(1 / 5.2)))):
        at = joined + (now - joined) * dice.random()
        course = _new_course(dice, user, at, now)
        first = _run(course, next(keys))
        if dice.random() < 0.012:
            first["deleted_at"] = stamp(min(now, course.at + timedelta(days=2)))
        yield first
        if not course.complaint:
            if dice.random() < 0.015:
                yield from _duplicate(dice, course, first, next(keys))
            continue
        yield from _repeats(dice, course, first, keys)


def _unfinished(dice: Random, user: dict[str, Any], now: datetime) -> dict[str, Any]:
    course = _new_course(dice, user, now - BACKLOG * dice.random() ** 1.5, now, share=0.3)
    course.first_answer_hours = 70
    return _run(course, f"ticket:{user['key']}:recent")


def _new_course(
    dice: Random,
    user: dict[str, Any],
    at: datetime,
    now: datetime,
    *,
    repeat_of: dict[str, Any] | None = None,
    share: float = COMPLAINT_SHARE,
) -> Course:
    subject = new_subject(dice, user, at.replace(microsecond=0))
    texts = phrases(subject.language)
    complaint = repeat_of is not None or dice.random() < share
    matter = dice.choice(texts.complaints if complaint else texts.ordinary)
    if repeat_of:
        truth = repeat_of["truth"]
        matter = texts.complaint(truth["category"])
        product = repeat_of["custom_fields"]["field:product"].removeprefix("product_")
        subject = Subject(user, subject.language, truth["order"], product, subject.amount, subject.at)
    elif matter.category in ("cancelled_charged", "subscription"):
        subject = Subject(user, subject.language, subject.order, "filter", subject.amount, subject.at)
    return Course(dice, subject, matter, now, complaint, repeat_of)


def _run(course: Course, key: str) -> dict[str, Any]:
    (run_complaint if course.complaint else run_question)(course)
    return finish(course, key)


def _repeats(
    dice: Random, course: Course, first: dict[str, Any], keys: Iterator[str]
) -> Iterator[dict[str, Any]]:
    """The same requester, the same order, 5 to 60 days later; sooner or later nobody writes any more."""
    content = course.remedy != "declined" and not (course.promise and not course.promise["kept"])
    chance = 0.22 if content else 0.5
    while dice.random() < chance:
        at = course.at + timedelta(days=dice.uniform(5, 60))
        if at >= course.now or first["deleted_at"]:
            return
        course = _new_course(dice, course.subject.user, at, course.now, repeat_of=first)
        again = _run(course, next(keys))
        if (
            first["status"] == "closed"
            and first["solved_at"] < stamp(at - CLOSES_AFTER)
            and dice.random() < 0.35
        ):
            again["followup_of"], again["channel"] = first["key"], "email"
        yield again
        first, chance = again, 0.25


def _duplicate(dice: Random, course: Course, first: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    """The same message sent twice; the second ticket is merged into the first."""
    if len(first["comments"]) < 2 or first["deleted_at"]:
        return
    twin = Course(dice, course.subject, course.matter, course.now, False)
    twin.at += timedelta(minutes=dice.uniform(2, 25))
    twin.opening()
    twin.later(0.05, 0.3)
    twin.comments.append(
        (twin.at, f"agent:{twin.agent}", "This request was merged into the earlier one.", False)
    )
    twin.status("closed")
    if twin.at < course.now:
        yield finish(twin, key) | {"merged_into": first["key"], "tags": ["closed_by_merge"]}


def _speaker(dice: Random, people: list[dict[str, Any]], languages: Mapping[str, float]) -> dict[str, Any]:
    language = dice.choices(list(languages), list(languages.values()))[0]
    speakers = [user for user in people if user["locale"].startswith(language)]
    return dice.choice(speakers or people)


def _live_ticket(course: Course) -> dict[str, Any]:
    course.opening()
    subject, user = course.subject, course.subject.user
    return {
        "kind": "ticket",
        "requester": {"name": user["name"], "email": user["email"], "locale": user["locale"]},
        "subject": subject.fill(course.matter.subject),
        "body": course.comments[0][2],
        "channel": course.dice.choices(list(CHANNELS), list(CHANNELS.values()))[0],
        "tags": [f"product_{subject.product}"],
        "custom_fields": {"field:order": subject.order, "field:product": f"product_{subject.product}"},
        "category": course.matter.category,
        "complaint": course.complaint,
        "repeat_of": course.repeat_of["key"] if course.repeat_of else None,
    }


def _live_comment(dice: Random, course: Course, number: int, now: datetime) -> dict[str, Any]:
    """A second message: thanks, impatience, or a question that turns into a complaint."""
    texts = course.subject.texts
    complaint = course.complaint or dice.random() < 0.25
    lines = texts.thanks
    if complaint:
        lines = texts.chase if course.complaint else [texts.complaint("no_answer").body]
    body = course.subject.fill(dice.choice(lines), date=course.subject.day(now))
    return {"kind": "comment", "ticket": number, "body": body, "complaint": complaint}
