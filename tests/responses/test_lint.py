"""What `makegood templates lint` finds, and the line it names."""

from pathlib import Path

import pytest

from integration.responses import tone
from integration.responses.lint import lint
from tests.responses.conftest import SHIPPED, Write

GOOD = """---
title: A letter for a test
keywords: [one, two]
promise:
  what: Write again
  in: 2 days
---
{% extends "frame" %}
{% block restatement %}
You wrote about {{ matter.about }}.
{% endblock %}
{% block next %}
I will write to you by {{ next_date | date }}.
{% endblock %}
"""


def _messages(folder: Path) -> list[str]:
    return [f"{problem.line}: {problem.message}" for problem in lint([folder])]


def test_the_shipped_templates_are_clean() -> None:
    assert lint([SHIPPED]) == []


def test_a_good_letter_is_clean(folder: Path, write: Write) -> None:
    write("trial/en.md.j2", GOOD)

    assert _messages(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("You wrote about {{ matter.about }}.", "{{ matter.about }}", "1: fill a {% block restatement %}"),
        ("by {{ next_date | date }}", "on a day", "1: promises, but names no day"),
        ("{{ next_date | date }}", "{{ next_date }}", "1: shows an unformatted date"),
        ("promise:\n  what: Write again\n  in: 2 days\n", "", "1: names the day of the next message"),
        ("I will", "Is it A? Or B? I will", "13: asks 2 questions"),
        ("I will", "Is it A? I will", "13: asks what `asks` in the head does not name"),
        ("---\n{% ext", "asks: [order]\n---\n{% ext", "1: `asks` in the head names a question"),
        ("I will", "As I already said, I will", "13: “As I already said” blames"),
        ("I will", "Our special offers! I will", "13: “special offers” advertises"),
        ("I will write", "Soon I will write", "13: “Soon” promises without a date"),
        ("matter.about", "matter.abuot", "10: "),
        ("in: 2 days", "in: some days", "6: promise.in: write a delay such as"),
        ("[one, two]", "[one]", "3: keywords: List should have at least 2 items"),
        ("keywords: [one, two]\n", "", "2: keywords: this key is missing"),
        ("title:", "titel:", "2: titel: there is no such key"),
        ("{% endblock %}\n{% block next", "{% block next", "13: Unexpected end of template"),
    ],
)
def test_a_fault_is_found_at_its_line(folder: Path, write: Write, old: str, new: str, message: str) -> None:
    assert old in GOOD
    write("trial/en.md.j2", GOOD.replace(old, new, 1))

    assert any(found.startswith(message) for found in _messages(folder)), _messages(folder)


def test_a_question_whose_answer_is_known_must_vanish(folder: Path, write: Write) -> None:
    asking = GOOD.replace("keywords:", "asks: [order]\nkeywords:").replace("I will", "Which order? I will")
    write("trial/en.md.j2", asking)

    assert any("asks what is already known" in message for message in _messages(folder))


def test_a_promise_needs_an_owner(folder: Path, write: Write) -> None:
    write("trial/en.md.j2", GOOD + "{% block signature %}The team{% endblock %}\n")

    assert any("names nobody" in message for message in _messages(folder))


def test_an_acknowledgement_must_promise(folder: Path, write: Write) -> None:
    quiet = GOOD.replace("promise:\n  what: Write again\n  in: 2 days\n", "").replace(
        "{{ next_date | date }}", "x"
    )
    write("acknowledgement/en.md.j2", quiet)

    assert any("an acknowledgement says who" in message for message in _messages(folder))


def test_a_public_letter_must_not_name_the_order(folder: Path, write: Write) -> None:
    public = GOOD.replace("keywords:", "channels: [social, chat]\nkeywords:")
    write("trial/en.md.j2", public)

    assert any("strangers read this channel" in message for message in _messages(folder))


