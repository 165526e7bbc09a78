"""The story of a complaint in ten steps; each reports what was seen, not what was meant."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests

from integration.demo import witness
from integration.demo.puppets import Doc
from integration.demo.stage import Stage
from integration.domain.complaint import State
from integration.domain.followup import FollowUp, FollowUpStatus

WITHIN_SECONDS = 30.0
ORDINARY = "Hello, could you tell me which shops in Leeds keep the oak shelf in stock? Thank you!"
ANGRY = (
    "Hello, this is about order {reference} again. The parcel has still not arrived, I have written twice "
    "and nobody answers. I am very disappointed. If this is not settled I will call my lawyer."
)
PROMISE = "Send the parcel again, insured"


@dataclass(slots=True)
class Step:
    """One step: what was seen, and what did not hold."""

    number: int
    title: str
    seen: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def held(self) -> bool:
        return not self.failed and bool(self.seen)

    def check(self, holds: bool, seen: str) -> None:
        """Note what was seen; it is a failure when it does not hold."""
        (self.seen if holds else self.failed).append(seen)


class Story:
    """Plays the steps one after the other; a later step may use what an earlier one left."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._zendesk = stage.zendesk
        self._parts = stage.parts
        self._agent_id = next(a["id"] for a in self._zendesk.state()["agents"] if a["role"] == "agent")
        self._hero = witness.somebody_with_a_past(stage.parts)
        self._ticket_id = 0

    def play(self) -> Iterator[Step]:
        """Yield each step when it is over."""
        steps: tuple[tuple[str, Callable[[Step], None]], ...] = (
            ("A signed event comes in; an unsigned one is refused", self._signed),
            ("Each event is kept once, however often it is sent", self._kept_once),
            ("Words, facts and history say that it is a complaint, and why", self._recognised),
            ("One write enriches the ticket; other tickets cost nothing", self._one_write),
            ("What Makegood does itself does not wake it again", self._own_events),
            ("Events out of order leave the ticket as it is in Zendesk", self._out_of_order),
            ("A write whose answer is lost is not made twice, kill -9 or not", self._never_twice),
            ("The sidebar answers from Makegood's own store", self._sidebar),
            ("Follow-ups remind once, or stay silent for a reason", self._follow_ups),
            ("The complaint ends: state, check-in, and a memory of it", self._the_end),
        )
        for number, (title, act) in enumerate(steps, start=1):
            step = Step(number, title)
            started = time.monotonic()
            try:
                act(step)
            except (LookupError, TimeoutError, requests.RequestException) as error:
                step.failed.append(f"{type(error).__name__}: {error}")
            step.seconds = round(time.monotonic() - started, 1)
            yield step

    def _signed(self, step: Step) -> None:
        url = f"{self._parts.settings.public_url}/zendesk/events"
        answer = requests.post(url, json={"id": "1"}, timeout=10)
        step.check(
            answer.status_code == 401, f"a delivery without a signature was answered {answer.status_code}"
        )
        self._zendesk.faults({"deliveries": {"duplicate": 1.0}, "seed": 1})
        since = self._zendesk.deliveries()["n"]
        ticket = self._zendesk.write_in(
            requester_id=self._hero.requester_id,
            subject=f"Order {self._hero.reference}: still nothing",
            body=ANGRY.format(reference=self._hero.reference),
            channel="email",
        )
        self._ticket_id = ticket["id"]
        self._zendesk.wait_until_delivered()
        self._zendesk.no_faults()
        codes = {d["status_code"] for d in self._delivered(self._ticket_id, since)}
        step.check(
            codes == {204}, f"ticket {self._ticket_id}: signed deliveries were answered {sorted(codes)}"
        )

    def _kept_once(self, step: Step) -> None:
        delivered = [d for d in self._delivered(self._ticket_id) if d["event_type"].endswith("created")]
        kept = witness.inbox_rows(self._parts, {d["event_id"] for d in delivered})
        step.check(
            len(delivered) > kept == 1, f"the event came {len(delivered)} times and was kept in {kept} row"
        )

    def _recognised(self, step: Step) -> None:
        found = self._until(lambda: witness.complaint(self._parts, self._ticket_id), "a complaint on record")
        assessment = found.assessment
        words = ", ".join(f"“{evidence.words}”" for evidence in assessment.evidence)
        step.check(
            bool(words), f"{assessment.category} complaint, severity {assessment.band}, because of {words}"
        )
        repeat = found.repeat
        earlier, why = (repeat.ticket_id, repeat.reason.code) if repeat else (None, "no sign")
        step.check(
            earlier == self._hero.ticket_id,
            f"it continues ticket {earlier} ({why}), which ended in: {self._hero.outcome}",
        )

    def _one_write(self, step: Step) -> None:
        note = self._until(lambda: self._notes(self._ticket_id), "the note on the ticket")[0]
        calls = self._zendesk.calls_about(self._ticket_id)
        step.check(
            calls == {"reads": 0, "writes": 1},
            f"the complaint cost {calls['reads']} reads and {calls['writes']} write",
        )
        page = self._zendesk.ticket_page(self._ticket_id)
        tags = sorted(tag for tag in page["tags"] if tag.startswith("makegood_"))
        step.check(
            note["public"] is False and "makegood_suspected" in tags,
            f"an internal note of {len(note['text'])} characters, fields {', '.join(tags)}",
        )
        ordinary = self._zendesk.write_in(
            requester={"name": "Priya Shah", "email": "priya@example.com", "locale": "en-GB"},
            subject="Oak shelf",
            body=ORDINARY,
            channel="web",
        )["id"]
        self._until(lambda: witness.is_worked(self._parts, ordinary), "the ordinary ticket to be worked")
        calls = self._zendesk.calls_about(ordinary)
        step.check(
            calls == {"reads": 0, "writes": 0} and not self._notes(ordinary),
            f"an ordinary ticket cost {calls['reads']} reads and {calls['writes']} writes, and got no note",
        )

    def _own_events(self, step: Step) -> None:
        self._zendesk.wait_until_delivered()
        delivered = {d["event_id"]: d for d in self._delivered(self._ticket_id)}
        kept = witness.inbox_rows(self._parts, set(delivered))
        own = len(delivered) - kept
        step.check(own > 0, f"{own} of {len(delivered)} events came from our own write and started nothing")
        notes = self._notes(self._ticket_id)
        step.check(len(notes) == 1, f"the ticket still has {len(notes)} note of Makegood's")

    def _out_of_order(self, step: Step) -> None:
        self._zendesk.faults({"deliveries": {"reorder": 0.7, "delay_seconds": [0, 0.4]}, "seed": 3})
        for status in ("open", "pending", "open", "hold"):
            self._zendesk.change(self._ticket_id, self._agent_id, status=status)
        self._zendesk.change(self._ticket_id, self._agent_id, priority="high", status="open")
        self._zendesk.wait_until_delivered()
        self._zendesk.no_faults()
        stamps = [d["event_id"] for d in self._delivered(self._ticket_id)]
        page = self._zendesk.ticket_page(self._ticket_id)
        ours = self._until(
            lambda: (t := witness.ticket(self._parts, self._ticket_id)).status == page["status"] and t,
            f"our copy to say {page['status']}",
        )
        step.check(
            ours.priority == page["priority"] == "high",
            f"after {len(stamps)} shuffled deliveries both sides say {ours.status}, {ours.priority}",
        )

    def _never_twice(self, step: Step) -> None:
        self._zendesk.faults(
            {"api": [{"kind": "drop_after_write", "rate": 1.0, "methods": ["PUT"], "times": 1}], "seed": 5}
        )
        ticket = self._write_complaint("Marta Nowak", "marta@example.com")
        self._until(lambda: self._notes(ticket), "the note that Zendesk wrote without answering")
        self._stage.kill_worker()
        self._stage.start_worker()
        self._until(
            lambda: witness.outbox_states(self._parts, ticket) == ["done"], "the write to be settled", 30
        )
        self._zendesk.no_faults()
        notes = self._notes(ticket)
        calls = self._zendesk.calls_about(ticket)
        step.check(
            len(notes) == 1 and calls["writes"] == 1,
            f"the answer was lost, the worker killed: {calls['writes']} write, {len(notes)} note, "
            f"found again by its marker with {calls['reads']} read",
        )

    def _sidebar(self, step: Step) -> None:
        before = self._zendesk.calls()["n"]
        form = self._zendesk.launch("ticket_sidebar")
        with requests.Session() as browser:
            page = browser.post(form["action"], data={"token": form["token"]}, timeout=10)
            forged = browser.post(form["action"], data={"token": form["token"][:-8] + "AAAAAAAA"}, timeout=10)
            step.check(
                page.status_code == 200 and forged.status_code == 401,
                f"the signed launch was answered {page.status_code}, a forged one {forged.status_code}",
            )
            bearer = re.search(r"<template data-session>([^<]+)</template>", page.text)
            if bearer is None:
                raise LookupError("the page carries no session")
            browser.headers["Authorization"] = f"Bearer {bearer[1]}"
            api = f"{self._parts.settings.public_url}/app/api/tickets/{self._ticket_id}"
            started = time.perf_counter()
            facts = browser.get(f"{api}/facts", timeout=10)
            took = (time.perf_counter() - started) * 1000
            offers = re.findall(r'data-template="([^"]+)"', facts.text)
            step.check(
                facts.status_code == 200 and f"#{self._hero.ticket_id}" in facts.text and bool(offers),
                f"first facts in {took:.0f} ms: the earlier ticket #{self._hero.ticket_id}, and "
                f"{len(offers)} suggestions",
            )
            letter = browser.get(f"{api}/suggestions/{offers[0]}?locale=en", timeout=10).json()
            step.check(
                bool(letter["text"]),
                f"“{letter['title']}” filled, {len(letter['text'])} characters, "
                f"{len(letter['unfilled'])} slots left to the agent",
            )
            self._promise(step, browser, api)
        # Only the app's public key may be fetched, once in a while.
        calls = [c for c in self._zendesk.calls(before)["calls"] if "/tickets" in c["path"]]
        step.check(not calls, f"{len(calls)} Zendesk calls about tickets on the way")

    def _promise(self, step: Step, browser: requests.Session, api: str) -> None:
        due = self._zendesk.now() + timedelta(days=30)
        promised = {"what": PROMISE, "due_at": due.isoformat()}
        made = browser.post(f"{api}/promises", json=promised, timeout=10)
        facts = browser.get(f"{api}/facts", timeout=10)
        planned = [f for f in self._running(self._ticket_id) if f.promise_id is not None]
        step.check(
            made.ok and PROMISE in facts.text and len(planned) == 1,
            f"a promise made there shows at once, with {len(planned)} follow-up on its day",
        )
        undo = made.json()["undo"]
        path = f"{self._parts.settings.public_url}/app/{undo['path']}"
        undone = browser.post(path, json=undo.get("body", {}), timeout=10)
        left = [f for f in self._running(self._ticket_id) if f.promise_id is not None]
        step.check(undone.ok and not left, f"taken back, it leaves {len(left)} follow-ups")

    def _follow_ups(self, step: Step) -> None:
        answered = self._write_complaint("Sven Berg", "sven@example.com")
        self._until(lambda: self._running(answered), "follow-ups of the second complaint")
        # Zendesk's moments have whole seconds, and an answer in the complaint's own may have been before it.
        self._zendesk.pass_time(seconds=60)
        self._zendesk.comment(answered, self._agent_id, "Dear Sven, I am sorry. I am looking into it today.")
        self._zendesk.wait_until_delivered()
        self._until(
            lambda: FollowUpStatus.SATISFIED in {f.status for f in witness.follow_ups(self._parts, answered)},
            "the first-reply duty to be satisfied",
        )
        step.check(True, "an agent's public reply satisfied the duty to reply, without a reminder")
        due = self._running(self._ticket_id)[0]
        self._pass_until(due)
        reminders = self._until(lambda: self._notes(self._ticket_id)[1:], "the reminder")
        step.check(len(reminders) == 1, f"“{due.name}” fell due and was posted in {len(reminders)} note")
        late = self._write_complaint("Ines Costa", "ines@example.com")
        self._until(lambda: self._running(late) and self._notes(late), "follow-ups of the third complaint")
        self._stage.stop_worker()
        self._zendesk.pass_time(seconds=5 * 86_400)
        self._stage.start_worker()
        self._until(lambda: self._notes(late)[1:], "a reminder after the downtime", 30)
        time.sleep(1.5)
        count = len(self._notes(late)) - 1
        step.check(
            count == 1, f"after five days of downtime the ticket got {count} current reminder, no backlog"
        )

    def _the_end(self, step: Step) -> None:
        self._zendesk.comment(
            self._ticket_id, self._agent_id, "I am sorry. Your money is on its way; here is what went wrong."
        )
        self._zendesk.change(self._ticket_id, self._agent_id, status="solved")
        ended = self._until(
            lambda: (
                (c := witness.complaint(self._parts, self._ticket_id)) and c.state is State.RESOLVED and c
            ),
            "the complaint to be resolved",
        )
        step.check(ended.told_at is not None, "resolved, and the requester was told after the decision")
        planned = [f.name for f in self._until(lambda: self._running(self._ticket_id), "the check-in")]
        step.check(planned == ["check_in"], f"planned next: {', '.join(planned)}")
        past = witness.history(self._parts, self._hero.requester_id)
        step.check(
            self._ticket_id in {c.ticket_id for c in past.complaints},
            f"the requester's history now holds {len(past.complaints)} complaints",
        )

    def _write_complaint(self, name: str, email: str) -> int:
        ticket = self._zendesk.write_in(
            requester={"name": name, "email": email, "locale": "en-GB"},
            subject="Broken on arrival",
            body="The lamp arrived broken, for the second time. I am really disappointed. Unacceptable!",
            channel="email",
        )
        return int(ticket["id"])

    def _delivered(self, ticket_id: int, since: int = 0) -> list[Doc]:
        return [d for d in self._zendesk.deliveries(since)["deliveries"] if d["ticket_id"] == ticket_id]

    def _notes(self, ticket_id: int) -> list[Doc]:
        """Makegood's own notes on a ticket, as an agent sees them."""
        conversation = self._zendesk.ticket_page(ticket_id)["comments"]
        return [c for c in conversation if "Makegood · mg-" in c["text"]]

    def _running(self, ticket_id: int) -> list[FollowUp]:
        running = {FollowUpStatus.PENDING, FollowUpStatus.DISPATCHED}
        return [f for f in witness.follow_ups(self._parts, ticket_id) if f.status in running]

    def _pass_until(self, due: FollowUp) -> None:
        self._zendesk.pass_time(seconds=(due.due_at - self._zendesk.now()).total_seconds() + 2)

    def _until(self, look: Callable[[], Any], what: str, within: float = WITHIN_SECONDS) -> Any:
        """Look again until something is there; raises `TimeoutError`."""
        deadline = time.monotonic() + within
        while not (found := look()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {within:.0f} s for {what}")
            time.sleep(0.05)
        return found
