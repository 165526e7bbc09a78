"""One ticket of the generated history while it grows, and the dict it ends as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from babel.dates import format_skeleton
from babel.numbers import format_currency

from integration.rehearsal.history_people import AGENTS, stamp
from integration.rehearsal.phrases import Matter, Phrases, phrases

CHANNELS = {"email": 45, "web": 25, "chat": 8, "native_messaging": 8, "facebook": 5, "twitter": 4, "voice": 5}
CURRENCIES = {"en-US": "USD", "en-GB": "GBP", "pt-BR": "BRL", "ru": "RUB"}
RUB_PER_EURO = 90
REMEDY_TAGS = {
    "refund": "refund_issued",
    "replacement": "replacement_sent",
    "credit": "credit_issued",
    "explanation": "explained",
    "correction": "corrected",
    "declined": "not_upheld",
}
CLOSES_AFTER = timedelta(days=4)
ARCHIVED_AFTER = timedelta(days=120)

GROUP_OF = {
    "late_delivery": "orders",
    "damaged": "orders",
    "wrong_item": "orders",
    "missing_part": "orders",
    "order_status": "orders",
    "address": "orders",
    "cancelled_charged": "subscriptions",
    "subscription": "subscriptions",
    "app_fault": "digital",
    "login": "digital",
    "data_mistake": "digital",
}


@dataclass(frozen=True)
class Subject:
    """What a ticket is about: the person, the language, the order, the moment of writing."""

    user: dict[str, Any]
    language: str
    order: str
    product: str
    amount: str
    at: datetime

    @property
    def texts(self) -> Phrases:
        return phrases(self.language)

    def fill(self, text: str, **more: str) -> str:
        """Replace slots; not `str.format`, since names may hold braces themselves."""
        product = self.texts.products[self.product]
        slots = {"order": self.order, "product": product, "amount": self.amount, **more}
        for slot, value in slots.items():
            text = text.replace(f"{{{slot}}}", value)
        return text

    def day(self, moment: datetime) -> str:
        return _day(moment.date(), self.user["locale"].replace("-", "_"))


@cache
def _day(day: date, locale: str) -> str:
    return str(format_skeleton("MMMMd", datetime.combine(day, time(12)), locale=locale))


def new_subject(dice: Random, user: dict[str, Any], at: datetime) -> Subject:
    locale = user["locale"]
    currency = CURRENCIES.get(locale, "EUR")
    price = dice.choice((14.9, 24.5, 39.0, 59.9, 79.0, 119.0, 189.5)) * (
        RUB_PER_EURO if currency == "RUB" else 1
    )
    return Subject(
        user=user,
        language=locale.partition("-")[0],
        order=f"AF-{dice.randrange(100_000, 999_999)}",
        product=dice.choice(list(phrases("en").products)),
        amount=format_currency(price, currency, locale=locale.replace("-", "_")),
        at=at,
    )


@dataclass
class Course:
    """A ticket as it grows; steps later than `now` are left out when it is finished."""

    dice: Random
    subject: Subject
    matter: Matter
    now: datetime
    complaint: bool
    repeat_of: dict[str, Any] | None = None
    first_answer_hours: float = 24
    at: datetime = field(init=False)
    comments: list[tuple[datetime, str, str, bool]] = field(default_factory=list)
    statuses: list[tuple[datetime, str, str | None]] = field(default_factory=list)
    rating: tuple[datetime, str, str] | None = None
    promise: dict[str, Any] | None = None
    remedy: str | None = None
    turned_at: datetime | None = None

    def __post_init__(self) -> None:
        self.at = self.subject.at
        self.agent = self._pick_agent()

    def _pick_agent(self) -> int:
        speaks = [n for n, agent in enumerate(AGENTS) if agent[2].startswith(self.subject.language)]
        return self.dice.choice(speaks or [0]) if self.dice.random() < 0.93 else 0

    def later(self, low_hours: float, high_hours: float) -> None:
        self.at += timedelta(hours=self.dice.uniform(low_hours, high_hours), seconds=self.dice.randrange(60))

    def requester_says(self, options: Iterable[str], **slots: str) -> None:
        text = self.subject.fill(self.dice.choice(list(options)), **slots)
        self.comments.append((self.at, self.subject.user["key"], text, True))

    def agent_says(self, *options: list[str], **slots: str) -> None:
        """A public reply: greeting, one sentence of each list, signature."""
        texts, name = self.subject.texts, first_name(self.subject.user)
        greeting = texts.greet.replace("{name}", name) if name else texts.greet_unnamed
        body = " ".join(self.dice.choice(choice) for choice in options)
        text = f"{greeting}\n\n{self.subject.fill(body, **slots)}\n\n{texts.sign}"
        text = text.replace("{agent}", AGENTS[self.agent][0].split()[0])
        self.comments.append((self.at, f"agent:{self.agent}", text, True))

    def note(self) -> None:
        self.comments.append(
            (self.at, f"agent:{self.agent}", self.dice.choice(self.subject.texts.notes), False)
        )

    def status(self, value: str, by: str | None = "agent") -> None:
        author = f"agent:{self.agent}" if by == "agent" else by
        self.statuses.append((self.at, value, author))

    def opening(self) -> None:
        texts, dice = self.subject.texts, self.dice
        on = self.subject.day(self.at - timedelta(days=dice.randrange(2, 20)))
        body = self.matter.body
        if self.repeat_of:
            body = dice.choice(texts.again)
            on = self.subject.day(datetime.fromisoformat(self.repeat_of["created_at"]))
        lines = [
            dice.choice(texts.openings),
            f"{body} {dice.choice(texts.demands) if self.complaint else ''}".strip(),
        ]
        closing, name = dice.choice(texts.closings), self.subject.user["name"].strip()
        lines += [f"{closing}\n{name}".strip()] if closing and "@" not in name else [closing]
        self.comments.append(
            (
                self.at,
                self.subject.user["key"],
                self.subject.fill("\n\n".join(filter(None, lines)), date=on),
                True,
            )
        )
        self.status("new", self.subject.user["key"])


def first_name(user: dict[str, Any]) -> str:
    """The name an agent would greet by, or nothing when what stands there is no plain name."""
    words = str(user["name"]).split()
    return (
        words[0]
        if len(words) == 2 and all(w[0].isupper() and w.replace("'", "").isalpha() for w in words)
        else ""
    )


def finish(course: Course, key: str) -> dict[str, Any]:
    """The ticket as it stands at `now`: later steps have not happened yet."""
    now, subject, dice = course.now, course.subject, course.dice
    comments = [said for said in course.comments if said[0] <= now]
    statuses = [change for change in course.statuses if change[0] <= now]
    solved_at = statuses[-1][0] if statuses[-1][1] == "solved" else None
    if solved_at and solved_at + CLOSES_AFTER <= now:
        statuses.append((solved_at + CLOSES_AFTER, "closed", None))
    status, changed_at = statuses[-1][1], statuses[-1][0]
    answered = len(statuses) > 1
    group = GROUP_OF.get(course.matter.category, "support")
    channel = dice.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    rating = course.rating if course.rating and course.rating[0] <= now and solved_at else None
    return {
        "kind": "ticket",
        "key": key,
        "subject": subject.fill(course.matter.subject),
        "requester": subject.user["key"],
        "submitter": f"agent:{course.agent}" if channel == "voice" else subject.user["key"],
        "assignee": f"agent:{course.agent}" if answered else None,
        "group": f"group:{group}" if answered or dice.random() < 0.5 else None,
        "brand": "brand:club" if group == "subscriptions" else "brand:alder",
        "organization": subject.user["organization"],
        "channel": channel,
        "status": status,
        "archived": status == "closed" and changed_at + ARCHIVED_AFTER <= now,
        "priority": _priority(dice, course),
        "type": "problem"
        if course.complaint and dice.random() < 0.3
        else dice.choice(("question", "incident")),
        "tags": sorted(
            {f"product_{subject.product}", *_tags(dice, course), *_remedy_tags(course, solved_at)}
        ),
        "custom_fields": {"field:order": subject.order, "field:product": f"product_{subject.product}"},
        "created_at": stamp(statuses[0][0]),
        "updated_at": stamp(max(comments[-1][0], changed_at)),
        "solved_at": stamp(solved_at) if solved_at else None,
        "comments": [
            {"author": author, "body": body, "public": public, "at": stamp(at)}
            for at, author, body, public in comments
        ],
        "status_changes": [{"status": value, "at": stamp(at), "by": by} for at, value, by in statuses],
        "rating": {"score": rating[1], "comment": rating[2] or None, "at": stamp(rating[0])}
        if rating
        else None,
        "merged_into": None,
        "followup_of": None,
        "deleted_at": None,
        "truth": _truth(course, solved=solved_at is not None),
    }


def _remedy_tags(course: Course, solved_at: datetime | None) -> set[str]:
    """The shop's agents tag what they did, so that its reports can count it."""
    return {REMEDY_TAGS[course.remedy]} if course.remedy and solved_at else set()


