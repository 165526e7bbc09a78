"""The words of the pages: every language says everything, and every rule's reason has a sentence."""

import json
import re
import string
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from integration.domain.complaint import Band, Category, CueKind, State
from integration.domain.history import Outcome
from integration.domain.reason import Code
from integration.domain.ticket import Channel
from integration.policies.load import load_policy
from integration.policies.shelf import SHIPPED, PolicyShelf
from integration.web.words import FOLDER, word_files, words_for
from tests.web.installation import NOW, ROOT

LANGUAGES = sorted(file.stem for file in FOLDER.glob("*.json"))
ENGLISH = words_for("en").entries
SHOWN = [code for code in Code if code not in {
    Code.DUE, Code.NOT_DUE, Code.ENDED, Code.TICKET_DELETED, Code.TICKET_MERGED, Code.TICKET_CLOSED,
    Code.NOT_A_COMPLAINT, Code.CANCELLED_BY_TRIGGER, Code.NEWER_REMINDER, Code.REFUSED, Code.TICKET_GONE,
    Code.UNUSABLE_NOTE, Code.DEFECT, Code.BECAME_WORSE, Code.REOPENED, Code.OBSERVED,
    Code.PUBLIC_REPLY, Code.RESOLVED, Code.REQUESTER_WROTE, Code.CUSTOMER_TOLD,
    Code.PROMISE_KEPT, Code.PROMISE_WITHDRAWN, Code.NEVER_SENT, Code.NO_CHECK_IN, Code.AUTOMATIC_REPLIES,
    Code.ONLY_THANKS, Code.NOBODY_SPOKE, Code.CHAIN_ENDED, Code.NOT_ALLOWED, Code.SENT_BY_CHAIN,
    Code.SIDE_LIST, Code.IN_DIGEST,
}]  # fmt: skip


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_everything_that_english_says_with_the_same_slots(language: str) -> None:
    entries = {}
    for file in word_files(language):
        entries |= json.loads(file.read_text("utf-8"))

    assert entries.keys() == ENGLISH.keys()
    for key, english in ENGLISH.items():
        forms = entries[key].values() if isinstance(english, dict) else [entries[key]]
        wanted = slots(english["other"] if isinstance(english, dict) else english)
        assert all(slots(form) <= wanted for form in forms), key


def test_no_word_is_said_in_two_files() -> None:
    keys = [key for file in word_files("en") for key in json.loads(file.read_text("utf-8"))]

    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_form_that_the_language_has_is_there(language: str) -> None:
    words = words_for(language)

    for key in (key for key, entry in ENGLISH.items() if isinstance(entry, dict)):
        needed = {words.locale.plural_form(n) for n in range(200)}
        assert needed <= words.entries[key].keys(), key


def test_every_code_of_the_rules_that_the_panel_shows_has_a_sentence() -> None:
    families = {"category": Category, "band": Band, "state": State, "cue": CueKind, "outcome": Outcome,
                "channel": Channel, "reason": SHOWN}  # fmt: skip
    wanted = {f"{family}.{value}" for family, values in families.items() for value in values}

    assert wanted <= ENGLISH.keys()


def test_every_name_of_a_limit_is_one_that_a_shipped_preset_uses() -> None:
    versions = [each for known in PolicyShelf().presets().values() for each in known]
    titles = {limit.title for preset in versions for limit in preset.limits}

    assert {text for key, text in ENGLISH.items() if key.startswith("limit.")} <= titles


def test_every_word_that_a_page_asks_for_exists() -> None:
    pages = "".join(page.read_text("utf-8") for page in (ROOT / "integration/web/pages").glob("*.html"))
    asked = set(re.findall(r"""words(?:\.count)?\(['"]([a-z_.]+)['"][,)]""", pages))

    assert asked
    assert asked <= ENGLISH.keys()


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en-GB", "en"), ("ru", "ru"), ("pt-BR", "pt"), ("xx", "en"), ("../en", "en"), ("", "en")],
)
def test_an_agent_is_answered_in_a_language_that_there_is(locale: str, language: str) -> None:
    assert words_for(locale).language == (language if language in LANGUAGES else "en")


def test_days_nearby_are_called_by_their_names() -> None:
    words, zone = words_for("en-GB"), ZoneInfo("Pacific/Auckland")

    assert words.day(NOW, NOW, zone) == "today"
    assert words.day(NOW + timedelta(hours=3), NOW, zone) == "tomorrow"
    assert words.day(NOW - timedelta(days=20), NOW, zone) == "18 Feb"
    assert words.day(NOW - timedelta(days=400), NOW, zone) == "3 Feb 2025"


def test_every_step_of_the_house_policy_has_a_name() -> None:
    house = load_policy(SHIPPED / "house.yaml")

    assert {f"step.{step.id}" for step in house.steps} <= set(ENGLISH)


def test_a_name_inside_a_sentence_is_small_but_for_german_nouns() -> None:
    found = [words_for(language).within("remedy.refund") for language in ("en", "fr", "de")]

    assert found == ["refund", "remboursement", "Erstattung"]
