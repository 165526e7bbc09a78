"""Finding templates by language and variant, promises and slots, and files that change or break."""

import os
import time
from datetime import date
from pathlib import Path

import pytest
import yaml

from integration.domain.complaint import Category
from integration.domain.deadline import Delay, Unit
from integration.domain.language import LANGUAGES
from integration.domain.reason import Code
from integration.domain.ticket import Channel
from integration.responses.errors import TemplateFailed, UnknownTemplate
from integration.responses.library import Library
from integration.responses.shelf import REFRESH_SECONDS
from integration.responses.values import Matter, NoteValues, OpenPromise, Person, Values
from integration.responses.words import parse_words
from tests.responses.conftest import HEAD, SHIPPED, Write

MONDAY = date(2026, 3, 2)
FRIDAY = date(2026, 3, 6)


def test_the_shipped_templates_have_no_problems_and_six_languages_have_every_one(library: Library) -> None:
    ids = {locale: {card.id for card in library.cards() if card.locale == locale} for locale in LANGUAGES}

    assert library.problems == ()
    assert len(ids["en"]) >= 29
    assert all(ids[locale] == ids["en"] for locale in LANGUAGES)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_letter_in_another_language_makes_the_same_promise_as_in_english(
    library: Library, locale: str
) -> None:
    for card in (card for card in library.cards() if card.locale == locale):
        english, here = (library.render(card.id, one, Values(today=MONDAY)) for one in ("en", locale))

        assert here.gestures == english.gestures, card.id
        assert (here.promise and here.promise.by) == (english.promise and english.promise.by), card.id


def test_only_the_public_family_is_offered_where_strangers_read(library: Library) -> None:
    assert {card.family for card in library.cards() if Channel.SOCIAL in card.channels} == {"public"}


@pytest.mark.parametrize(
    ("wanted", "found", "is_fallback"),
    [
        ("ru", "ru", False),
        ("ru-RU", "ru", False),
        ("en_GB", "en", False),
        ("pt-BR", "pt", False),
        ("it", "en", True),
    ],
)
def test_a_language_is_found_exactly_then_without_its_region_then_in_english(
    library: Library, wanted: str, found: str, is_fallback: bool
) -> None:
    rendered = library.render("closing", wanted, Values(today=MONDAY))

    assert (rendered.locale, rendered.is_fallback) == (found, is_fallback)


def test_dates_are_written_as_the_requesters_region_writes_them(library: Library) -> None:
    british = library.render("acknowledgement", "en-GB", Values(today=MONDAY)).text

    assert "by 4 March," in british


def test_a_date_in_another_year_says_the_year_and_doubles_no_full_stop(library: Library) -> None:
    promise = OpenPromise("send a lid", date(2025, 12, 31))
    text = library.render("repeat", "ru", Values(today=MONDAY, open_promise=promise)).text

    assert "31 декабря 2025 года;" in text


def test_a_missing_name_leaves_no_gap(library: Library) -> None:
    nameless = Values(today=MONDAY, requester=Person.named("jane.doe77@example.org"))

    assert library.render("refund", "en", nameless).text.startswith("Hello,\n\n")
    assert library.render("refund", "ru", nameless).text.startswith("Здравствуйте!\n\n")


def test_an_unfilled_slot_is_marked_and_listed(library: Library) -> None:
    rendered = library.render("explanation", "en", Values(today=MONDAY, matter=Matter(Category.REFUND)))

    assert "What happened: ⟦what happened⟧." in rendered.text
    assert rendered.unfilled == ("cause", "agent.name")


def test_a_question_vanishes_once_its_answer_is_known(library: Library) -> None:
    asking = library.render("refund", "en", Values(today=MONDAY)).text
    knowing = library.render("refund", "en", Values(today=MONDAY, order="AF-1")).text

    assert "what is the order number?" in asking
    assert "?" not in knowing


def test_a_promise_is_counted_in_business_days_and_its_day_stands_in_the_text(library: Library) -> None:
    rendered = library.render("acknowledgement", "en", Values(today=FRIDAY))

    assert rendered.promise is not None
    assert rendered.promise.within == Delay(2, Unit.BUSINESS_DAYS)
    assert rendered.promise.by == date(2026, 3, 10)
    assert "by March 10," in rendered.text


def test_a_promise_to_check_counts_from_the_day_something_is_expected(library: Library) -> None:
    values = Values(today=MONDAY, order="AF-1", expected_on=date(2026, 3, 20))
    rendered = library.render("refund", "en", values)

    assert rendered.promise is not None
    assert rendered.promise.by == date(2026, 3, 25)


def test_a_given_next_date_wins_over_the_counted_one(library: Library) -> None:
    rendered = library.render("acknowledgement", "en", Values(today=MONDAY, next_date=date(2026, 3, 12)))

    assert rendered.promise is not None
    assert rendered.promise.by == date(2026, 3, 12)


