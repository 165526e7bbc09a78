"""What the pages say, in the agent's language: JSON files for each language, plurals as CLDR has them."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_currency, get_territory_currencies
from babel.numbers import is_currency as babel_is_currency

from integration.domain.remedy import Money
from integration.statements import FOLDER as STATEMENTS
from integration.statements import PREFIX, Statement

FOLDER = Path(__file__).parent / "words"
# The sidebar's words lie in the folder itself, those of the other pages in folders of their own.
SHELVES = (FOLDER, *(FOLDER / name for name in ("admin", "choices", "privacy", "reports")), STATEMENTS)
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language; `locale` also shapes dates and numbers, `language` is what was found."""

    locale: Locale
    language: str
    entries: dict[str, Any]

    def __call__(self, key: str, **values: object) -> str:
        """Return the sentence of `key`, filled in. Raises `KeyError` for a key that no file has."""
        entry = self.entries[key]
        if isinstance(entry, dict):
            raise TypeError(f"{key} has plural forms: use count()")
        return str(entry).format(**values)

    def count(self, key: str, n: int, **values: object) -> str:
        """Return the sentence of `key` in the plural form of `n`."""
        forms = self.entries[key]
        form = self.locale.plural_form(n)
        return str(forms.get(form, forms["other"])).format(n=n, **values)

    def statement(self, said: str) -> str:
        """Return a statement in this language; any other text as it is."""
        if not isinstance(said, Statement):
            return said
        values = {name: self.statement(v) if isinstance(v, str) else v for name, v in said.values.items()}
        return self(PREFIX + said.code, **values)

    def named(self, family: str, code: str) -> str:
        """Return what the family calls a code such as `audit log`; the code itself where it has no name."""
        key = f"{family}.{code.replace(' ', '_')}"
        return self(key) if self.has(key) else code

    def has(self, key: str) -> bool:
        return key in self.entries

    def is_plural(self, key: str) -> bool:
        return isinstance(self.entries[key], dict)

    def day(self, moment: datetime | date, now: datetime, zone: ZoneInfo) -> str:
        """Return a day as people say it: today, tomorrow, 3 May, 3 May 2024."""
        there = moment.astimezone(zone).date() if isinstance(moment, datetime) else moment
        today = now.astimezone(zone).date()
        near = {0: "day.today", 1: "day.tomorrow", -1: "day.yesterday"}.get((there - today).days)
        if near:
            return self(near)
        if abs((there - today).days) < 180:
            return format_skeleton(there, "MMMd", self.locale)
        return format_date(there, "medium", locale=self.locale)

    def moment(self, moment: datetime, now: datetime, zone: ZoneInfo) -> str:
        """Return day and time, such as `tomorrow 16:40`."""
        time = format_time(moment, "short", tzinfo=zone, locale=self.locale)
        return f"{self.day(moment, now, zone)} {time}"

    def exact(self, moment: datetime, zone: ZoneInfo) -> str:
        """Return the whole moment with its zone, for titles."""
        return format_datetime(moment, "full", tzinfo=zone, locale=self.locale)

    def date(self, day: date) -> str:
        """Return a day with its year, such as `3 May 2024`."""
        return format_date(day, "medium", locale=self.locale)

    def within(self, key: str) -> str:
        """Return a name as it stands inside a sentence: small, but for German, where nouns stay capital."""
        name = self(key)
        return name if self.language == "de" else name[:1].lower() + name[1:]

    def money(self, money: Money) -> str:
        """Return an amount in its currency, such as `€25.00`."""
        return format_currency(money.amount, money.currency, locale=self.locale)

    def language_name(self, locale: str) -> str:
        """Return the name of a locale's language; the locale itself where it has none."""
        try:
            return Locale.parse(locale, sep="-").get_display_name(self.locale) or locale
        except (ValueError, UnknownLocaleError):
            return locale

    def span(self, span: timedelta) -> str:
        """Return a length of time in its largest unit, such as `2 hours`."""
        return format_timedelta(abs(span), locale=self.locale, threshold=1.2)


def usual_currency(locale: Locale) -> str:
    """Return the currency of a locale's country; euro where it names none."""
    territory = locale.territory or {"ru": "RU", "pt": "PT"}.get(locale.language, "DE")
    return next(iter(get_territory_currencies(territory)), "EUR")


def is_currency(code: str) -> bool:
    """Whether this is a currency of today or yesterday, by its ISO 4217 code."""
    return len(code) == 3 and babel_is_currency(code)


def format_skeleton(day: date, skeleton: str, locale: Locale) -> str:
    """Return a date in the locale's order of the parts that `skeleton` names."""
    pattern = locale.datetime_skeletons.get(skeleton)
    return format_date(day, pattern.pattern if pattern else "medium", locale=locale)


def words_for(locale: str) -> Words:
    """Return the words for a locale of Zendesk's such as `pt-BR`; English where we have none."""
    tag = locale.replace("_", "-").strip() or FALLBACK
    language = tag.split("-")[0].lower()
    if not language.isalpha() or not (FOLDER / f"{language}.json").is_file():
        tag = language = FALLBACK
    try:
        parsed = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        parsed = Locale.parse(language)
    return Words(parsed, language, _entries(language))


def word_files(language: str) -> list[Path]:
    """Return the files that hold the words of a language."""
    return [file for shelf in SHELVES if (file := shelf / f"{language}.json").is_file()]


@cache
def _entries(language: str) -> dict[str, Any]:
    own: dict[str, Any] = {}
    for file in word_files(language):
        own |= json.loads(file.read_text("utf-8"))
    return own if language == FALLBACK else _entries(FALLBACK) | own
