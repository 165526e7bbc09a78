"""What Zendesk refuses or warns of in an app's package, as its own validator (zendesk_apps_support) has it.

Beyond that: the sizes of the pictures, and what an account would refuse when the requirements are created.
"""

import json
import re
import struct
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LOCATIONS = _words(
    "ticket_sidebar new_ticket_sidebar user_sidebar organization_sidebar custom_object_record_sidebar "
    "top_bar nav_bar system_top_bar background modal ticket_editor"
)
LOCATION_OPTIONS = frozenset({"url", "autoLoad", "autoHide", "flexible", "size", "signed", "objectTypes"})
WITH_ICON = frozenset({"top_bar", "nav_bar", "system_top_bar", "ticket_editor"})
MANIFEST_KEYS = _words(
    "name author version frameworkVersion defaultLocale private signedUrls singleInstall location parameters "
    "domainWhitelist oauth requirementsOnly marketingOnly termsConditionsURL gaID remoteInstallationURL "
    "experiments"
)
BOOLEANS = ("private", "signedUrls", "singleInstall", "requirementsOnly", "marketingOnly")
REQUIREMENTS = _words(
    "automations channel_integrations custom_objects custom_objects_v2 macros organization_fields targets "
    "ticket_fields triggers user_fields views webhooks"
)
MOST_REQUIREMENTS = 5_000
MOST_BYTES_OF_A_RULE = 65_000
LOCALE = re.compile(r"[a-z]{2}(-\w{2,3})?")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,99}")
TAG = re.compile(r"[a-z0-9_:/.-]+")
TITLE_LENGTH = 255
PRIVATE_KEYS = frozenset({"name"})
PUBLIC_KEYS = frozenset({"name", "short_description", "long_description", "installation_instructions"})
ENDINGS = _words(".png .jpg .jpeg .gif .svg .js .htm .html .css .map .woff .woff2 .ttf .json .xml .md")
LOGOS = {"assets/logo.png": (320, 320), "assets/logo-small.png": (128, 128)}
# What Zendesk's scrubbing of SVG leaves alone; it prunes scripts, styles, links and handlers.
SVG_ELEMENTS = frozenset({"svg", "g", "path", "rect", "circle", "title"})
SVG_ATTRIBUTES = _words(
    "viewBox d fill fill-rule stroke stroke-width stroke-linecap stroke-linejoin width height rx transform"
)
HOURS = _words("NEW OPEN PENDING HOLD SOLVED CLOSED created_at updated_at assigned_at due_date")
ANCHORS = frozenset({"status", "type", "group_id", "assignee_id", "requester_id"})
COLUMNS = _words(
    "status requester subject priority assignee created updated group type nice_id due_date score"
)


def problems(package: zipfile.ZipFile) -> list[str]:
    """Return everything that Zendesk would refuse or warn of."""
    names = package.namelist()
    if "manifest.json" not in names:
        return ["there is no manifest.json at the top of the package"]
    manifest = json.loads(package.read("manifest.json"))
    return [
        *_files(package),
        *_manifest(manifest, names),
        *_locations(manifest, names),
        *_translations(package, manifest),
        *_logos(package),
        *_drawings(package),
        *_requirements(package),
    ]


def _files(package: zipfile.ZipFile) -> Iterator[str]:
    for info in package.infolist():
        if (info.external_attr >> 16) & 0o170000 == 0o120000:
            yield f"{info.filename} is a link"
        if not info.filename.endswith(tuple(ENDINGS)):
            yield f"{info.filename} is of a kind that Zendesk does not take"


def _manifest(manifest: Mapping[str, Any], names: list[str]) -> Iterator[str]:
    yield from (
        f"manifest.json lacks {key}"
        for key in ("author", "defaultLocale", "location")
        if not manifest.get(key)
    )
    yield from (f"{key} is nothing that a manifest has" for key in manifest.keys() - MANIFEST_KEYS)
    yield from (
        f"{key} must be true or false" for key in BOOLEANS if not isinstance(manifest.get(key, False), bool)
    )
    if manifest.get("frameworkVersion") != "2.0":
        yield "frameworkVersion must be 2.0"
    if not isinstance(manifest.get("version", ""), str):
        yield "version must be a string"
    author = manifest.get("author", {})
    yield from (
        f"author lacks {key}" for key in ("name", "email", "url") if not isinstance(author.get(key), str)
    )
    if not _is_url(author.get("url", "")):
        yield "the author's url is none"
    locale = manifest.get("defaultLocale", "")
    if not LOCALE.fullmatch(locale) or f"translations/{locale}.json" not in names:
        yield f"there is no translation for the default locale {locale}"
    parameters = manifest.get("parameters", [])
    if any(parameter.get("name") == "name" for parameter in parameters):
        yield "no parameter may be called name"


def _locations(manifest: Mapping[str, Any], names: list[str]) -> Iterator[str]:
    for product, locations in manifest.get("location", {}).items():
        if product != "support":
            yield f"{product} is no product that this app is for"
        for name, options in locations.items():
            if name not in LOCATIONS:
                yield f"{name} is no location"
            yield from (f"{name} has no option {option}" for option in options.keys() - LOCATION_OPTIONS)
            if not _may_load(options.get("url", ""), names):
                yield f"{name} must load https, localhost or a file of assets, not {options.get('url')}"
            if not isinstance(options.get("flexible", False), bool):
                yield f"flexible of {name} must be true or false"
            if name in WITH_ICON and f"assets/icon_{name}.svg" not in names:
                yield f"{name} needs assets/icon_{name}.svg"


