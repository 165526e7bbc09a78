"""Texts that admins publish in the program, over the files of the folders."""

from datetime import date

import pytest

from integration.responses.errors import TemplateFailed
from integration.responses.files import Key, key_of, place_of
from integration.responses.library import Library
from integration.responses.values import Values
from tests.responses.conftest import HEAD, Write

VALUES = Values(today=date(2026, 3, 2))
PLACE = "letter/en.md.j2"
KEY = Key("response", "en", "letter")


def in_file(own: Library, write: Write) -> Library:
    write(PLACE, HEAD + "from the file")
    own.refresh()
    return own


def test_a_published_text_takes_the_place_of_the_file_until_it_is_taken_back(
    own: Library, write: Write
) -> None:
    published = {PLACE: HEAD + "from the program"}
    library = in_file(own, write).over(lambda: published)
    assert library.render("letter", "en", VALUES).text == "from the program\n"

    published.clear()
    library.refresh()

    assert library.render("letter", "en", VALUES).text == "from the file\n"


def test_a_published_text_that_no_longer_fits_leaves_the_file_in_use(own: Library, write: Write) -> None:
    library = in_file(own, write).over(lambda: {PLACE: "no head at all"})

    assert library.render("letter", "en", VALUES).text == "from the file\n"
    assert [(problem.line, problem.file.name) for problem in library.problems] == [(1, "en.md.j2")]


def test_a_draft_is_tried_without_coming_into_force(own: Library, write: Write) -> None:
    library = in_file(own, write)

    tried = library.trying({PLACE: HEAD + "a draft"})

    assert tried.render("letter", "en", VALUES).text == "a draft\n"
    assert library.render("letter", "en", VALUES).text == "from the file\n"


def test_a_draft_that_never_ends_holds_up_nobody_elses_letter(own: Library, write: Write) -> None:
    library = in_file(own, write)
    endless = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}"

    with pytest.raises(TemplateFailed):
        library.trying({PLACE: HEAD + endless}).render("letter", "en", VALUES)

    assert library.render("letter", "en", VALUES).text == "from the file\n"


def test_the_text_of_a_letter_is_had_whole_for_editing(own: Library, write: Write) -> None:
    source = in_file(own, write).source(KEY)

    assert source is not None
    assert source.whole == HEAD + "from the file"


@pytest.mark.parametrize(
    "place", [PLACE, "letter/pt-br.warm.md.j2", "notes/en/update.md.j2", "frame/de.md.j2", "words/ru.yaml"]
)
def test_a_key_knows_its_place(place: str) -> None:
    key = key_of(place)

    assert key is not None
    assert place_of(key) == place
