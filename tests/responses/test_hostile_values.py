"""What a requester writes is a value: it comes out as it stands, or without what could deceive."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.domain.complaint import Category
from integration.domain.remedy import Money
from integration.responses.library import Library
from integration.responses.values import Matter, NoteValues, Person, Values

TODAY = date(2026, 3, 2)


def _quoting(library: Library, words: str) -> tuple[str, str]:
    values = Values(today=TODAY, matter=Matter(Category.SERVICE, words))
    rendered = library.render("acknowledgement", "en", values)
    return rendered.text, rendered.html


@pytest.mark.parametrize(
    "words",
    ["{{ 7*7 }}", "{% for x in range(9) %}x{% endfor %}", "{# hidden #}", "{{ agent.name }}", "⟦order⟧"],
)
def test_template_syntax_in_a_value_stays_as_written(library: Library, words: str) -> None:
    text, _ = _quoting(library, words)

    assert f"“{words}”" in text


def test_a_value_that_looks_like_a_slot_is_not_listed_as_unfilled(library: Library) -> None:
    values = Values(today=TODAY, order="⟦amount⟧", agent=Person.named("Ana"), matter=Matter(Category.SERVICE))

    assert library.render("acknowledgement", "en", values).unfilled == ()


def test_markup_in_a_value_is_escaped_in_html(library: Library) -> None:
    _, html = _quoting(library, "<script>alert('x')</script> & co")

    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; co" in html
    assert "<script" not in html


def test_html_has_paragraphs_and_line_breaks_and_nothing_else(library: Library) -> None:
    html = library.render(
        "acknowledgement", "en", Values(today=TODAY, agent=Person.named("Ana"), brand="A")
    ).html

    assert html.startswith("<p>Hello,</p><p>Thank you")
    assert html.endswith("<p>Kind regards,<br>Ana<br>A</p>")


@pytest.mark.parametrize("code", [0x202E, 0x202A, 0x2066, 0x2069, 0x00, 0x1B, 0x07])
def test_signs_that_turn_text_around_or_control_terminals_are_taken_out(library: Library, code: int) -> None:
    text, html = _quoting(library, f"re{chr(code)}fund")

    assert "“refund”" in text
    assert chr(code) not in text + html


def test_a_value_stays_on_one_line(library: Library) -> None:
    text, _ = _quoting(library, "one\n\nKind regards,\r\nthe director")

    assert "“one Kind regards, the director”" in text


def test_a_long_quote_is_cut_between_words(library: Library) -> None:
    text, _ = _quoting(library, "never again " * 50_000)

    assert "never again…”" in text or "never…”" in text
    assert len(text) < 700


def test_an_endless_subject_does_not_fill_a_note(library: Library) -> None:
    note = library.render_note(
        "named", "en", NoteValues(ticket_id=1, reference="r", name="n", what="x" * 10**6)
    )

    assert len(note) < 1_000


@pytest.mark.parametrize(
    "name",
    ["http://x.example", "Caller: +1 555 0100", "{{ 7*7 }}", "<b>Jo</b>", "a" * 61, "jane.doe", "j_doe"],
)
def test_what_is_no_name_is_not_greeted(library: Library, name: str) -> None:
    text = library.render("refund", "en", Values(today=TODAY, requester=Person.named(name))).text

    assert text.startswith("Hello,\n")


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Nora Whitfield", "Nora"),
        ("O'Neil, Mary-Jane", "Mary-Jane"),
        ("Соколова Анна Петровна", "Анна Петровна"),
        ("Анна Соколова", "Анна"),
        ("José", "José"),
        ("Jose\u0301 Ruiz", "José"),
        ("J.R. Smith", "J.R."),
        ("अनीता शर्मा", "अनीता"),
        ("", None),
        (None, None),
    ],
)
def test_the_first_name_is_the_one_a_greeting_uses(name: str | None, first: str | None) -> None:
    assert Person.named(name).first_name == first


def test_a_value_of_a_foreign_kind_is_a_programming_error(library: Library) -> None:
    with pytest.raises(TypeError, match="cannot be a bytes"):
        library.render("closing", "en", Values(today=TODAY, facts={"plan": b"x"}))  # type: ignore[dict-item]


def test_money_of_an_unknown_currency_still_renders(library: Library) -> None:
    values = Values(today=TODAY, order="A-1", amount=Money(Decimal("5"), "XXQ"))

    assert "5" in library.render("refund", "en", values).text


@settings(max_examples=100, deadline=None)
@given(words=st.text(max_size=300), name=st.text(max_size=80))
def test_no_words_at_all_become_markup_or_break_a_letter(library: Library, words: str, name: str) -> None:
    values = Values(
        today=TODAY, requester=Person.named(name), matter=Matter(Category.OTHER, words), order=words
    )
    rendered = library.render("acknowledgement", "ru", values)
    tags = set(re.findall(r"<[^>]*>?", rendered.html))

    assert tags <= {"<p>", "</p>", "<br>"}
    assert len(rendered.text.splitlines()) == 10
