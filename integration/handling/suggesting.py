"""What the requester's words say for each template and of an earlier complaint, and what agents taught."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from integration.domain import suggestion
from integration.domain.complaint import Text
from integration.domain.history import History
from integration.domain.language import LANGUAGES
from integration.domain.suggestion import Likeness, TemplateCard
from integration.domain.ticket import Ticket
from integration.domain.wording import own_words
from integration.handling.case import Case
from integration.learned.catalogue import Entry
from integration.learned.encoder import Vectors
from integration.learned.model import MODEL
from integration.learned.passages import unpack
from integration.learned.ranker import Choice
from integration.learned.repeats import MAX_EARLIER, Told, most_alike
from integration.parts import Parts
from integration.store import audit_log, choices, opinions, tickets

LIKE_DAYS = 180


def likeness(
    parts: Parts,
    case: Case,
    cards: Sequence[TemplateCard],
    locale: str,
    taught: Sequence[Choice],
    now: datetime,
) -> Mapping[str, Likeness]:
    """Return how like the ticket each template is, in the language in which it would be offered.

    `taught` is what agents chose, as `parts.choices` reads it.
    """
    entries = _entries(cards, locale)
    said, meaning = words(case.ticket), meaning_of(parts, case)
    return parts.ranker.likeness(entries, said, taught, now=now, ticket_id=case.ticket.id, meaning=meaning)


def prepare(parts: Parts) -> None:
    """Load what reads tickets and build what ranks templates, which else the first ticket would wait for."""
    cards = parts.library.cards()
    parts.read("", (Text(None, "Good morning."),), parts.shelf.cues(), locale=None)
    for language in LANGUAGES:
        parts.ranker.prepare(_entries(cards, language))


def _entries(cards: Sequence[TemplateCard], locale: str) -> list[Entry]:
    offered = suggestion.in_language(cards, locale)
    return [Entry(card.id, card.title, tuple(map(_plain, card.keywords)), card.text) for card in offered]


def meaning_of(parts: Parts, case: Case) -> Vectors | None:
    """Return the vectors of what the ticket says: as the worker kept them, else encoded now."""
    ticket, opinion = case.ticket, case.opinion
    if parts.ranker.encoder is None:
        return None
    if opinion is not None and opinion.meaning and opinion.model == MODEL:
        return unpack(opinion.meaning)
    said = own_words(ticket.description)
    if not said.strip():
        return parts.ranker.meaning(words(ticket))
    # As detection reads it, so that the encoder still remembers.
    return parts.ranker.meaning(said, subject="" if ticket.subject.strip() in said else ticket.subject)


def alike_ticket(parts: Parts, ticket: Ticket, history: History, now: datetime) -> int | None:
    """Return the ticket of an earlier complaint whose words are so alike that it may be the same matter."""
    earlier = [id for id in comparable(history, now) if id != ticket.id][:MAX_EARLIER]
    if not earlier:
        return None
    with parts.database.read() as conn:
        found = tickets.words(conn, earlier)
        known = opinions.meanings(conn, earlier, model=MODEL)
    texts = {id: told(found[id], known.get(id)) for id in earlier if id in found}
    return most_alike_of(parts, told(words(ticket)), texts)


def comparable(history: History, now: datetime) -> list[int]:
    """Return the tickets of earlier complaints that are recent enough to be the same matter, newest first."""
    since = now - timedelta(days=LIKE_DAYS)
    return [
        past.ticket_id for past in history.complaints if past.is_counted and since <= past.received_at <= now
    ]


def most_alike_of(parts: Parts, mine: Told, earlier: Mapping[int, Told]) -> int | None:
    """Return which earlier ticket is so alike that it may be the same matter."""
    match = most_alike(parts.ranker.encoder, mine, tuple(earlier.values()))
    return tuple(earlier)[match.place] if match and match.is_likely else None


def told(said: str, meaning: bytes | None = None) -> Told:
    """Return what a ticket says, to compare it with others."""
    return Told(own_words(said), unpack(meaning) if meaning else None)


def unlearn(parts: Parts, template_id: str, *, actor: str) -> int:
    """Forget what agents' choices taught about a template; return how many choices that were.

    `template_id` is that of a `TemplateCard`, for all its locales; `actor` as in the audit log, "agent:12" or
    "cli". Every process goes by it at its next look. The text of the template stays as it is.
    """
    with parts.database.write() as conn:
        count = choices.forget_template(conn, template_id)
        audit_log.write(
            conn,
            at=parts.clock(),
            actor=actor,
            action="template reset",
            subject=f"template:{template_id}",
            before={"choices": count},
        )
    return count


def _plain(keyword: str) -> str:
    """Write a phrase of `domain.phrases` without its signs."""
    return " ".join(keyword.replace("*", "").replace("…", " ").split())


def words(ticket: Ticket) -> str:
    """Return what the requester says, without quoted mail and signature unless there is nothing else."""
    said = f"{ticket.subject}\n{ticket.description}".strip()
    return own_words(said).strip() or said
