"""A complaint is kept once for each ticket, with all that the rules and people said of it."""

from integration.domain.complaint import Band, State
from integration.domain.history import Outcome, Repeat
from integration.domain.reason import Reason
from integration.domain.suggestion import Suggestion
from integration.store import complaints
from integration.store.complaints import Action, Complaint
from integration.store.engine import Database
from tests.store.samples import NOON, assessment, complaint

REPEAT = Repeat(3, 4, Reason("same_reference", {"reference": "AF-1"}))
SUGGESTION = Suggestion("apology", "es", is_fallback=True, score=0.7, reasons=(Reason("repeat"),))


def stored(database: Database) -> Complaint:
    with database.read() as conn:
        found = complaints.by_ticket(conn, 5)
    assert found is not None
    return found


def test_a_complaint_comes_back_as_it_was_stored(database: Database) -> None:
    new = complaint(
        references=frozenset({"AF-1"}),
        repeat=REPEAT,
        policy_id="house",
        policy_version=2,
        deadline_at=NOON,
        suggestions=(SUGGESTION,),
        outcome=Outcome.REFUND,
        resolved_at=NOON,
        told_at=NOON,
        is_imported=True,
    )
    with database.write() as conn:
        id = complaints.add(conn, new)

    fields = {name: getattr(new, name) for name in complaints.NewComplaint.__dataclass_fields__}
    assert stored(database) == Complaint(id=id, **fields)


def test_a_ticket_has_one_complaint(database: Database) -> None:
    with database.write() as conn:
        first = complaints.add(conn, complaint())
        complaints.add_many(conn, [complaint(state=State.RESOLVED), complaint(6)])

        assert complaints.add(conn, complaint(state=State.CONFIRMED)) == first
        assert complaints.by_ticket(conn, 6) is not None

    assert stored(database).state is State.SUSPECTED


def test_a_new_assessment_leaves_what_people_said(database: Database) -> None:
    with database.write() as conn:
        id = complaints.add(conn, complaint(policy_id="house"))
        complaints.set_state(conn, id, State.CONFIRMED)
        complaints.reassess(
            conn,
            id,
            assessment(band=Band.LOW),
            references=frozenset({"AF-2"}),
            repeat=REPEAT,
            suggestions=(SUGGESTION,),
            deadline_at=NOON,
        )

    found = stored(database)
    assert (found.state, found.policy_id) == (State.CONFIRMED, "house")
    assert (found.assessment.band, found.references) == (Band.LOW, frozenset({"AF-2"}))
    assert (found.repeat, found.suggestions) == (REPEAT, (SUGGESTION,))


def test_a_state_changes_once(database: Database) -> None:
    with database.write() as conn:
        id = complaints.add(conn, complaint())

        assert complaints.set_state(conn, id, State.CONFIRMED)
        assert not complaints.set_state(conn, id, State.CONFIRMED)


def test_an_outcome_resolves_the_complaint(database: Database) -> None:
    with database.write() as conn:
        id = complaints.add(conn, complaint())
        assert complaints.record_outcome(conn, id, Outcome.REFUND, NOON, None)
        assert not complaints.record_outcome(conn, 99, Outcome.REFUND, NOON, None)

    found = stored(database)
    assert (found.state, found.outcome, found.resolved_at, found.told_at) == (
        State.RESOLVED,
        Outcome.REFUND,
        NOON,
        None,
    )


def test_what_was_done_is_read_in_order(database: Database) -> None:
    with database.write() as conn:
        id = complaints.add(conn, complaint())
        complaints.add_action(conn, id, at=NOON, actor_id=None, kind="noted", details={"audit_id": 9})
        complaints.add_action(conn, id, at=NOON, actor_id=8, kind="confirmed", details={})

        assert complaints.actions(conn, id) == [
            Action(NOON, None, "noted", {"audit_id": 9}),
            Action(NOON, 8, "confirmed", {}),
        ]
