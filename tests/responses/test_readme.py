"""The templates' README names every value, key and gesture that there is."""

import re
from dataclasses import fields

import pytest

from integration.domain.complaint import Band, Category
from integration.domain.ticket import Channel
from integration.responses.front_matter import GESTURES, FrontMatter
from integration.responses.values import Values
from tests.responses.conftest import SHIPPED

README = (SHIPPED / "README.md").read_text("utf-8")
NAMED = set(re.findall(r"`([\w]+)", README))


@pytest.mark.parametrize(
    "names",
    [
        {field.name for field in fields(Values)} - {"today"},
        set(FrontMatter.model_fields),
        set(GESTURES),
        {*Category, *Band, *Channel},
    ],
    ids=["values", "keys", "gestures", "codes"],
)
def test_the_readme_names_all_of_them(names: set[str]) -> None:
    assert {str(name) for name in names} <= NAMED
