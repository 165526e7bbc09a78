"""The figures as tables for people; the JSON has more of them."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from tests.bench.backfill import Backfill
from tests.bench.deliveries import Deliveries, Endpoint
from tests.bench.figures import Timed
from tests.bench.follow_ups import FollowUps
from tests.bench.machine import Machine
from tests.bench.rules import Rules
from tests.bench.sidebar import Sidebar


def machine(console: Console, one: Machine) -> None:
    """Say what ran all this."""
    console.print(f"{one.processor}, {one.cores} cores, {one.memory_gib} GiB; {one.system}")
    packages = ", ".join(f"{name} {number}" for name, number in one.packages.items())
    postgresql = one.postgresql or "not installed"
    console.print(f"Python {one.python}, SQLite {one.sqlite}, PostgreSQL {postgresql}, {packages}")
    console.print(
        f"A 4 kB fsync takes {one.fsync.p50:.2f} ms (p99 {one.fsync.p99:.2f}), a fixed Python loop "
        f"{one.python_loop_ms:.0f} ms; load {one.load}\n"
    )


def deliveries(console: Console, found: Iterable[Deliveries]) -> None:
    """Show Makegood's endpoint beside the bare one."""
    for one in found:
        title = f"Webhook acknowledged, durable in {one.database}; bodies of {one.body_bytes} bytes"
        many, alone = f"{one.clients} clients", "1 client"
        table = _table(
            title, "", "a second", f"{many}: p50 ms", "p99 ms", f"{alone}: p50 ms", "p99 ms", "CPU ms each"
        )
        for name, endpoint in (("Makegood", one.makegood), ("bare endpoint", one.bare)):
            table.add_row(name, *_endpoint(endpoint))
        console.print(table)
        console.print(f"  Makegood's share of the bare rate: {one.ratio:.2f} ({_goal(one)})\n")


def _endpoint(one: Endpoint) -> list[str]:
    return [
        " / ".join(f"{rate:.0f}" for rate in one.rates),
        f"{one.together.p50:.1f}",
        f"{one.together.p99:.1f}",
        f"{one.alone.p50:.1f}",
        f"{one.alone.p99:.1f}",
        f"{one.cpu_ms:.2f}",
    ]


def _goal(one: Deliveries) -> str:
    return f"goal: at least {one.goal}, {'held' if one.ratio >= one.goal else 'MISSED'}"


def sidebar(console: Console, found: Iterable[Sidebar]) -> None:
    """Show the first facts over each store."""
    table = _table(
        "Sidebar, first facts of different tickets, half of them complaints; SQLite",
        "tickets in store", "HTTP p50 ms", "p95 ms", "p99 ms", "CPU ms each", "use case p50 ms", "p95 ms",
        "kB", "store MB", "filled in s",
    )  # fmt: skip
    shown = list(found)
    for one in shown:
        http, alone = one.over_http, one.handling.spread
        milliseconds = (http.p50, http.p95, http.p99, one.server_cpu_ms, alone.p50, alone.p95)
        table.add_row(
            f"{one.tickets:,}",
            *(f"{number:.1f}" for number in milliseconds),
            f"{one.answer_kb:.1f}",
            f"{one.megabytes:,}",
            f"{one.filled_in_seconds:.0f}",
        )
    console.print(table)
    worst = max(one.over_http.p95 for one in shown)
    goal = shown[0].goal_p95_ms
    growth = shown[-1].over_http.p95 / shown[0].over_http.p95
    console.print(
        f"  p95 at most {worst:.1f} ms (goal: under {goal:.0f} ms, {'held' if worst < goal else 'MISSED'}), "
        f"{growth:.2f} times that of the smallest store\n"
    )


def follow_ups(console: Console, found: Iterable[FollowUps]) -> None:
    """Show what follow-ups cost, and how late reminders were."""
    shown = list(found)
    for one in shown:
        title = (
            f"Follow-ups, {one.pending:,} pending, {one.megabytes:,} MB; one durable transaction each, "
            f"{one.database}"
        )
        _show_timed(
            console,
            title,
            {
                "nothing due": one.nothing_due,
                f"claim {one.batch} of those due": one.claim,
                "reschedule one": one.reschedule,
                "cancel one": one.cancel,
            },
        )
    table = _table(
        "Reminders of a worker, from due to begun and to Zendesk's answer; its Zendesk has no limits",
        "", "due", "within s", "written", "begun p50 s", "p99 s", "written p50 s", "p99 s", "longest s",
        "idle MB", "most MB", "CPU ms each",
    )  # fmt: skip
    for one in shown:
        late = one.lateness
        spans = (
            late.begun_late.p50, late.begun_late.p99,
            late.written_late.p50, late.written_late.p99, late.written_late.longest,
        )  # fmt: skip
        table.add_row(
            one.database,
            f"{late.count:,}",
            f"{late.within_seconds / late.speed:.0f}",
            f"{late.written:,}",
            *(f"{milliseconds / 1000:.2f}" for milliseconds in spans),
            str(late.memory_idle_mb),
            str(late.memory_most_mb),
            f"{late.cpu_ms_each:.1f}",
        )
    console.print(table)
    console.print()


def backfill(console: Console, found: Iterable[Backfill]) -> None:
    """Show how fast an account's past comes in, beside the peer over the same stub."""
    title = "History imported: tickets of 5 kB of JSON, 1,000 a page; judging them is measured apart"
    table = _table(
        title, "", "into", "tickets", "seconds", "a second", "CPU ms each", "peak MB", "judged a second"
    )
    shown = list(found)
    for one in shown:
        judged = "" if one.judged_per_second is None else f"{one.judged_per_second:.1f}"
        rate = f"{one.per_second:,}"
        figures = (
            f"{one.tickets:,}",
            f"{one.seconds:.0f}",
            rate,
            f"{one.cpu_ms:.2f}",
            str(one.peak_megabytes),
        )
        table.add_row(one.reader, one.store, *figures, judged)
    console.print(table)
    theirs = [one.per_second for one in shown if not one.is_ours]
    if theirs:
        slowest = min(one.per_second for one in shown if one.is_ours)
        console.print(f"  at least {slowest / max(*theirs, 1):.1f} times the peer's rate")
    console.print()


def rules(console: Console, one: Rules) -> None:
    """Show what rules and letters cost."""
    _show_timed(
        console,
        "Rules and letters",
        {
            "judge 40 words": one.detect_40_words,
            "judge 150 words": one.detect_150_words,
            f"fill a letter ({one.templates} templates in turn)": one.letter,
        },
    )


def _show_timed(console: Console, title: str, rows: dict[str, Timed]) -> None:
    table = _table(title, "", "p50 ms", "p95 ms", "p99 ms", "CPU ms each", "times")
    for name, one in rows.items():
        numbers = (one.spread.p50, one.spread.p95, one.spread.p99, one.cpu_ms)
        table.add_row(name, *(f"{number:.2f}" for number in numbers), str(one.spread.count))
    console.print(table)
    console.print()


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table
