"""What the reports page says: numbers and moments in the admin's words, and where each number leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit
from markupsafe import Markup

from integration.domain.period import Grain, Period
from integration.domain.report import OTHERS, UNKNOWN, Case, Choice, Dimension, Part, Row
from integration.domain.summing import Purse, Rate
from integration.handling.reports import Bucket, Report
from integration.web import charts
from integration.web.charts import Bar, Line
from integration.web.spreadsheet import plain
from integration.web.words import Words, format_skeleton

# What the page offers, in days that end today.
SPANS_OF_DAYS: Mapping[str, int] = {"30": 30, "90": 90, "365": 365}
PAGE = 200


def query(period: Period, choice: Choice | None = None) -> str:
    """Return the part of an address that names a period and a figure of it."""
    given = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    if choice:
        given |= {"figure": choice.figure, "part": choice.part.value}
        given |= {"by": choice.by.value, "key": choice.key} if choice.by else {}
        given |= {"purse": choice.purse} if choice.purse else {}
    return urlencode(given)


def name_of(by: str, key: str, words: Words) -> str:
    """Return what people call a category, a cause, a channel, a language, a kind of recompense …"""
    if key == OTHERS:
        return words("reports.others")
    if key == UNKNOWN:
        return words("reports.unknown")
    if by == "language":
        return str(words.locale.languages.get(key, key))
    return words(f"{by}.{key}") if words.has(f"{by}.{key}") else plain(key).replace("_", " ")


def percent(share: float | None, words: Words) -> str:
    """Return a share as a whole percentage, a dash of nothing."""
    return "–" if share is None else str(format_percent(share, locale=words.locale))


def money(amount: Decimal | None, currency: str | None, words: Words) -> str:
    """Return a sum in its own currency, a dash where there is none."""
    if amount is None:
        return "–"
    if currency is None:
        return str(format_decimal(amount, locale=words.locale))
    return str(format_currency(amount, currency, locale=words.locale))


def span(length: timedelta, words: Words) -> str:
    """Return a length of time in minutes, hours or, from two days on, days."""
    hours = length / timedelta(hours=1)
    if hours < 1:
        return str(format_unit(round(hours * 60), "duration-minute", locale=words.locale))
    if hours < 48:
        return str(format_unit(round(hours, 1 if hours < 10 else None), "duration-hour", locale=words.locale))
    value = round(hours / 24, 1 if hours < 240 else None)
    return str(format_unit(value, "duration-day", locale=words.locale))


def days(period: Period, words: Words) -> str:
    """Return the first and the last day of a period, or its only one."""
    first, last = (format_date(day, "medium", locale=words.locale) for day in (period.first, period.last))
    return first if first == last else f"{first} – {last}"


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report and its words; `chosen` is the period that was asked for."""

    report: Report
    words: Words
    chosen: str

    @property
    def periods(self) -> Sequence[str]:
        return (*SPANS_OF_DAYS, "custom")

    @property
    def days(self) -> str:
        return days(self.report.period, self.words)

    @property
    def query(self) -> str:
        return query(self.report.period)

    @property
    def dimensions(self) -> Sequence[Dimension]:
        """What there is something to tell apart by."""
        return [by for by, groups in self.report.groups.items() if any(group.key for group in groups)]

    @property
    def lacks_product(self) -> bool:
        return bool(self.report.received) and Dimension.PRODUCT not in self.dimensions

    def cases(
        self,
        figure: str,
        part: str = "all",
        *,
        by: Dimension | None = None,
        key: str = "",
        purse: str = "",
        period: Period | None = None,
    ) -> str:
        """Return the address of the cases behind a number."""
        choice = Choice(figure, Part(part), by, key, purse)
        return f"#reports/cases?{query(period or self.report.period, choice)}"

    def percent(self, rate: Rate) -> str:
        return percent(rate.share, self.words)

    def share(self, share: float) -> str:
        return percent(share, self.words)

    def span(self, length: timedelta | None) -> str:
        return "–" if length is None else span(length, self.words)

    def money(self, amount: Decimal | None, currency: str | None) -> str:
        return money(amount, currency, self.words)

    def name(self, by: Dimension, key: str) -> str:
        return name_of(by.value, key, self.words)

    def remedy(self, purse: Purse) -> str:
        return name_of("remedy", purse.kind, self.words)

    def bucket(self, bucket: Bucket) -> str:
        """Name a part of the period shortly: a day, the first day of a week, a month."""
        skeleton = "yMMM" if self.report.period.grain is Grain.MONTH else "MMMd"
        return format_skeleton(bucket.part.first, skeleton, self.words.locale)

    def received_chart(self) -> Markup:
        buckets = self.report.buckets
        return charts.columns(
            self.words("reports.chart.received", days=self.days),
            self._short_names(),
            [bucket.received for bucket in buckets],
        )

    def in_time_chart(self) -> Markup:
        buckets = self.report.buckets
        drawn = [
            Line(self.words(f"reports.rate.{name}"), [r.share for r in rates], [r.is_thin for r in rates])
            for name, rates in (
                ("acknowledged_in_time", [bucket.acknowledged for bucket in buckets]),
                ("resolved_in_time", [bucket.resolved for bucket in buckets]),
            )
        ]
        percents = [percent(level, self.words) for level in (0.0, 0.5, 1.0)]
        title = self.words("reports.chart.in_time", days=self.days)
        return charts.lines(title, self._short_names(), drawn, percents)

    def group_chart(self, by: Dimension) -> Markup:
        drawn = [
            Bar(
                self.name(by, group.key),
                group.received,
                f"{group.received} · {self.share(group.share)}",
                quiet=group.key in {UNKNOWN, OTHERS},
            )
            for group in self.report.groups[by]
        ]
        return charts.bars(self.words(f"reports.by.{by.value}"), drawn)

    def purse_chart(self) -> Markup:
        drawn = [
            Bar(" ".join(filter(None, (self.remedy(purse), purse.currency))), purse.count, str(purse.count))
            for purse in self.report.purses
        ]
        return charts.bars(self.words("reports.recompense"), drawn)

    def _short_names(self) -> list[str]:
        skeleton = "MMM" if self.report.period.grain is Grain.MONTH else "Md"
        return [
            format_skeleton(bucket.part.first, skeleton, self.words.locale) for bucket in self.report.buckets
        ]


