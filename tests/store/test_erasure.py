"""Forgetting covers every table, leaves no word behind, and keeps forgotten what comes in again."""

from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from integration.domain.ticket import Comment, Requester
from integration.store import (
    audit_log,
    complaints,
    erasure,
    facts,
    follow_ups,
    outbox,
    requesters,
    suggestion_uses,
    tickets,
)
from integration.store.engine import Database
from integration.store.erasure_rules import Of, Rule, rules
from integration.store.facts import Fact
from integration.store.tables import metadata
from integration.store.tables import tickets as tickets_table
from integration.store.tables.base import Amount, Moment
from tests.store.samples import NOON, complaint, plan, receive, ticket

WORD = "Xanthippe"

# Columns with somebody's number that may stay, each for its reason.
HARMLESS = {
    ("alert_steps", "actor_id"): "an agent",
    ("alerts", "complaint_id"): "a complaint without identity",
    ("chains", "complaint_id"): "a complaint without identity",
    ("chains", "started_by"): "an agent",
    ("clock_stops", "actor_id"): "an agent",
    ("complaint_actions", "actor_id"): "an agent",
    ("complaints", "repeat_of"): "a complaint without identity",
    ("complaints", "resolved_by"): "an agent",
    ("corrections", "agent_id"): "an agent",
    ("detached_tickets", "agent_id"): "an agent",
    ("deadlines", "complaint_id"): "a complaint without identity",
    ("erasures", "subject"): "cleared when it is done",
    ("follow_ups", "complaint_id"): "a complaint without identity",
    ("follow_ups", "owner_id"): "an agent",
    ("holds", "subject"): "nobody on hold is erased",
    ("noted_moments", "actor_id"): "an agent",
    ("outbox", "assignee_id"): "an agent",
    ("outbox", "follow_up_id"): "a follow-up without identity",
    ("promises", "complaint_id"): "a complaint without identity",
    ("promises", "made_by"): "an agent",
    ("promises", "owner_id"): "an agent",
    ("requesters", "merged_into"): "leads to the user who was erased with them",
    ("reviews", "closed_by"): "an agent",
    ("reviews", "owner_id"): "an agent",
    ("suggestion_uses", "agent_id"): "an agent",
    ("tickets", "assignee_id"): "an agent",
}
OF_SOMEBODY = {
    "requester_id", "user_id", "author_id", "ticket_id", "complaint_id", "alert_id", "follow_up_id",
    "agent_id", "actor_id", "owner_id", "assignee_id", "made_by", "closed_by", "started_by", "resolved_by",
    "repeat_of", "repeat_ticket_id", "merged_into", "followup_of", "subject",
}  # fmt: skip
# Long texts that come from policies, rules and templates, and not from people.
PLAIN = {
    ("chains", "delay"),
    ("chains", "template"),
    ("clock_stops", "category"),
    ("clock_stops", "preset_id"),
    ("complaints", "by_rule"),
    ("complaints", "cause"),
    ("complaints", "policy_id"),
    ("corrections", "by_rule"),
    ("corrections", "model"),
    ("deadlines", "limit_id"),
    ("deadlines", "preset_id"),
    ("deadlines", "title"),
    ("follow_ups", "name"),
    ("follow_ups", "note"),
    ("follow_ups", "pauses"),  # moments
    ("follow_ups", "satisfied_by"),
    ("inbox", "event_id"),
    ("inbox", "type"),
    ("outbox", "marker"),
    ("promises", "template_id"),
    ("suggestion_uses", "template_id"),
}


