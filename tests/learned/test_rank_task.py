"""The tasks `templates` and `repeat` as they are called from outside."""

from pathlib import Path

import pytest

from integration.evaluate.examples import InvalidExample, Tools
from integration.evaluate.repeat import repeat
from integration.evaluate.templates import templates
from integration.learned.encoder import load_encoder

CARDS = (
    "template_id\ttitle\tkeywords\tbody\n"
    "invoice\tSending an invoice\tinvoice, bill\tHello {{ name }}, here it is.\n"
    "password\tResetting a password\tpassword, login\tHow to choose another one.\n"
    "track_order\t\tparcel, late\tYour parcel is on its way.\n"
)


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    file = tmp_path / "cards.tsv"
    file.write_text(CARDS, encoding="utf-8")
    return Tools(load_encoder(), {"shop": file})


def test_every_template_is_ranked_and_the_fitting_one_is_first(tools: Tools) -> None:
    answer = templates(tools)({"id": 7, "text": "J'ai oublié mon mot de passe", "catalogue": "shop"})

    assert answer["id"] == 7
    assert answer["ranked"][0] == "password"
    assert sorted(answer["ranked"]) == ["invoice", "password", "track_order"]


def test_a_catalogue_that_was_not_given_is_named(tools: Tools) -> None:
    with pytest.raises(InvalidExample, match=r"--catalogue bank=FILE\.tsv"):
        templates(tools)({"id": 7, "text": "Hello", "catalogue": "bank"})


def test_a_file_without_the_columns_says_which_it_needs(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "cards.tsv").write_text("id,title\n1,Invoice\n", encoding="utf-8")

    with pytest.raises(InvalidExample, match="template_id, title, keywords and body"):
        templates(tools)({"id": 7, "text": "Hello", "catalogue": "shop"})


def test_a_shared_number_is_a_repeat_whatever_else_is_said(tools: Tools) -> None:
    earlier = [{"id": "a", "text": "Good morning"}, {"id": "b", "text": "Where is AF-123456?"}]

    answer = repeat(tools)({"id": 1, "text": "Still no lamp, order AF-123456.", "earlier": earlier})

    assert answer == {"id": 1, "match": "b", "score": 2.0}


def test_the_same_matter_is_matched_and_another_is_not(tools: Tools) -> None:
    earlier = [{"id": "a", "text": "The new kettle leaks and the kitchen is wet."}]
    answer = repeat(tools)

    same = answer(
        {"id": 1, "text": "About the leaking kettle: the kitchen is wet again.", "earlier": earlier}
    )
    other = answer({"id": 2, "text": "Please send me the invoice for May.", "earlier": earlier})

    assert (same["match"], other["match"]) == ("a", None)
    assert same["score"] > other["score"]


def test_nothing_earlier_is_no_match(tools: Tools) -> None:
    assert repeat(tools)({"id": 1, "text": "Hello", "earlier": []}) == {"id": 1, "match": None, "score": 0.0}


@pytest.mark.parametrize("earlier", [None, "a", ["a"], [{"text": "a"}]])
def test_a_broken_list_of_earlier_tickets_is_refused(tools: Tools, earlier: object) -> None:
    with pytest.raises(InvalidExample, match="'earlier'"):
        repeat(tools)({"id": 1, "text": "Hello", "earlier": earlier})
