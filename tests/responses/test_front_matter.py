"""The head of a template file: what it may say, and the line of what is wrong."""

import pytest

from integration.domain.deadline import Delay, Unit
from integration.domain.ticket import Channel
from integration.responses.document import InvalidDocument, load_yaml
from integration.responses.front_matter import parse, split

HEAD = "title: A letter\nkeywords: [one, two]\n"


@pytest.mark.parametrize(
    ("written", "delay"),
    [
        ("4 hours", Delay(4, Unit.HOURS)),
        ("1 day", Delay(1, Unit.DAYS)),
        ("3 business days", Delay(3, Unit.BUSINESS_DAYS)),
    ],
)
def test_a_promise_is_written_in_hours_days_or_business_days(written: str, delay: Delay) -> None:
    head = parse(f"{HEAD}promise:\n  what: Write again\n  in: {written}\n")

    assert head.promise is not None
    assert head.promise.within == delay


def test_a_letter_is_private_unless_it_says_otherwise() -> None:
    assert Channel.SOCIAL not in parse(HEAD).channels
    assert not parse(HEAD).is_public
    assert parse(HEAD + "channels: [social]\n").is_public


def test_the_body_keeps_its_line_numbers() -> None:
    _, body = split(f"---\n{HEAD}---\nfirst\nsecond\n")

    assert body.splitlines()[4] == "first"


@pytest.mark.parametrize(
    ("head", "line"),
    [
        (HEAD + "categories:\n  - delivery\n  - weather\n", 6),
        (HEAD + "gestures: [applause]\n", 4),
        (HEAD + "promise:\n  what: Write\n", 4),
        (HEAD + "title: [\n", 5),
        ("- just\n- a list\n", 2),
        (HEAD + "a: &x 1\nb: *x\n", 5),
        (HEAD + "promise: {what: Write, in: 0 days}\n", 4),
    ],
)
def test_the_line_of_an_error_is_the_line_in_the_file(head: str, line: int) -> None:
    with pytest.raises(InvalidDocument) as problem:
        parse(head)

    assert problem.value.line == line


@pytest.mark.parametrize("text", ["", "title: x\n", "---\ntitle: x\n"])
def test_a_file_without_a_closed_head_is_refused(text: str) -> None:
    with pytest.raises(InvalidDocument, match="dashes"):
        split(text)


def test_a_document_without_end_is_refused() -> None:
    with pytest.raises(InvalidDocument, match="longer than"):
        load_yaml("a" * 100_000)


def test_deep_nesting_is_refused_and_does_not_crash() -> None:
    with pytest.raises(InvalidDocument, match="nested deeper"):
        load_yaml("[" * 30_000)
