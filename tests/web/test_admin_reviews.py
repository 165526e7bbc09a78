"""Reviews of causes on the admin page: nothing closes without an action or a reason."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from integration.handling import reviews
from integration.store import complaints, tickets
from integration.store.tables import complaints as complaint_rows
from tests.store.samples import complaint, ticket
from tests.web.asking import Asking
from tests.web.installation import ADMIN, AGENT, NOW, Site

CAUSE = "late_delivery"


@pytest.fixture
def admin(here: Site) -> Asking:
    with here.parts.database.write() as conn:
        for number in (71, 72, 73):
            tickets.save(conn, ticket(number), order="1", with_custom_fields=False)
            complaints.add(conn, replace(complaint(number), received_at=NOW))
        conn.execute(sa.update(complaint_rows).values(cause=CAUSE))
        assert reviews.consider(conn, CAUSE, NOW) == 1
    return Asking(here, ADMIN, "admin")


def test_an_open_review_names_its_cause_and_the_tickets_behind_it(admin: Asking) -> None:
    html = admin.get("/app/api/admin/health/reviews").text

    assert "Late delivery" in html
    assert all(f">#{number}</a>" in html for number in (71, 72, 73))
    assert "(1)" in admin.get("/app/api/admin/health").text


def test_a_review_does_not_close_without_an_action_or_a_reason(admin: Asking) -> None:
    refused = admin.post("/app/api/admin/reviews/1/close", {"finding": "The carrier is slow."})

    assert refused.status_code == 422
    assert "what was changed" in refused.text
    assert "Close the review" in admin.get("/app/api/admin/health/reviews").text


def test_a_closed_review_tells_its_outcome_and_leads_to_the_letters(admin: Asking) -> None:
    done = {"finding": "Slow carrier.", "action": "We changed the <b>carrier</b>", "check_on": "2026-06-01"}
    assert admin.post("/app/api/admin/reviews/1/close", done).status_code == 204

    html = admin.get("/app/api/admin/health/reviews").text

    assert "No review is open." in html
    assert "We changed the &lt;b&gt;carrier&lt;/b&gt;" in html
    assert "#health/reviews/1/letters?what=We+changed" in html


def test_the_letters_are_drafts_for_each_requester_behind_it(here: Site, admin: Asking) -> None:
    letters = admin.get("/app/api/admin/health/reviews/1/letters?what=We+pack+tighter").text

    assert letters.count("We pack tighter") == 4  # one each, and what the admin wrote
    assert "Nothing is sent." in letters
    assert admin.get("/app/api/admin/health/reviews/99/letters?what=x").status_code == 404


def test_a_day_that_is_none_is_refused(admin: Asking) -> None:
    answer = admin.post("/app/api/admin/reviews/1/close", {"action": "x", "check_on": "soon"})

    assert answer.status_code == 400


def test_agents_who_are_no_admins_neither_see_nor_close_reviews(here: Site, admin: Asking) -> None:
    agent = Asking(here, AGENT)

    assert agent.get("/app/api/admin/health/reviews").status_code == 403
    assert agent.post("/app/api/admin/reviews/1/close", {"action": "x"}).status_code == 403
