"""Kept values, secrets, counters, launches, facts, used suggestions and the audit log."""

from functools import partial

import pytest

from integration.store import audit_log, counters, facts, kept, launches, requesters, secrets, suggestion_uses
from integration.store.engine import Database, make_engine
from integration.store.facts import Fact
from tests.store.samples import MINUTE, NOON, at_once

KEY = "k" * 32


def test_a_kept_value_is_replaced_and_forgotten(database: Database) -> None:
    with database.write() as conn:
        assert kept.get(conn, "cursor") is None
        kept.put(conn, "cursor", {"tickets": "abc"}, now=NOON)
        kept.put(conn, "cursor", ["def", 1, None], now=NOON)
        assert kept.get(conn, "cursor") == ["def", 1, None]

        assert kept.delete(conn, "cursor")
        assert not kept.delete(conn, "cursor")


def test_a_prefix_is_taken_literally(database: Database) -> None:
    with database.write() as conn:
        for name in ("a_b:1", "a_b:2", "axb:3"):
            kept.put(conn, name, name, now=NOON)

        assert list(kept.starting_with(conn, "a_b")) == ["a_b:1", "a_b:2"]


def test_secrets_are_read_with_their_key_and_not_stored_in_clear(database: Database) -> None:
    with database.write() as conn:
        secrets.put_secret(conn, "webhook:1", "s3cret", secret_key=KEY, now=NOON)
        secrets.put_secret(conn, "facts", "other", secret_key=KEY, now=NOON)

        assert secrets.get_secrets(conn, "webhook:", secret_key=KEY) == {"webhook:1": "s3cret"}
        assert "s3cret" not in str(kept.starting_with(conn, ""))
        assert list(secrets.get_secrets(conn, secret_key=KEY)) == ["facts", "webhook:1"]


def test_another_key_is_told_what_to_do(database: Database) -> None:
    with database.write() as conn:
        secrets.put_secret(conn, "webhook:1", "s3cret", secret_key=KEY, now=NOON)

        with pytest.raises(secrets.SecretsUnreadable, match="makegood connect"):
            secrets.get_secrets(conn, secret_key="j" * 32)


def test_secrets_of_webhooks_that_are_gone_are_forgotten_though_nobody_can_read_them(
    database: Database,
) -> None:
    with database.write() as conn:
        secrets.put_secret(conn, "webhook:old", "s3cret", secret_key="j" * 32, now=NOON)
        secrets.put_secret(conn, "webhook:new", "s3cret", secret_key=KEY, now=NOON)
        secrets.put_secret(conn, "facts", "other", secret_key=KEY, now=NOON)

        secrets.keep_only(conn, "webhook:", {"webhook:new"})

        assert list(secrets.get_secrets(conn, secret_key=KEY)) == ["facts", "webhook:new"]


def test_counters_lose_nothing_between_processes(database: Database, database_url: str) -> None:
    other = Database(make_engine(database_url))

    def count(on: Database) -> None:
        with on.write() as conn:
            counters.add(conn, "events", 3)

    at_once([partial(count, one) for one in (database, other) * 4])

    other.close()
    with database.read() as conn:
        assert counters.all(conn) == {"events": 24}


def test_a_launch_is_good_once(database: Database) -> None:
    with database.write() as conn:
        assert launches.first_use(conn, "a", NOON + MINUTE, NOON)
        assert not launches.first_use(conn, "a", NOON + MINUTE, NOON)
        assert launches.first_use(conn, "b", NOON + MINUTE, NOON)


def test_expired_launches_are_forgotten(database: Database) -> None:
    with database.write() as conn:
        launches.first_use(conn, "a", NOON, NOON)
        launches.first_use(conn, "b", NOON + MINUTE, NOON + MINUTE)

        # Only its expiry keeps an old token out by now, and that is checked before.
        assert launches.first_use(conn, "a", NOON + 2 * MINUTE, NOON + MINUTE)


def test_the_newest_fact_of_a_name_counts(database: Database) -> None:
    gold = Fact("plan", "Gold", "billing", NOON)
    basic = Fact("plan", "Basic", "billing", NOON - MINUTE)
    orders = Fact("orders", "12", "shop", NOON)
    with database.write() as conn:
        assert facts.put(conn, 7, gold)
        assert not facts.put(conn, 7, basic)
        facts.put(conn, 8, basic)
        facts.put(conn, 8, orders)
        requesters.merge(conn, 8, 7, "1")

        assert facts.of_requester(conn, 8) == [orders, gold]


def test_used_suggestions_are_known_for_the_whole_person(database: Database) -> None:
    with database.write() as conn:
        requesters.merge(conn, 8, 7, "1")
        for template_id in ("apology", "apology", "delay"):
            suggestion_uses.add(
                conn,
                requester_id=8,
                ticket_id=5,
                template_id=template_id,
                locale="en",
                agent_id=9,
                now=NOON,
            )

        assert suggestion_uses.used_for(conn, 7) == {"apology", "delay"}
        assert suggestion_uses.used_for(conn, 9) == frozenset()


def test_the_audit_log_is_read_newest_first_by_pages(database: Database) -> None:
    with database.write() as conn:
        for number in range(5):
            subject = "ticket:5" if number % 2 else "ticket:6"
            audit_log.write(
                conn, at=NOON, actor="cli", action="correct", subject=subject, after={"n": number}
            )

        page = audit_log.entries(conn, limit=2)
        rest = audit_log.entries(conn, below=page[-1].id)
        of_five = audit_log.entries(conn, subject="ticket:5")

    assert [entry.after["n"] for entry in page + rest] == [4, 3, 2, 1, 0]
    assert [entry.after["n"] for entry in of_five] == [3, 1]