@dataclass(frozen=True, slots=True)
class CaseList:
    """The rows behind a figure, a page at a time."""

    rows: Sequence[Row]
    choice: Choice
    period: Period
    words: Words
    zendesk_url: str
    page: int

    @property
    def title(self) -> str:
        figure, part = self.choice.figure, self.choice.part
        if part is Part.ALL or not self.words.has(f"reports.{part}.{figure}"):
            kind = "rate" if self.words.has(f"reports.rate.{figure}") else "figure"
            named = self.words(f"reports.{kind}.{figure}")
        else:
            named = f"{self.words(f'reports.rate.{figure}')}: {self.words(f'reports.{part}.{figure}')}"
        group = name_of(self.choice.by.value, self.choice.key, self.words) if self.choice.by else ""
        return " · ".join(filter(None, (named, group, self._purse())))

    @property
    def days(self) -> str:
        return days(self.period, self.words)

    @property
    def query(self) -> str:
        return query(self.period, self.choice)

    @property
    def shown(self) -> Sequence[Row]:
        return self.rows[(self.page - 1) * PAGE : self.page * PAGE]

    @property
    def pages(self) -> int:
        return max(-(-len(self.rows) // PAGE), 1)

    def to_page(self, page: int) -> str:
        return f"#reports/cases?{self.query}&page={page}"

    def ticket(self, case: Case) -> str:
        return f"{self.zendesk_url}/agent/tickets/{case.ticket_id}"

    def subject(self, case: Case) -> str:
        return plain(case.subject) or self.words("reports.no_subject")

    def day(self, moment: datetime) -> str:
        zone = self.period.zone
        return str(format_date(moment.astimezone(zone).date(), "medium", locale=self.words.locale))

    def exact(self, moment: datetime) -> str:
        return self.words.exact(moment, self.period.zone)

    def detail(self, row: Row) -> str:
        """Return what made this row count: the promise, the recompense, the span, and on which side it is."""
        return " · ".join(filter(None, (self._thing(row), self._side(row))))

    def _thing(self, row: Row) -> str:
        if row.promise:
            return f"{plain(row.promise.what)} ({self.day(row.promise.due_at)})"
        if row.remedy:
            kind = name_of("remedy", row.remedy.kind, self.words)
            amount = row.remedy.amount
            return kind if amount is None else f"{kind}, {money(amount, row.remedy.currency, self.words)}"
        return span(row.span, self.words) if row.span is not None else ""

    def _side(self, row: Row) -> str:
        if row.met is None or self.choice.part is not Part.ALL:
            return ""
        return self.words(f"reports.{'met' if row.met else 'missed'}.{self.choice.figure}")

    @property
    def has_details(self) -> bool:
        return any(self.detail(row) for row in self.shown)

    def _purse(self) -> str:
        kind, _, currency = self.choice.purse.partition(":")
        return " ".join(filter(None, (name_of("remedy", kind, self.words), currency))) if kind else ""