def test_a_letter_without_english_and_a_language_without_words_are_found(folder: Path, write: Write) -> None:
    write("trial/it.md.j2", GOOD)
    messages = " ".join(_messages(folder))

    assert "no English version" in messages
    assert "no words file for it" in messages
    assert "no frame file for it" in messages


def test_a_note_must_show_the_reference_and_render(folder: Path, write: Write) -> None:
    write("notes/en/update.md.j2", "Due {{ due_at }}\n")
    write("notes/en/named.md.j2", "{{ reference }}\n{{ who }}\n")
    messages = " ".join(_messages(folder))

    assert "does not show {{ reference }}" in messages
    assert "unformatted date" in messages
    assert "2: 'who' is undefined" in messages


def test_words_that_lack_a_category_are_found(folder: Path, write: Write) -> None:
    words = (SHIPPED / "words" / "en.yaml").read_text(encoding="utf-8")
    write(
        "words/en.yaml",
        words.replace("  privacy: {name: privacy, about: the way personal data was handled}\n", ""),
    )

    assert any("no words for privacy" in message for message in _messages(folder))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "You should have read the terms."),
        ("en", "With all due respect, calm down."),
        ("en", "We are sorry you feel that way."),
        ("en", "According to our policy this is not possible."),
        ("ru", "Вы должны были прочитать условия."),
        ("ru", "Как уже было сказано, это невозможно."),
        ("ru", "Успокойтесь, пожалуйста."),
        ("ru", "Ответим в кратчайшие сроки."),
        ("ru", "Дарим скидку и промокод."),
        ("de", "Wie bereits erwähnt, ist das Ihre Schuld."),
        ("de", "Sie hätten die Anleitung lesen sollen."),
        ("de", "Beruhigen Sie sich bitte."),
        ("de", "Wir melden uns zeitnah."),
        ("de", "Mit diesem Rabattcode sparen Sie."),
        ("fr", "Selon notre politique, c'est impossible."),
        ("fr", "Si vous aviez bien lu les conditions, tout irait bien."),
        ("fr", "Avec tout le respect que je vous dois, calmez-vous."),
        ("fr", "Nous reviendrons vers vous dans les meilleurs délais."),
        ("fr", "Abonnez-vous à nos actualités."),
        ("es", "Como ya le dijimos, es su culpa."),
        ("es", "Usted debió comprobarlo."),
        ("es", "Tranquilícese, por favor."),
        ("es", "Le responderemos a la mayor brevedad."),
        ("es", "Aproveche nuestras promociones."),
        ("pt", "Como já informado, não somos responsáveis."),
        ("pt", "Você deveria ter lido os termos."),
        ("pt", "Fique calma, por favor."),
        ("pt", "Responderemos o quanto antes."),
        ("pt", "Use este cupom na próxima compra."),
    ],
)
def test_blame_sarcasm_and_advertising_are_flagged(language: str, text: str) -> None:
    assert list(tone.find(text, language))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I am sorry for the delay. You will hear from me by March 4."),
        ("en", "Your order arrived broken, and we send a new one."),
        ("ru", "Приношу извинения за задержку. Я напишу вам не позднее 4 марта."),
        ("ru", "Замена отправлена, ожидаемая дата: 9 марта."),
        ("de", "Es tut mir leid, dass Sie warten mussten."),
        ("de", "Sie hätten von uns etwas anderes erwarten dürfen."),
        ("de", "Sobald das Paket da ist, schreibe ich Ihnen."),
        ("fr", "Je suis désolé pour ce retard."),
        ("fr", "Vous n'avez pas à l'expliquer de nouveau."),
        ("es", "Lamento el retraso."),
        ("es", "El error fue nuestro, y le pido disculpas."),
        ("pt", "Lamento o atraso."),
        ("pt", "Você não precisa fazer nada."),
    ],
)
def test_neutral_sentences_are_left_alone(language: str, text: str) -> None:
    assert list(tone.find(text, language)) == []
