"""The place of a moment among events: text that sorts by time, to the nanosecond, then by sequence."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_OF_A_SECOND = timedelta(microseconds=999_999)


def order_at(updated_at: datetime) -> str:
    """Return the order of a row of an export, in the form of `Event.order`.

    Its stamp has whole seconds, and exports leave out the latest minute: the row tells how things stood after
    every event of its second, those that were lost too.
    """
    moment = updated_at.replace(microsecond=0) + LAST_OF_A_SECOND
    microseconds = (moment - EPOCH) // timedelta(microseconds=1)
    return f"{microseconds * 1000:020d}:000000"
