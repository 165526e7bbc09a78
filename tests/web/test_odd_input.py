"""What no database takes is cleaned or refused before it gets there; PostgreSQL is the stricter one."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import rsa

from integration.handling import reviews
from integration.responses.library import Library
from integration.store import audit_search, complaints, tickets
from integration.store.audit_search import Wanted
from integration.store.tables import complaints as complaint_rows
from tests.store.samples import complaint, ticket
from tests.web.asking import Asking
from tests.web.installation import ADMIN, END_USER, NOW, ROOT, Site, installed

BEYOND = "9" * 30
API = "/app/api"


@pytest.fixture
def here(postgresql_url: str, tmp_path: Path, library: Library, app_key: rsa.RSAPrivateKey) -> Iterator[Site]:
    with installed(postgresql_url, tmp_path, library, app_key) as site:
        yield site


@pytest.fixture
def admin(here: Site) -> Asking:
    return Asking(here, ADMIN, "admin")


def audited(here: Site, action: str) -> str:
    with here.parts.database.read() as conn:
        return json.dumps(audit_search.find(conn, Wanted(action=action), limit=1)[0].after)


def test_an_id_that_no_database_holds_leads_nowhere(admin: Asking) -> None:
    asked = [admin.get(f"{API}/tickets/{BEYOND}/facts"), admin.get(f"{API}/admin/privacy/{BEYOND}.json")]
    done = [
        admin.post(f"{API}/{path}", {}) for path in (f"promises/{BEYOND}/keep", f"letters/{BEYOND}/take-out")
    ]

    assert [answer.status_code for answer in (*asked, *done)] == [404, 404, 404, 404]


@pytest.mark.parametrize("name", ["actor", "action", "subject"])
def test_the_audit_log_is_searched_for_what_can_be_seen_of_a_word(admin: Asking, name: str) -> None:
    assert admin.get(f"{API}/admin/health/audit?{name}=a%00b").status_code == 200


def test_a_reason_is_kept_without_what_cannot_be_seen_of_it(here: Site, admin: Asking) -> None:
    answer = admin.post(f"{API}/admin/privacy/{END_USER}/hold", {"why": "file\0 12"})

    assert answer.status_code == 204
    assert audited(here, "hold placed") == '{"why": "file 12"}'


def test_a_review_closes_with_what_can_be_seen_of_its_words(here: Site, admin: Asking) -> None:
    with here.parts.database.write() as conn:
        for number in (71, 72, 73):
            tickets.save(conn, ticket(number), order="1", with_custom_fields=False)
            complaints.add(conn, replace(complaint(number), received_at=NOW))
        conn.execute(sa.update(complaint_rows).values(cause="late_delivery"))
        reviews.consider(conn, "late_delivery", NOW)

    told = {"finding": "Slow\0 carrier.", "action": "Another\ncarrier\0"}

    assert admin.post(f"{API}/admin/reviews/1/close", told).status_code == 204


def test_a_draft_is_saved_with_what_can_be_seen_of_its_comment(admin: Asking) -> None:
    shipped = (ROOT / "templates/apology/en.md.j2").read_text("utf-8")
    path = f"{API}/admin/templates/letter/apology/en/draft"

    kept = admin.post(path, {"text": shipped + "\n", "comment": "Kin\0der", "revision": 0})
    beyond = admin.post(path, {"text": shipped, "comment": "", "revision": int(BEYOND)})

    assert (kept.status_code, beyond.status_code) == (200, 400)
