"""What differs from the tracked compose file where everything stays on this machine's loopback."""

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

DATABASE = "database"


def override(tracked: Path, image: str, settings: Mapping[str, str], ports: Mapping[str, int]) -> str:
    """Return a second compose file: the image that was built, the machine's own loopback, a given database.

    All else stays as tracked: commands, users, file systems, capabilities, health checks, who waits for whom.
    """
    services = yaml.safe_load(tracked.read_text())["services"]
    lines = ["services:", f"  {DATABASE}: !reset null"]
    for name, service in services.items():
        if name == DATABASE:
            continue
        own = dict(settings)
        if name in ports:
            own["MAKEGOOD_PORT"] = str(ports[name])
        lines += [
            f"  {name}:",
            f"    image: {image}",
            "    build: !reset null",
            "    network_mode: host",
            "    networks: !reset null",
            "    ports: !reset []",
            f"    depends_on: !override {json.dumps(_waits_for(service))}",
            f"    environment: {json.dumps(own)}",
        ]
    return "\n".join(lines) + "\n"


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _waits_for(service: dict[str, Any]) -> dict[str, Any]:
    return {name: condition for name, condition in service["depends_on"].items() if name != DATABASE}