def _truth(course: Course, *, solved: bool) -> dict[str, Any]:
    promise = course.promise
    turned = course.turned_at is not None and course.turned_at <= course.now
    complaint_at = course.turned_at if turned else course.subject.at if course.complaint else None
    return {
        "complaint": complaint_at is not None,
        "complaint_at": stamp(complaint_at) if complaint_at else None,
        "category": "no_answer" if turned else course.matter.category,
        "order": course.subject.order,
        "repeat_of": course.repeat_of["key"] if course.repeat_of else None,
        "promise": promise if promise and promise["made_at"] <= stamp(course.now) else None,
        "remedy": course.remedy if solved else None,
        "upheld": (course.remedy != "declined") if solved and course.complaint else None,
    }


def _priority(dice: Random, course: Course) -> str | None:
    if course.complaint:
        return dice.choices(("urgent", "high", "normal", None), (1, 4, 4, 2))[0]
    return dice.choices(("low", "normal", None), (1, 5, 4))[0]


def _tags(dice: Random, course: Course) -> Iterator[str]:
    yield from course.subject.user["tags"]
    if dice.random() < 0.5:
        yield course.matter.category
    if course.repeat_of and dice.random() < 0.6:
        yield "repeat_contact"
    if course.subject.product == "filter":
        yield "subscription_customer"