def fill(database: Database) -> None:
    """Let requester 7 leave something in every table that has a function to do so; 8 is a bystander."""
    with database.write() as conn:
        for id, name in ((7, WORD), (8, "Bystander")):
            requesters.save(conn, Requester(id, name=name, locale="en-GB", role="end-user"), order="1")
            number = id - 2
            words = f"{name} wrote this"
            told = ticket(number, requester_id=id, subject=words, description=words, tags=frozenset({name}))
            tickets.save(conn, told, order="1", with_custom_fields=True)
            tickets.add_comment(conn, Comment(id * 10, number, id, False, True, words, NOON))
            receive(conn, f"e{id}", number, body=words.encode(), user_id=id)
            of = complaints.add(conn, complaint(number, requester_id=id, references=frozenset({name})))
            complaints.add_action(conn, of, at=NOON, actor_id=1, kind="noted", details={"text": words})
            facts.put(conn, id, Fact("plan", name, "shop", NOON))
            suggestion_uses.add(
                conn,
                requester_id=id,
                ticket_id=number,
                template_id="apology",
                locale="en",
                agent_id=1,
                now=NOON,
            )
            plan(conn, number, what=words)
            outbox.add(
                conn,
                key=f"enrich:{number}",
                kind="enrich",
                ticket_id=number,
                marker=f"mg-{number}",
                note=words,
                fields={},
                priority=5,
                now=NOON,
            )
            audit_log.write(
                conn, at=NOON, actor="agent:1", action="told", subject=f"ticket:{number}", after=words
            )


def forget(database: Database, requester_id: int = 7) -> erasure.Removed:
    with database.write() as conn:
        return erasure.erase(conn, erasure.scope_of_requester(conn, requester_id), NOON)


def all_rows(database: Database) -> str:
    with database.read() as conn:
        return "\n".join(
            repr(tuple(row)) for table in metadata.sorted_tables for row in conn.execute(sa.select(table))
        )


def test_every_table_that_knows_somebody_is_covered() -> None:
    by_table: dict[str, list[Rule]] = {}
    for rule in rules(NOON):
        by_table.setdefault(rule.table.name, []).append(rule)
    forgotten = []
    for table in metadata.sorted_tables:
        mine = by_table.get(table.name, [])
        is_deleted = any(rule.values is None for rule in mine)
        covered = {name for rule in mine for name in (*rule.keys, *(rule.values or ()), *rule.reasons)}
        names = {column.name for column in table.columns if column.name in OF_SOMEBODY}
        if not is_deleted:
            forgotten += [(table.name, name) for name in sorted(names - covered)]

    assert [place for place in forgotten if place not in HARMLESS and place[0] != "audit_log"] == []


def test_every_key_leads_to_a_column_of_its_kind() -> None:
    kinds = {"requester_id": Of.REQUESTER, "user_id": Of.REQUESTER, "author_id": Of.REQUESTER}
    kinds |= {"ticket_id": Of.TICKET, "complaint_id": Of.COMPLAINT, "alert_id": Of.ALERT}

    assert all(kinds.get(name, of) is of for rule in rules(NOON) for name, of in rule.keys.items())


def test_a_person_is_gone_from_every_table_and_others_stay(database: Database) -> None:
    fill(database)
    assert WORD in all_rows(database)

    removed = forget(database)

    left = all_rows(database)
    assert WORD not in left
    assert WORD.encode().hex() not in left
    assert left.count("Bystander") >= 9
    assert removed["comments"] == removed["facts"] == removed["requesters"] == removed["tickets"] == 1
    assert removed["audit_log"] == 1


def test_what_was_removed_is_what_was_planned(database: Database) -> None:
    fill(database)
    with database.read() as conn:
        planned = erasure.count(conn, erasure.scope_of_requester(conn, 7), NOON)

    assert forget(database) == planned


def test_counts_stay_without_identity(database: Database) -> None:
    fill(database)
    forget(database)

    with database.read() as conn:
        assert complaints.by_ticket(conn, 5) is None
        rows = conn.execute(
            sa.text("SELECT id, ticket_id, requester_id, category, state FROM complaints")
        ).all()
        uses = conn.execute(
            sa.text("SELECT template_id, requester_id FROM suggestion_uses ORDER BY id")
        ).all()
        assert follow_ups.of_ticket(conn, 5) == []
    assert [tuple(row) for row in rows if row.requester_id != 8] == [(1, -1, -1, "delivery", "resolved")]
    assert [tuple(row) for row in uses] == [("apology", 0), ("apology", 8)]


