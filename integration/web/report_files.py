"""The reports as CSV files: column names in English, moments in UTC, shares from 0 to 1, spans in hours."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from integration.domain.report import OTHERS, Row
from integration.handling.reports import Report
from integration.web.spreadsheet import Cell, csv_file

_CASE = (
    "ticket", "link", "received_at", "subject", "state", "category", "severity", "channel", "language",
    "cause", "product", "outcome", "is_repeat", "times_reopened", "acknowledge_by", "acknowledged_at",
    "resolve_by", "resolved_at", "decided_at", "told_at", "counts", "span_hours", "promise", "promise_due_at",
    "promise_state", "recompense", "amount", "currency",
)  # fmt: skip
_FIGURE = ("figure", "group", "met", "total", "share", "median", "ninetieth_percentile", "sum", "currency")


def cases(rows: Sequence[Row], zendesk_url: str) -> bytes:
    """Return one line for each row behind a figure."""
    return csv_file(_CASE, (_case(row, zendesk_url) for row in rows))


def figures(report: Report) -> bytes:
    """Return one line for each number of a report."""
    return csv_file(_FIGURE, _figures(report))


def _case(row: Row, zendesk_url: str) -> Sequence[Cell]:
    case, promise, remedy = row.case, row.promise, row.remedy
    return (
        case.ticket_id,
        f"{zendesk_url}/agent/tickets/{case.ticket_id}",
        case.received_at,
        case.subject,
        case.state,
        case.category,
        case.band,
        case.channel,
        case.language,
        case.cause,
        case.product,
        case.outcome,
        _yes(case.is_repeat),
        case.times_reopened,
        case.acknowledge_by,
        case.acknowledged_at,
        case.resolve_by,
        case.resolved_at,
        case.decided_at,
        case.told_at,
        None if row.met is None else _yes(row.met),
        None if row.span is None else _hours(row.span),
        promise.what if promise else None,
        promise.due_at if promise else None,
        promise.state if promise else None,
        remedy.kind if remedy else None,
        remedy.amount if remedy else None,
        remedy.currency if remedy else None,
    )


def _figures(report: Report) -> Iterator[Sequence[Cell]]:
    yield "received", "", None, report.received
    yield "resolved", "", None, report.resolved
    for name, rate in report.rates.items():
        yield name, "", rate.met, rate.total, _share(rate.share)
    for name, spread in report.spans.items():
        spans = (spread.median, spread.p90)
        yield name, "", None, spread.count, None, *(None if span is None else _hours(span) for span in spans)
    for bucket in report.buckets:
        day = bucket.part.first.isoformat()
        yield "received", day, None, bucket.received
        yield "acknowledged_in_time", day, bucket.acknowledged.met, bucket.acknowledged.total
        yield "resolved_in_time", day, bucket.resolved.met, bucket.resolved.total
    for by, groups in report.groups.items():
        for group in groups:
            key = "others" if group.key == OTHERS else group.key
            yield f"received by {by}", key, None, group.received, _share(group.share)
    for purse in report.purses:
        yield (
            "recompense", purse.kind, None, purse.count, None, purse.median, None, purse.total, purse.currency
        )  # fmt: skip


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _hours(span: timedelta) -> float:
    return round(span.total_seconds() / 3600, 2)


def _share(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
