"""Runs tap-zendesk over the stub, in a virtual environment of its own; arguments: URL, throttled or free.

Its tickets stream alone is selected. `free` lifts the pause that it makes after 450 tickets a minute, which
is meant for the audits of each ticket. It writes Singer messages to standard output and stores nothing.
"""

import json
import sys
from pathlib import Path

import singer  # type: ignore[import-not-found]
import tap_zendesk  # type: ignore[import-not-found]
from singer.catalog import Catalog, CatalogEntry  # type: ignore[import-not-found]
from singer.schema import Schema  # type: ignore[import-not-found]
from tap_zendesk import streams


def main(url: str, mode: str) -> None:
    """Sync all tickets."""
    streams.Tickets.endpoint = f"{url}/api/v2/incremental/tickets/cursor.json"
    if mode == "free":
        streams.AUDITS_REQUEST_PER_MINUTE = 10**12
    folder = Path(tap_zendesk.__file__).parent / "schemas"
    shared = {path.name: json.loads(path.read_text()) for path in (folder / "shared").glob("*.json")}
    schema = singer.resolve_schema_references(
        json.loads((folder / "tickets.json").read_text()),
        {f"shared/{name}": one for name, one in shared.items()},
    )
    selected = [{"breadcrumb": [], "metadata": {"selected": True, "table-key-properties": ["id"]}}]
    entry = CatalogEntry(
        tap_stream_id="tickets",
        stream="tickets",
        schema=Schema.from_dict(schema),
        key_properties=["id"],
        metadata=selected,
    )
    config = {"subdomain": "acme", "access_token": "t", "start_date": "2020-01-01T00:00:00Z"}
    tap_zendesk.do_sync(None, Catalog([entry]), {}, config)


if __name__ == "__main__":
    main(*sys.argv[1:])