def test_whatever_comes_in_later_brings_nothing_back(database: Database) -> None:
    fill(database)
    forget(database)

    with database.write() as conn:
        requesters.save(conn, Requester(7, name=WORD, locale="en-GB", role="end-user"), order="9")
        assert not requesters.add_name(conn, 7, WORD)
        tickets.save(conn, ticket(5, requester_id=7, subject=WORD), order="9", with_custom_fields=True)
        tickets.save_many(conn, [(ticket(5, requester_id=7, description=WORD), "99")])
        tickets.set_custom_field(conn, 5, 360000000001, WORD, order="999")
        assert not tickets.add_comment(conn, Comment(99, 5, 7, False, True, WORD, NOON))

    assert WORD not in all_rows(database)


def test_people_merged_into_one_are_forgotten_together(database: Database) -> None:
    fill(database)
    with database.write() as conn:
        requesters.merge(conn, 7, 8, "2")

    forget(database, 8)

    left = all_rows(database)
    assert WORD not in left
    assert "Bystander" not in left


def test_who_is_merged_away_loses_the_name(database: Database) -> None:
    fill(database)

    with database.write() as conn:
        requesters.merge(conn, 7, 8, "2")
        requesters.save(conn, Requester(7, name=WORD), order="3")
        assert requesters.get_many(conn, [7])[7].name is None


def test_no_word_stays_in_the_file_itself(sqlite_database: Database) -> None:
    fill(sqlite_database)
    file = Path(str(sqlite_database.engine.url.database))
    erasure.settle(sqlite_database)
    assert WORD.encode() in file.read_bytes()

    forget(sqlite_database)
    erasure.settle(sqlite_database)

    remains = [path for path in file.parent.glob(f"{file.name}*") if WORD.encode() in path.read_bytes()]
    assert remains == []


def test_blacked_out_words_go_from_what_was_made_of_them(database: Database) -> None:
    fill(database)
    with database.write() as conn:
        conn.execute(sa.text("UPDATE inbox SET state = 'done'"))
        conn.execute(sa.text("UPDATE outbox SET state = 'done'"))

        removed = erasure.erase_words(conn, 5)

        found = complaints.by_ticket(conn, 5)
        assert found is not None
        assert found.assessment.evidence == ()
    assert removed == {"complaints": 1, "inbox": 1, "outbox": 1}


def test_no_free_text_of_any_table_is_forgotten(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        for table in metadata.sorted_tables:
            if {"requester_id", "ticket_id", "complaint_id", "alert_id"} & set(table.columns.keys()):
                conn.execute(sa.insert(table).values(row_of_words(table)))
        conn.execute(
            sa.insert(tickets_table).values(row_of_words(tickets_table) | {"id": 5, "status": "open"})
        )

    forget(sqlite_database)

    with sqlite_database.read() as conn:
        left = [
            (table.name, name)
            for table in metadata.sorted_tables
            for row in conn.execute(sa.select(table))
            for name, value in row._mapping.items()
            if WORD in repr(value)
        ]
    assert sorted(set(left) - PLAIN) == []


def row_of_words(table: sa.Table) -> dict[str, object]:
    """Make a row about requester 7 and ticket 5 with the word wherever free text may stand."""
    return {column.name: value_of(column) for column in table.columns}


def value_of(column: sa.Column[object]) -> object:
    numbers = {"requester_id": 7, "user_id": 7, "author_id": 7, "ticket_id": 5}
    if column.name in numbers:
        return numbers[column.name]
    kind = column.type
    if isinstance(kind, Moment):
        return NOON
    if isinstance(kind, sa.Text) or (isinstance(kind, sa.String) and (kind.length or 99) >= 60):
        return f"{WORD} {column.table.name}"
    if isinstance(kind, sa.String):
        return "x"
    if isinstance(kind, sa.JSON):
        return {"code": "why", "details": {"why": WORD}}
    if isinstance(kind, sa.LargeBinary):
        return WORD.encode()
    if isinstance(kind, sa.Boolean):
        return False
    return Decimal(1) if isinstance(kind, Amount) else 1
