"""What staff may see: by role, restriction and group, as Zendesk has it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from integration.domain.staff import Access, Restriction
from integration.domain.ticket import Status, Ticket

AT = datetime(2026, 3, 2, tzinfo=UTC)
ME = 7
TICKET = Ticket(1, 99, "", "", Status.OPEN, AT, AT, group_id=3, organization_id=5, assignee_id=8)
EVERYTHING = Access(ME, "agent", False, None, frozenset({3}), 5, AT)


@pytest.mark.parametrize(
    ("restriction", "change", "is_seen"),
    [
        (None, {}, True),
        (Restriction.GROUPS, {}, True),
        (Restriction.GROUPS, {"group_id": 4}, False),
        (Restriction.GROUPS, {"group_id": None}, False),
        (Restriction.GROUPS, {"group_id": 4, "assignee_id": ME}, True),
        (Restriction.ORGANIZATION, {}, True),
        (Restriction.ORGANIZATION, {"organization_id": 6}, False),
        (Restriction.ORGANIZATION, {"organization_id": None}, False),
        (Restriction.ASSIGNED, {}, False),
        (Restriction.ASSIGNED, {"assignee_id": ME}, True),
        (Restriction.ASSIGNED, {"requester_id": ME}, True),
    ],
)
def test_a_ticket_is_seen_as_zendesk_would_show_it(
    restriction: Restriction | None, change: dict[str, int | None], is_seen: bool
) -> None:
    access = replace(EVERYTHING, restriction=restriction)

    assert access.sees(replace(TICKET, **change)) is is_seen  # type: ignore[arg-type]


def test_an_agent_of_no_organization_sees_no_ticket_of_none() -> None:
    access = replace(EVERYTHING, restriction=Restriction.ORGANIZATION, organization_id=None)

    assert not access.sees(replace(TICKET, organization_id=None))


def test_light_agents_see_no_redress_unless_an_admin_says_so() -> None:
    light = replace(EVERYTHING, is_light=True)
    admin = replace(EVERYTHING, role="admin")

    assert [each.sees_redress() for each in (EVERYTHING, light, admin)] == [True, False, True]
    assert light.sees_redress({"light_agent"})
    assert not admin.sees_redress(set())
