"""Ids in the addresses of our routes, bounded by what a database holds."""

from werkzeug.routing import IntegerConverter


class Id(IntegerConverter):
    """A whole number of at most eighteen digits; with a longer one the address leads nowhere."""

    regex = "[0-9]{1,18}"
