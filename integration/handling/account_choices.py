"""What an admin decides for the whole account: the causes to choose from, and who sees what was given."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from integration.domain.remedy import HOUSE_CAUSES
from integration.domain.staff import STAFF_KINDS
from integration.parts import Parts
from integration.store import audit_log, outcomes, staff

MOST_CAUSES = 60
LONGEST_CAUSE = 60


class BadCauses(Exception):
    """A cause is too long or there twice, or there are too many."""


class UnknownRole(Exception):
    """There is no such kind of staff."""


def set_causes(parts: Parts, given: Sequence[str], *, admin_id: int) -> None:
    """Say which causes agents choose from; none brings the house's back. Raises `BadCauses`.

    What was recorded before keeps its cause.
    """
    folded = {cause.casefold() for cause in given}
    if len(folded) != len(given) or len(given) > MOST_CAUSES:
        raise BadCauses
    if not all(0 < len(cause) <= LONGEST_CAUSE for cause in given):
        raise BadCauses
    with parts.database.write() as conn:
        before = outcomes.causes(conn)
        outcomes.set_causes(conn, given, now=parts.clock())
        after = tuple(given) or HOUSE_CAUSES
        _record(parts, conn, admin_id, "causes changed", "causes", before, after)


def set_redress_roles(parts: Parts, given: Collection[str], *, admin_id: int) -> None:
    """Say which kinds of staff see what requesters were given. Raises `UnknownRole`."""
    if not set(given) <= set(STAFF_KINDS):
        raise UnknownRole
    with parts.database.write() as conn:
        before = sorted(staff.redress_roles(conn))
        staff.set_redress_roles(conn, given, now=parts.clock())
        _record(parts, conn, admin_id, "redress roles changed", "redress roles", before, sorted(set(given)))


def _record(
    parts: Parts,
    conn: Connection,
    admin_id: int,
    action: str,
    subject: str,
    before: Sequence[str],
    after: Sequence[str],
) -> None:
    if list(before) != list(after):
        audit_log.write(
            conn,
            at=parts.clock(),
            actor=f"agent:{admin_id}",
            action=action,
            subject=subject,
            before=list(before),
            after=list(after),
        )
