"""The words of one language for what the rules only know as codes: categories, outcomes, slots."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from integration.domain.complaint import Band, Category
from integration.domain.history import Outcome
from integration.responses.document import load_yaml, validated
from integration.statements import Statement


class CategoryWords(BaseModel):
    """`name` stands in a list; `about` follows "you wrote" and carries its own preposition and case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=60)
    about: str = Field(min_length=1, max_length=80)


class Words(BaseModel):
    """One file `words/<locale>.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    categories: dict[Category, CategoryWords]
    outcomes: dict[Outcome, str]
    bands: dict[Band, str]
    repeat_reasons: dict[str, str] = Field(default_factory=dict)
    follow_ups: dict[str, str] = Field(default_factory=dict)
    causes: dict[str, str] = Field(default_factory=dict)
    slots: dict[str, str] = Field(default_factory=dict)

    @field_validator("categories")
    @classmethod
    def _every_category(cls, value: dict[Category, CategoryWords]) -> dict[Category, CategoryWords]:
        _require_all(Category, value)
        return value

    @field_validator("outcomes")
    @classmethod
    def _every_outcome(cls, value: dict[Outcome, str]) -> dict[Outcome, str]:
        _require_all(Outcome, value)
        return value

    @field_validator("bands")
    @classmethod
    def _every_band(cls, value: dict[Band, str]) -> dict[Band, str]:
        _require_all(Band, value)
        return value


def _require_all(
    kind: type[Category] | type[Outcome] | type[Band],
    given: dict[Category, CategoryWords] | dict[Outcome, str] | dict[Band, str],
) -> None:
    missing = [member.value for member in kind if member not in given]
    if missing:
        raise ValueError(Statement("no_words_for", names=", ".join(missing)))


def parse_words(text: str) -> Words:
    """Read one file's text; raises `InvalidDocument` with the line of the first error."""
    return validated(Words, load_yaml(text))
