"""What is said of the state of things: English by itself, by code and values for pages, short when kept."""

import copy
import json
import re
from pathlib import Path

import pytest

from integration.policies.load import Problems, parse
from integration.policies.shelf import SHIPPED
from integration.statements import FOLDER, PREFIX, Statement, packed, unpacked
from integration.web.words import words_for
from integration.zendesk.errors import NotAuthorised, ZendeskUnavailable

ROOT = Path(__file__).parent.parent
AWAY = Statement("zendesk_unavailable", reason=Statement("answered", status=503))


def test_a_statement_is_its_english_sentence() -> None:
    assert AWAY == "Zendesk is unavailable: it answered 503."


def test_a_page_says_it_in_its_own_language_with_what_is_within() -> None:
    german = words_for("de")

    assert german.statement(AWAY) == "Zendesk ist nicht erreichbar: es hat mit 503 geantwortet."
    assert german.statement("as somebody typed it") == "as somebody typed it"


def test_an_error_gives_its_statement_back() -> None:
    said = str(NotAuthorised(Statement("token_refused"), "tickets:write"))

    assert words_for("de").statement(said).endswith("Geben Sie die Berechtigung tickets:write.")


def test_what_is_kept_comes_back_as_it_was_said() -> None:
    error = ZendeskUnavailable(Statement("too_slow"))

    kept = packed(str(error), most=300)

    assert isinstance(unpacked(kept), Statement)
    assert unpacked(kept) == str(error)
    assert copy.deepcopy(AWAY).values == AWAY.values


@pytest.mark.parametrize(
    "text", ["a plain reason", 'said:{"code":"of a newer version"}', "said:{", "said:[]"]
)
def test_what_is_no_statement_stays_as_it_is(text: str) -> None:
    assert unpacked(text) == text


def test_what_would_be_too_long_is_kept_as_its_sentence() -> None:
    said = Statement("gave_up", tries=12, reason="x" * 400)

    assert packed(said, most=300) == said[:300]


@pytest.mark.parametrize(
    ("right", "wrong", "german"),
    [
        ("amount: 4,", "amount: soon,", "steps.0.delay.amount: hier gehört eine ganze Zahl hin."),
        ("title: House rules", "titel: House rules", "titel ist hier nicht bekannt"),
        ("time_zone: Europe/London", "time_zone: Nowhere", "'Nowhere' ist keine Zeitzone"),
        ("id: first_reply\n", "id: first_reply_high\n", "zwei Schritte heißen first_reply_high"),
    ],
)
def test_what_a_schema_objects_to_is_said_in_any_language(right: str, wrong: str, german: str) -> None:
    text = (SHIPPED / "house.yaml").read_text("utf-8").replace(right, wrong)

    found = parse(text, "house.yaml")

    assert isinstance(found, Problems)
    told = [words_for("de").statement(problem.message) for problem in found.problems]
    assert any(german in message for message in told), told


def test_every_sentence_is_said_somewhere_and_no_other() -> None:
    sentences = json.loads((FOLDER / "en.json").read_text("utf-8"))
    code = "".join(path.read_text("utf-8") for path in (ROOT / "integration").rglob("*.py"))
    named = set(re.findall(r'"([a-z0-9_]+(?:\.step)?)"', code))
    by_kind = {f"tone_{kind}" for kind in ("blame", "sarcasm", "promotion", "vague")}
    made = {key.removeprefix(PREFIX) for key in sentences} - by_kind - {"lint_no_words", "lint_no_frame"}

    assert {code for code in made - named if code.removeprefix("schema_") not in named} == set()
