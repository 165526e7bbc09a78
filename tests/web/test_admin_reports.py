"""The admin page's reports: each number opens its list, and what requesters wrote stays words."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest

from integration.domain.complaint import Verdict
from integration.domain.report import FIGURES, RATES, SPANS, Dimension
from integration.web.words import words_for
from tests.handling.test_corrections import judge
from tests.web import reported
from tests.web.asking import Asking
from tests.web.installation import ADMIN, AGENT, NOW, ROOT, Site

LINK = re.compile(r'<a href="#(reports/cases\?[^"]+)">(.*?)</a>', re.DOTALL)


@pytest.fixture
def admin(here: Site) -> Asking:
    reported.tell(here.parts.database, NOW)
    return Asking(here, ADMIN, "admin")


def page(admin: Asking, path: str) -> str:
    answer = admin.get(f"/app/api/admin/{path}")
    assert answer.status_code == 200, answer.text
    return answer.text


def numbered_links(html: str) -> list[tuple[str, int]]:
    """Return each address of cases with the number that its link shows."""
    texts = [(unescape(address), re.sub(r"<[^>]+>", "", text)) for address, text in LINK.findall(html)]
    return [(address, int(re.findall(r"\d+", text)[-1])) for address, text in texts]


def test_every_number_opens_as_many_cases_as_it_says(admin: Asking) -> None:
    links = numbered_links(page(admin, "reports?period=90"))

    opened = {address for address, _ in links}
    assert {name for name in FIGURES if any(f"figure={name}" in address for address in opened)} == set(
        FIGURES
    )
    for address, number in links:
        rows = re.search(r'data-rows="(\d+)"', page(admin, address))
        assert rows, address
        assert (address, int(rows[1])) == (address, number)


def test_the_list_holds_each_case_once_with_a_way_to_its_ticket(admin: Asking) -> None:
    html = page(admin, "reports/cases?period=90&figure=received")

    tickets = re.findall(r'href="https://example.zendesk.com/agent/tickets/(\d+)"', html)
    assert sorted(map(int, tickets)) == list(range(5001, 5065))


def test_a_list_of_many_is_told_page_by_page(here: Site, admin: Asking) -> None:
    reported.tell(here.parts.database, NOW, count=200, first=6001)

    first = page(admin, "reports/cases?period=90&figure=received")
    second = page(admin, "reports/cases?period=90&figure=received&page=2")

    assert 'data-rows="264"' in first
    assert (first.count("/agent/tickets/"), second.count("/agent/tickets/")) == (200, 64)


def test_what_requesters_wrote_is_text_and_nothing_else(admin: Asking) -> None:
    for path in ("reports", "reports/cases?figure=received"):
        html = page(admin, path)

        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "\u202e" not in html
    assert "{{ 7*7 }} {% raw %}" in page(admin, "reports/cases?figure=received")


def test_a_spreadsheet_runs_nothing_of_what_requesters_wrote(admin: Asking) -> None:
    answer = admin.get("/app/api/admin/reports/cases.csv?period=90&figure=received")

    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 64
    assert not [
        cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    ]
    assert '\'=HYPERLINK("https://evil.example","open")' in [row["subject"] for row in rows]
    assert "\u202e" not in answer.data.decode()


def test_the_file_of_figures_says_what_the_page_says(admin: Asking) -> None:
    answer = admin.get("/app/api/admin/reports/figures.csv?period=90")

    rows = {row["figure"]: row for row in csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))}
    told = dict(numbered_links(page(admin, "reports?period=90")))
    kept = [n for address, n in told.items() if "figure=promises_kept&part=met" in address]
    assert int(rows["promises_kept"]["met"]) == kept[0]
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="makegood-figures-2025-12-11-2026-03-10.csv"'
    )


def test_a_share_of_few_is_greyed_and_says_why(here: Site) -> None:
    reported.tell(here.parts.database, NOW, count=5)
    html = page(Asking(here, ADMIN, "admin"), "reports")

    tile = html.split("Acknowledged in time")[1].split("</div>")[0]
    assert "few" in tile
    assert "Fewer than ten" in tile


def test_days_are_those_of_the_account(admin: Asking) -> None:
    received = page(admin, "reports/cases?from=2026-02-01&to=2026-02-28&figure=received")

    days = re.findall(r'<time datetime="([^"T]+)T', received)
    assert days
    assert all(day.startswith("2026-02-") or day == "2026-01-31" for day in days)


@pytest.mark.parametrize(
    "wrong",
    ["from=2026-02-01&to=2026-01-01", "from=yesterday&to=today", "period=7", "from=1900-01-01&to=2026-01-01"],
)
def test_a_period_that_cannot_be_is_refused_with_the_next_step(admin: Asking, wrong: str) -> None:
    answer = admin.get(f"/app/api/admin/reports?{wrong}")

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"] == "bad_report"


@pytest.mark.parametrize("wrong", ["figure=agents", "figure=received&part=half", "figure=received&by=agent"])
def test_there_is_no_figure_for_what_is_not_asked_of_a_team(admin: Asking, wrong: str) -> None:
    assert admin.get(f"/app/api/admin/reports/cases?{wrong}").status_code == 400


def test_agents_who_are_no_admins_see_no_report(here: Site) -> None:
    agent = Asking(here, AGENT)

    for path in ("reports", "reports/cases", "reports/cases.csv", "reports/figures.csv", "reports/detection"):
        assert agent.get(f"/app/api/admin/{path}").status_code == 403


def test_an_account_without_complaints_is_told_so(here: Site) -> None:
    html = page(Asking(here, ADMIN, "admin"), "reports")

    assert "No complaints in this period." in html
    assert "No recompense was recorded." in html


def test_every_figure_has_its_words() -> None:
    words = words_for("en")
    wanted = {f"reports.rate.{name}" for name in RATES} | {f"reports.met.{name}" for name in RATES}
    wanted |= {f"reports.missed.{name}" for name in RATES} | {f"reports.figure.{name}" for name in SPANS}
    wanted |= {f"reports.by.{by}" for by in Dimension}

    assert [key for key in wanted if not words.has(key)] == []


def test_charts_are_named_and_begin_at_nothing(admin: Asking) -> None:
    html = page(admin, "reports?period=90")

    charts = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(charts) >= 6
    assert all('role="img"' in chart and "<title>" in chart for chart in charts)
    assert ">0</text>" in charts[0]
    assert " style=" not in html


def test_the_quality_of_detection_is_told_even_before_anything_was_read(admin: Asking) -> None:
    assert "Nothing has been read yet." in page(admin, "reports/detection")


def test_precision_and_recall_are_told_by_language_with_counts_and_intervals(here: Site) -> None:
    judge(here.parts.database, range(1, 10), Verdict.COMPLAINT, is_complaint=True)
    judge(here.parts.database, range(10, 13), Verdict.COMPLAINT, is_complaint=False)
    judge(here.parts.database, range(13, 16), Verdict.CALM, is_complaint=True)

    html = page(Asking(here, ADMIN, "admin"), "reports/detection")

    assert ">English</th>" in html
    assert "75%</span> <small>9 of 12, 95 % between 47% and 91%</small>" in html  # right / flagged
    assert html.count("9 of 12") == 2  # found / known complaints


def test_the_latest_day_is_in_the_report(here: Site) -> None:
    reported.tell(here.parts.database, NOW + timedelta(hours=31), count=1)

    assert 'data-rows="1"' in page(Asking(here, ADMIN, "admin"), "reports/cases?period=90&figure=received")


def test_every_figure_is_explained_in_the_documentation() -> None:
    explained = re.findall(
        r"^\| `([a-z_]+)` \|", (ROOT / "docs" / "reports.md").read_text("utf-8"), re.MULTILINE
    )

    assert sorted(explained) == sorted(FIGURES)
