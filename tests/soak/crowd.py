"""The people of a soak: requesters who complain or just ask, agents who answer some of them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from integration.demo.puppets import Puppets

COMPLAINTS = (
    ("en-GB", "Broken again", "The lamp arrived broken, for the second time. I am really disappointed."),
    ("en-US", "Order {order}", "Order {order} is three weeks late and nobody answers. This is unacceptable!"),
    (
        "en-GB",
        "Refund",
        "You promised a refund for {order} a month ago. I am very angry, this is a disgrace.",
    ),
    ("de", "Bestellung {order}", "Die Lampe ist schon wieder kaputt. Ich bin sehr enttäuscht, unverschämt!"),
    ("fr", "Commande {order}", "La lampe est arrivée cassée. Je suis très déçu, c'est inadmissible."),
    ("es", "Pedido {order}", "La lámpara llegó rota otra vez. Estoy muy decepcionado, es inaceptable."),
    ("ru", "Заказ {order}", "Лампа пришла разбитой второй раз. Я очень разочарован, это безобразие."),
)
QUESTIONS = (
    ("en-GB", "Oak shelf", "Hello, which shops in Leeds keep the oak shelf in stock? Thank you!"),
    ("de", "Öffnungszeiten", "Guten Tag, wie lange hat Ihr Laden am Samstag geöffnet? Danke!"),
)
REPLY = "I am sorry. I am looking into it today and will write to you tomorrow."
SOLVED = "I am sorry. A new one is on its way; here is what went wrong."
AGAIN = "I have still heard nothing from you about this."

QUESTION_SHARE = 0.1
KNOWN_SHARE = 0.5
# Zendesk's moments have whole seconds, and nobody answers within one.
FASTEST_REPLY_SECONDS = 2.0
REPLY_SHARE, SOLVE_SHARE, AGAIN_SHARE = 0.25, 0.05, 0.05


@dataclass(slots=True)
class Written:
    """One ticket as its people left it."""

    id: int
    requester_id: int
    at: float
    is_answered: bool = False
    is_solved: bool = False


class Crowd:
    """Writes tickets and comments into a rehearsal Zendesk, the same ones for the same dice."""

    def __init__(self, zendesk: Puppets, dice: Random, known: Sequence[int]) -> None:
        """`known` are requesters with a past; as many more are strangers."""
        self._zendesk = zendesk
        self._dice = dice
        self._known = known
        self._agent_id = next(a["id"] for a in zendesk.state()["agents"] if a["role"] == "agent")
        self.complaints: list[Written] = []
        self.questions: list[Written] = []

    def write_complaint(self) -> None:
        """Let somebody complain; now and then somebody asks, replies, solves or writes again."""
        self.complaints.append(self._write(COMPLAINTS))
        if self._dice.random() < QUESTION_SHARE:
            self.questions.append(self._write(QUESTIONS))
        what = self._dice.random()
        one = self._dice.choice(self.complaints)
        if time.monotonic() - one.at < FASTEST_REPLY_SECONDS:
            return
        if what < REPLY_SHARE:
            self._zendesk.comment(one.id, self._agent_id, REPLY)
            one.is_answered = True
        elif what < REPLY_SHARE + SOLVE_SHARE:
            self._zendesk.comment(one.id, self._agent_id, SOLVED)
            self._zendesk.change(one.id, self._agent_id, status="solved")
            one.is_answered = one.is_solved = True
        elif what < REPLY_SHARE + SOLVE_SHARE + AGAIN_SHARE and not one.is_solved:
            self._zendesk.comment(one.id, one.requester_id, AGAIN)

    def _write(self, texts: Sequence[tuple[str, str, str]]) -> Written:
        locale, subject, body = self._dice.choice(texts)
        number = self._dice.randrange(10**6)
        order = f"AF-{number:06}"
        ticket = self._zendesk.write_in(
            subject=subject.format(order=order),
            body=body.format(order=order),
            channel=self._dice.choice(("email", "web")),
            **self._requester(locale, number),
        )
        return Written(ticket["id"], ticket["requester_id"], time.monotonic())

    def _requester(self, locale: str, number: int) -> dict[str, object]:
        if self._known and self._dice.random() < KNOWN_SHARE:
            return {"requester_id": self._dice.choice(self._known)}
        person = {"name": f"Stranger {number}", "email": f"s{number}@example.com", "locale": locale}
        return {"requester": person}
