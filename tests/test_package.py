"""The Zendesk app's package keeps Zendesk's rules for packages, and makes nothing that is there already."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from integration.cli import main
from integration.handling.zendesk_fields import FIELDS_MADE_BY_CONNECT
from integration.rehearsal.errors import Invalid
from integration.rehearsal.server import RehearsalServer
from integration.store import kept
from integration.store.engine import Database, make_engine
from integration.zendesk.wanted import FIELDS, OPTION_PREFIX
from tests import package_rules
from tests.store.samples import NOON
from tests.test_settings import COMPLETE

LANGUAGES = ("de", "en", "es", "fr", "pt", "ru")


def built(tmp_path: Path, name: str = "app.zip", **settings: str) -> zipfile.ZipFile:
    output = tmp_path / name
    environment = {**COMPLETE, "MAKEGOOD_DATA_DIR": str(tmp_path / "data"), **settings}
    nothing = tmp_path / "nothing.env"
    nothing.touch()
    arguments = ["--env-file", str(nothing), "package", "--output", str(output)]
    result = CliRunner().invoke(main, arguments, env=environment)
    assert result.exit_code == 0, result.output
    return zipfile.ZipFile(output)


@pytest.fixture
def package(tmp_path: Path) -> zipfile.ZipFile:
    return built(tmp_path)


def requirements(package: zipfile.ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(package.read("requirements.json"))
    return found


def changed(package: zipfile.ZipFile, name: str, change: Callable[[Any], object]) -> zipfile.ZipFile:
    """Return the package with one of its JSON files changed."""
    copy = zipfile.ZipFile(io.BytesIO(), "w")
    for each in package.namelist():
        content = package.read(each)
        if each == name:
            document = json.loads(content)
            change(document)
            content = json.dumps(document).encode()
        copy.writestr(each, content)
    return copy


def test_zendesk_finds_nothing_to_refuse_or_to_warn_of(package: zipfile.ZipFile) -> None:
    assert package_rules.problems(package) == []


def test_the_locations_point_to_the_public_url(package: zipfile.ZipFile) -> None:
    manifest = json.loads(package.read("manifest.json"))

    assert {name: place["url"] for name, place in manifest["location"]["support"].items()} == {
        "ticket_sidebar": "https://makegood.example.com/app/sidebar",
        "new_ticket_sidebar": "https://makegood.example.com/app/sidebar",
        "nav_bar": "https://makegood.example.com/app/admin",
    }
    assert manifest["signedUrls"] is True


def test_the_app_is_described_in_every_language_of_its_pages(package: zipfile.ZipFile) -> None:
    files = {name for name in package.namelist() if name.startswith("translations/")}
    texts = [json.loads(package.read(name))["app"]["short_description"] for name in files]

    assert files == {f"translations/{language}.json" for language in LANGUAGES}
    assert len(set(texts)) == len(LANGUAGES)


def test_the_fields_that_it_requires_are_those_that_connect_would_create(package: zipfile.ZipFile) -> None:
    told = {
        (
            one["title"],
            one["type"],
            tuple((o["value"], o["name"]) for o in one.get("custom_field_options", [])),
        )
        for one in requirements(package)["ticket_fields"].values()
    }

    assert told == {
        (field.title, field.type, tuple((OPTION_PREFIX + key, name) for key, name in field.options))
        for field in FIELDS
    }


def test_where_connect_has_made_the_fields_the_package_brings_none(
    package: zipfile.ZipFile, tmp_path: Path, sqlite_url: str
) -> None:
    database = Database(make_engine(sqlite_url))
    with database.write() as conn:
        kept.put(conn, FIELDS_MADE_BY_CONNECT, True, now=NOON)
    database.close()

    second = built(tmp_path, "second.zip", MAKEGOOD_DATABASE_URL=sqlite_url)

    assert "ticket_fields" in requirements(package)
    assert requirements(second).keys() == {"triggers", "automations", "views"}


def test_samples_are_switched_off_until_an_admin_wants_them(package: zipfile.ZipFile) -> None:
    found = requirements(package)
    samples = [*found["triggers"].values(), *found["automations"].values()]

    assert all(one["active"] is False and "Sample" in one["title"] for one in samples)


def test_the_survey_leaves_out_requesters_whose_complaint_is_open(package: zipfile.ZipFile) -> None:
    survey = requirements(package)["automations"]["makegood_sample_survey"]

    held = [c["value"].split() for c in survey["conditions"]["all"] if c["operator"] == "not_includes"]
    assert held == [["makegood_suspected", "makegood_confirmed"]]


def test_an_account_takes_the_triggers_and_automations(package: zipfile.ZipFile, tmp_path: Path) -> None:
    found = requirements(package)
    with RehearsalServer(tmp_path / "rehearsal.sqlite3") as zendesk:
        rules = zendesk.app.extensions["rehearsal.rules"]
        for kind in ("trigger", "automation"):
            for one in found[f"{kind}s"].values():
                assert rules.create(kind, one)["title"] == one["title"]
            with pytest.raises(Invalid):
                rules.create(kind, {"title": "Makegood: nothing"})


def test_the_same_files_make_the_same_zip(package: zipfile.ZipFile, tmp_path: Path) -> None:
    again = built(tmp_path, "again.zip")

    assert Path(str(again.filename)).read_bytes() == Path(str(package.filename)).read_bytes()


def locations(manifest: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = manifest["location"]["support"]
    return found


def views(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["views"]
    return found


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("manifest.json", lambda m: m.pop("author"), "lacks author"),
        ("manifest.json", lambda m: m.update(frameworkVersion="1.0"), "must be 2.0"),
        ("manifest.json", lambda m: m.update(noTemplate=True), "nothing that a manifest has"),
        ("manifest.json", lambda m: locations(m)["nav_bar"].update(url="http://a.example"), "https"),
        ("manifest.json", lambda m: locations(m).update(side={"url": "https://a"}), "no location"),
        ("manifest.json", lambda m: locations(m).update(top_bar={"url": "https://a"}), "icon_top_bar"),
        ("translations/de.json", lambda t: t["app"].pop("name"), "lacks app.name"),
        ("requirements.json", lambda r: r.update(tickets={}), "no kind"),
        ("requirements.json", lambda r: r["views"]["makegood_open"].pop("title"), "needs a title"),
        ("requirements.json", lambda r: r["views"]["makegood_open"]["all"].pop(0), "needs one of"),
        ("requirements.json", lambda r: views(r).update({"No id": views(r)["makegood_open"]}), "identifier"),
        (
            "requirements.json",
            lambda r: r["ticket_fields"].update(makegood_two=r["ticket_fields"]["makegood_complaint"]),
            "used twice",
        ),
    ],
)  # fmt: skip
def test_what_zendesk_would_refuse_is_found(
    package: zipfile.ZipFile, name: str, change: Callable[[Any], object], problem: str
) -> None:
    found = package_rules.problems(changed(package, name, change))

    assert any(problem in one for one in found), found
