"""Words that do not belong in a letter to somebody who complained, by language and kind."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from integration.domain.phrases import Phrase, PhraseBook
from integration.domain.wording import fold
from integration.responses.document import load_yaml, validated
from integration.statements import Statement

DATE = "{{ next_date | date }}"


class ToneWords(BaseModel):
    """One file of this folder: phrases with `*` for any ending and `…` for up to three words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    blame: list[str]
    sarcasm: list[str]
    promotion: list[str]
    vague: list[str]


def find(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield the words found and what is wrong with them; nothing for a language without a list."""
    for hit in _book(language).find(fold(text)):
        yield text[hit.start : hit.end], Statement(f"tone_{hit.phrase.label}", jinja=DATE)


@cache
def _book(language: str) -> PhraseBook[str]:
    file = files(__name__) / f"{language}.yaml"
    if not file.is_file():
        return PhraseBook()
    words = validated(ToneWords, load_yaml(file.read_text(encoding="utf-8")))
    return PhraseBook(Phrase(text, kind) for kind, texts in words for text in texts)
