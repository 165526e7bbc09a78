"""The Zendesk app's package keeps Zendesk's rules for packages."""

import json
import re
import struct
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from integration.cli import main
from tests.test_settings import COMPLETE

# Rules of Zendesk's own validator (zendesk_apps_support): locations, icons, logo sizes, required keys.
LOGOS = {"assets/logo.png": (320, 320), "assets/logo-small.png": (128, 128)}


@pytest.fixture
def package(tmp_path: Path) -> zipfile.ZipFile:
    output = tmp_path / "app.zip"
    result = CliRunner().invoke(
        main, ["--env-file", str(tmp_path / "none"), "package", "--output", str(output)], env=COMPLETE
    )
    assert result.exit_code == 0, result.output
    return zipfile.ZipFile(output)


def test_the_locations_point_to_the_public_url(package: zipfile.ZipFile) -> None:
    manifest = json.loads(package.read("manifest.json"))

    assert {name: place["url"] for name, place in manifest["location"]["support"].items()} == {
        "ticket_sidebar": "https://makegood.example.com/app/sidebar",
        "nav_bar": "https://makegood.example.com/app/admin",
    }


def test_launches_are_signed_and_the_framework_is_the_one_that_zendesk_accepts(
    package: zipfile.ZipFile,
) -> None:
    manifest = json.loads(package.read("manifest.json"))

    assert (manifest["signedUrls"], manifest["frameworkVersion"]) == (True, "2.0")
    assert set(manifest["author"]) == {"name", "email", "url"}


def test_every_translation_has_the_same_keys(package: zipfile.ZipFile) -> None:
    files = [name for name in package.namelist() if name.startswith("translations/")]
    keys = {name: set(json.loads(package.read(name))["app"]) for name in files}

    assert "translations/en.json" in keys
    assert all(found == keys["translations/en.json"] for found in keys.values())


@pytest.mark.parametrize(("name", "size"), LOGOS.items())
def test_logos_have_the_sizes_that_zendesk_demands(
    package: zipfile.ZipFile, name: str, size: tuple[int, int]
) -> None:
    png = package.read(name)

    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == size


def test_the_navigation_bar_has_its_icon(package: zipfile.ZipFile) -> None:
    assert re.search(rb"<svg[^>]*viewBox", package.read("assets/icon_nav_bar.svg"))


def test_the_same_files_make_the_same_zip(package: zipfile.ZipFile, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    CliRunner().invoke(
        main, ["--env-file", str(tmp_path / "none"), "package", "--output", str(again)], env=COMPLETE
    )

    assert again.read_bytes() == Path(str(package.filename)).read_bytes()
