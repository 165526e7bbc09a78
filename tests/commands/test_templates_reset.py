"""`templates reset` makes a template rank by its own words again."""

from pathlib import Path

import numpy as np

from integration.store import choices
from integration.store.engine import Database, make_engine
from tests.commands.conftest import Run
from tests.store.samples import NOON

SETTINGS = {
    "ZENDESK_URL": "https://example.zendesk.com",
    "OAUTH_CLIENT_ID": "makegood",
    "OAUTH_CLIENT_SECRET": "s" * 40,
    "PUBLIC_URL": "https://makegood.example.com",
    "SECRET_KEY": "k" * 40,
}


def test_what_agents_taught_about_a_template_is_forgotten(makegood: Run, sqlite_url: str) -> None:
    database = Database(make_engine(sqlite_url))
    with database.write() as conn:
        for template_id in ("refund", "repair"):
            choices.add(
                conn, template_id=template_id, ticket_id=5, vector=np.ones(512), was_found=False, now=NOON
            )

    result = makegood("templates", "reset", "refund", DATABASE_URL=sqlite_url, **SETTINGS)

    assert result.exit_code == 0
    assert "refund: 1 forgotten" in result.output
    with database.read() as conn:
        assert [choice.template_id for choice in choices.of_templates(conn)] == ["repair"]
    database.close()


def test_a_misspelt_template_is_refused_with_the_nearest_name(makegood: Run, tmp_path: Path) -> None:
    data = {"DATA_DIR": str(tmp_path / "data")}
    result = makegood("templates", "reset", "refnud", **SETTINGS, **data)

    assert result.exit_code == 1
    assert "refund" in result.output
