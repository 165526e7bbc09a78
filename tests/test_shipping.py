"""What is shipped: a wheel that needs nothing of the checkout, containers and units that may do little."""

import json
import lzma
import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import py3langid
import pytest
import yaml
from click.testing import CliRunner

from integration.cli import main

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with Makegood's wheel; what it depends on is lent by this one."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = [*pip, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=240)
    place = folder / "venv"
    venv.create(place)
    (wheel,) = folder.glob("makegood-*.whl")
    into = [*pip, "--python", str(place / "bin" / "python"), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(into, check=True, capture_output=True, timeout=240)
    site = next(place.glob("lib/python*/site-packages"))
    (site / "lent.pth").write_text(next(p for p in sys.path if p.endswith("site-packages")) + "\n")
    return place / "bin"


def run(installed: Path, *command: str, cwd: Path) -> str:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKEGOOD_", "PYTHON"))
    }
    done = subprocess.run(
        [installed / command[0], *command[1:]],
        cwd=cwd,
        env=clean,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_all_it_needs(installed: Path, tmp_path: Path) -> None:
    where = run(installed, "python", "-c", "import integration; print(integration.__file__)", cwd=tmp_path)
    assert str(ROOT) not in where

    assert "Every template is fine." in run(installed, "makegood", "templates", "lint", cwd=tmp_path)
    assert "fine" in run(installed, "makegood", "policies", "lint", cwd=tmp_path)
    settings = "\n".join(
        f"MAKEGOOD_{line}"
        for line in (
            "ZENDESK_URL=https://acme.zendesk.com",
            "OAUTH_CLIENT_ID=makegood",
            "OAUTH_CLIENT_SECRET=secret",
            "PUBLIC_URL=https://makegood.example.com",
            f"SECRET_KEY={'k' * 40}",
        )
    )
    (tmp_path / ".env").write_text(settings)
    assert "The schema is at" in run(installed, "makegood", "db", "upgrade", cwd=tmp_path)
    assert "makegood-app.zip" in run(installed, "makegood", "package", cwd=tmp_path)


def test_the_image_runs_as_nobody_and_fetches_pinned_packages_alone() -> None:
    text = (DEPLOY / "Dockerfile").read_text()

    assert "--require-hashes" in text
    assert re.search(r"^USER makegood$", text, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", text, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["python:3.11-slim"] * 2


def test_what_the_image_copies_exists_and_is_let_in() -> None:
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}

    assert all((ROOT / name).exists() for name in names)
    assert set(names) == let_in


def who_wants() -> dict[str, set[str]]:
    """Return each pinned package with those that asked for it, as the list itself says below each pin."""
    text = (ROOT / "requirements.txt").read_text()
    pins = re.findall(r"^(\S+)==(.+?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    return {
        name: set(re.findall(r"^    # +(?:via )?(?!via$)(\S+)", rest, re.MULTILINE)) for name, rest in pins
    }


def test_what_packages_are_built_with_does_not_stay_in_the_image() -> None:
    removed = re.search(
        r"^ +(hatchling .+) setuptools pip$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE
    )
    assert removed is not None
    gone = set(removed[1].split())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    to_build = set(project["optional-dependencies"]["build"])

    wanted = who_wants()
    assert len(wanted) > 50
    assert gone == {n for n, by in wanted.items() if by <= gone or (by == {"makegood"} and n in to_build)}


def test_new_code_alone_fetches_no_package_again() -> None:
    text = (DEPLOY / "Dockerfile").read_text()

    fetched, copied = text.index("--require-hashes"), text.index("COPY integration")
    assert text.index("COPY requirements.txt") < fetched < copied
    assert "--no-deps --no-build-isolation" in text[copied:]


def test_two_web_parts_and_two_workers_share_one_database_and_little_else() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    ours = {name: one for name, one in services.items() if name != "database"}

    assert set(ours) == {"migrate", "web-1", "web-2", "worker-1", "worker-2"}
    for one in ours.values():
        assert one["read_only"] is one["init"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one["env_file"] == "../.env"
    slots = {tuple(one["command"]) for name, one in ours.items() if name.startswith("worker")}
    assert len(slots) == 2
    assert services["database"]["networks"] == ["inside"]
    assert "ports" not in services["database"]
    assert "--host=127.0.0.1" in services["database"]["healthcheck"]["test"]


def test_several_processes_at_once_can_unpack_the_model_of_languages_into_the_temporary_folder() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    with lzma.open(Path(py3langid.__file__).parent / "data" / "model.npz.xz") as packed:
        needed = packed.seek(0, os.SEEK_END)

    for name, one in services.items():
        if name != "database":
            (size,) = re.findall(r"^/tmp:size=(\d+)m,", one["tmpfs"][0])
            assert int(size) * 2**20 > 4 * needed


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_are_hardened_and_start_a_command_that_exists(unit: Path) -> None:
    text = unit.read_text()

    wanted = (
        "DynamicUser=yes",
        "User=makegood",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=\n",
    )
    assert all(line in text for line in wanted)
    command = re.search(r"^ExecStart=/opt/makegood/bin/makegood (\w+)", text, re.MULTILINE)
    assert command is not None
    assert command[1] in main.commands


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_command_beside_a_unit_has_its_user_its_settings_and_its_folder(unit: Path) -> None:
    script = (DEPLOY / "makegood.sh").read_text()
    service = unit.read_text().replace("%S", "/var/lib")

    shared = ("DynamicUser", "User", "StateDirectory", "StateDirectoryMode", "WorkingDirectory")
    for name in (*shared, "EnvironmentFile", "CapabilityBoundingSet", "UMask"):
        (value,) = re.findall(rf"^{name}=(.*)$", service, re.MULTILINE)
        assert f" --property={name}={value} " in script
    (environment,) = re.findall(r"^Environment=(.*)$", service, re.MULTILINE)
    assert f"--setenv={environment} " in script
    assert "/opt/makegood/bin/makegood " in script


def test_the_bill_of_materials_names_every_direct_dependency() -> None:
    document = json.loads(CliRunner().invoke(main, ["notices", "--sbom"]).output)

    names = {one["name"].lower().replace("_", "-") for one in document["components"]}
    project = (ROOT / "pyproject.toml").read_text()
    block = project.split("dependencies = [", 1)[1].split("\n]", 1)[0]
    direct = {name.lower() for name in re.findall(r'^\s*"([A-Za-z0-9-]+)', block, re.MULTILINE)}
    assert len(direct) > 20
    assert direct <= names
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.5")
    assert all(one["licenses"][0]["license"]["name"] for one in document["components"])


def test_licence_texts_are_printed() -> None:
    told = CliRunner().invoke(main, ["notices"]).output

    assert "zenpy 2.0.57: GNU General Public License" in told
    assert "Permission is hereby granted" in told
