"""The place of a moment among events: text that sorts by time, to the nanosecond, then by sequence."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def order_at(moment: datetime) -> str:
    """Return the order of something known at `moment`, in the form of `Event.order`.

    Zendesk's own stamps have whole seconds, so an event within that second counts as newer.
    """
    microseconds = (moment - EPOCH) // timedelta(microseconds=1)
    return f"{microseconds * 1000:020d}:000000"