def test_gestures_of_a_letter_come_with_it(library: Library) -> None:
    assert "apology" in library.render("apology", "en", Values(today=MONDAY)).gestures


def test_an_unknown_template_or_note_is_refused(library: Library) -> None:
    with pytest.raises(UnknownTemplate):
        library.render("no-such", "en", Values(today=MONDAY))
    with pytest.raises(UnknownTemplate):
        library.render_note("no-such", "en", NoteValues(ticket_id=1, reference="r"))


def test_a_file_that_breaks_keeps_its_last_good_version_and_names_file_and_line(
    own: Library, write: Write
) -> None:
    path = write("closing/en.md.j2", HEAD + "Thank you.\n")
    own.refresh()
    write("closing/en.md.j2", HEAD + "Thank you.\n{% if %}\n")
    own.refresh()

    assert own.render("closing", "en", Values(today=MONDAY)).text == "Thank you.\n"
    assert [(problem.file, problem.line) for problem in own.problems] == [(path, 6)]


def test_a_changed_file_is_read_again_and_a_deleted_one_is_gone(own: Library, write: Write) -> None:
    path = write("closing/en.md.j2", HEAD + "First.\n")
    own.refresh()
    write("closing/en.md.j2", HEAD + "Second.\n")
    os.utime(path, ns=(1, 1))
    own.refresh()
    second = own.render("closing", "en", Values(today=MONDAY)).text
    path.unlink()
    own.refresh()

    assert second == "Second.\n"
    assert own.cards() == ()


def test_an_edited_file_is_noticed_without_being_asked(own: Library, write: Write) -> None:
    write("closing/en.md.j2", HEAD + "First.\n")
    own.refresh()
    write("closing/en.md.j2", HEAD + "Edited since.\n")
    time.sleep(REFRESH_SECONDS + 0.1)

    assert own.render("closing", "en", Values(today=MONDAY)).text == "Edited since.\n"


def test_a_later_folder_takes_the_place_of_a_shipped_template(write: Write, folder: Path) -> None:
    write("closing/en.md.j2", HEAD + "Our own words.\n")

    with Library.load(SHIPPED, folder) as library:
        assert library.render("closing", "en", Values(today=MONDAY)).text == "Our own words.\n"
        assert "С уважением" in library.render("closing", "ru", Values(today=MONDAY)).text


def test_a_file_in_no_templates_place_is_named(own: Library, write: Write) -> None:
    path = write("Closing/English.md.j2", HEAD)
    own.refresh()

    assert [problem.file for problem in own.problems] == [path]


def test_a_misspelt_value_is_an_error_with_its_line(own: Library, write: Write) -> None:
    path = write("closing/en.md.j2", HEAD + "Hello\n{{ requestor.name }}\n")
    own.refresh()

    with pytest.raises(TemplateFailed) as failure:
        own.render("closing", "en", Values(today=MONDAY))
    assert (failure.value.problem.file, failure.value.problem.line) == (path, 6)
    assert "requestor" in failure.value.problem.message


def test_an_error_in_the_frame_names_the_frame(own: Library, write: Write) -> None:
    frame = write("frame/en.md.j2", "{{ oops }}\n")
    write("closing/en.md.j2", HEAD + '{% extends "frame" %}\n')
    own.refresh()

    with pytest.raises(TemplateFailed) as failure:
        own.render("closing", "en", Values(today=MONDAY))
    assert (failure.value.problem.file, failure.value.problem.line) == (frame, 1)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_step_of_the_house_policy_has_words_and_a_note(library: Library, locale: str) -> None:
    policy = yaml.safe_load((SHIPPED.parent / "integration" / "policies" / "house.yaml").read_text("utf-8"))
    words = parse_words((SHIPPED / "words" / f"{locale}.yaml").read_text("utf-8"))

    assert {step["id"] for step in policy["steps"]} <= words.follow_ups.keys()
    for step in policy["steps"]:
        assert library.render_note(step["note"], locale, NoteValues(ticket_id=1, reference="r"))


def test_every_reason_to_see_a_repeat_has_words() -> None:
    codes = {Code.FOLLOW_UP_TICKET, Code.MERGED, Code.SAME_REFERENCE, Code.SAME_CATEGORY_RECENTLY}

    for path in (SHIPPED / "words").glob("*.yaml"):
        assert codes <= parse_words(path.read_text("utf-8")).repeat_reasons.keys(), path


def test_the_cards_are_built_once_and_again_when_a_text_changes(own: Library, write: Write) -> None:
    path = write("closing/en.md.j2", HEAD + "First.\n")
    own.refresh()
    first = own.cards()
    own.refresh()
    assert own.cards() is first

    write("closing/en.md.j2", HEAD + "Second.\n")
    os.utime(path, ns=(1, 1))
    own.refresh()

    assert [card.text for card in (*first, *own.cards())] == ["First.", "Second."]