def _may_load(url: str, names: list[str]) -> bool:
    parts = urlsplit(url)
    if not parts.scheme:
        return url.startswith("assets/") and url in names
    return parts.scheme == "https" or parts.hostname == "localhost"


def _translations(package: zipfile.ZipFile, manifest: Mapping[str, Any]) -> Iterator[str]:
    wanted = PRIVATE_KEYS if manifest.get("private", True) else PUBLIC_KEYS
    files = [name for name in package.namelist() if name.startswith("translations/")]
    keys = {name: set(json.loads(package.read(name))["app"]) for name in files}
    for name, found in keys.items():
        if not LOCALE.fullmatch(name.removeprefix("translations/").removesuffix(".json")):
            yield f"{name} is called after no locale"
        yield from (f"{name} lacks app.{key}" for key in wanted - found)
        if found != keys["translations/en.json"]:
            yield f"{name} has other keys than translations/en.json"
        for key in found:
            if not isinstance(json.loads(package.read(name))["app"][key], str):
                yield f"app.{key} of {name} must be text"


def _logos(package: zipfile.ZipFile) -> Iterator[str]:
    for name, size in LOGOS.items():
        png = package.read(name) if name in package.namelist() else b""
        if not png.startswith(b"\x89PNG") or struct.unpack(">II", png[16:24]) != size:
            yield f"{name} must be a PNG of {size[0]} by {size[1]} pixels"
        elif png[24:26] not in {b"\x08\x06", b"\x08\x02"}:
            yield f"{name} must have eight bits of each colour"


def _drawings(package: zipfile.ZipFile) -> Iterator[str]:
    for name in (name for name in package.namelist() if name.endswith(".svg")):
        root = ET.fromstring(package.read(name))
        if "viewBox" not in root.attrib:
            yield f"{name} needs a viewBox"
        for element in root.iter():
            if element.tag.split("}")[1] not in SVG_ELEMENTS:
                yield f"{name}: {element.tag} would be pruned"
            yield from (f"{name}: {key} would be pruned" for key in element.attrib.keys() - SVG_ATTRIBUTES)


def _requirements(package: zipfile.ZipFile) -> Iterator[str]:
    if "requirements.json" not in package.namelist():
        return
    content = package.read("requirements.json")
    requirements: dict[str, dict[str, Any]] = json.loads(content, object_pairs_hook=_once)
    yield from (f"{kind} is no kind of requirement" for kind in requirements.keys() - REQUIREMENTS)
    every = [(kind, key, one) for kind, group in requirements.items() for key, one in group.items()]
    if len(every) > MOST_REQUIREMENTS:
        yield f"there are more than {MOST_REQUIREMENTS} requirements"
    for kind, key, one in every:
        if not IDENTIFIER.fullmatch(key):
            yield f"{key} is no identifier"
        if not 0 < len(one.get("title", "")) <= TITLE_LENGTH:
            yield f"{kind} {key} needs a title"
        if len(json.dumps(one).encode()) > MOST_BYTES_OF_A_RULE:
            yield f"{kind} {key} is longer than Zendesk takes"
    titles = [(kind, one.get("title")) for kind, _, one in every]
    yield from (
        f"there are two {kind} called {title}"
        for kind, title in set(titles)
        if titles.count((kind, title)) > 1
    )
    yield from _options(requirements.get("ticket_fields", {}))
    for key, automation in requirements.get("automations", {}).items():
        yield from _anchored(f"automation {key}", automation["conditions"]["all"])
        if not any(condition["field"] in HOURS for condition in automation["conditions"]["all"]):
            yield f"automation {key} has no condition on time"
    for key, view in requirements.get("views", {}).items():
        yield from _anchored(f"view {key}", view["all"])
        yield from (f"view {key} has no column {c}" for c in set(view["output"]["columns"]) - COLUMNS)
        if len(view["output"]["columns"]) > 10:
            yield f"view {key} has more than ten columns"


def _options(fields: Mapping[str, Any]) -> Iterator[str]:
    tags: list[str] = []
    for key, field in fields.items():
        options = field.get("custom_field_options", [])
        if field.get("type") == "tagger" and not options:
            yield f"the drop-down {key} needs options"
        tags += [option["value"] for option in options]
    yield from (f"{tag} is no tag" for tag in tags if not TAG.fullmatch(tag))
    # A tag belongs to one option of one field in the whole account.
    yield from (f"the tag {tag} is used twice" for tag in set(tags) if tags.count(tag) > 1)


def _anchored(what: str, conditions: list[Mapping[str, Any]]) -> Iterator[str]:
    if not ANCHORS & {condition["field"] for condition in conditions}:
        yield f"{what} needs one of {', '.join(sorted(ANCHORS))} among the conditions that all hold"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key is there twice among {keys}")
    return dict(pairs)


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
