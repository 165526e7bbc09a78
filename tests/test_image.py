"""The trial of the image leaves the compose file as it is, but for what ties it to a machine's networks."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.image.compose import override

ROOT = Path(__file__).parent.parent
TRACKED = ROOT / "deploy" / "compose.yaml"
NETWORK = {"network_mode", "networks", "ports"}


def tried(ports: dict[str, int]) -> dict[str, Any]:
    text = override(TRACKED, "an-image", {"MAKEGOOD_HOST": "127.0.0.1"}, ports)
    services: dict[str, Any] = yaml.safe_load(text.replace("!reset ", "").replace("!override ", ""))[
        "services"
    ]
    return services


def test_what_is_tried_differs_in_image_networks_and_database_alone() -> None:
    services = tried({"web-1": 1, "web-2": 2})

    assert set(services) == set(yaml.safe_load(TRACKED.read_text())["services"])
    assert services.pop("database") is None
    for one in services.values():
        assert set(one) == {"image", "build", "depends_on", "environment", *NETWORK}
        assert "database" not in one["depends_on"]


def test_each_web_process_that_is_tried_has_a_port_of_its_own() -> None:
    services = tried({"web-1": 8101, "web-2": 8102})

    ports = {name: one["environment"].get("MAKEGOOD_PORT") for name, one in services.items() if one}
    assert (ports["web-1"], ports["web-2"], ports["worker-1"]) == ("8101", "8102", None)
    assert services["web-1"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_without_docker_the_trial_says_what_is_missing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.image", "--folder", str(tmp_path)]
    environment = {**os.environ, "PATH": str(tmp_path)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 1
    assert "docker is missing: install Docker with its compose plugin." in done.stderr
    assert list(tmp_path.iterdir()) == []
