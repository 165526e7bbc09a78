"""`makegood notices`: what Makegood is made of, as licence texts to read or as an SBOM for machines."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution, version
from pathlib import Path
from typing import Any

import click

NAME = "makegood"
_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[([^\]]*)\])?[^;]*(?:;(.*))?$")
_TEXT = re.compile(r"(?i)^(licen[cs]e|copying|notice|authors)([-._].*)?$")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Component:
    """An installed package that Makegood runs with."""

    name: str
    version: str
    licence: str
    texts: tuple[tuple[str, str], ...]  # file name and text

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{_normal(self.name)}@{self.version}"


@click.command()
@click.option("--sbom", is_flag=True, help="A software bill of materials, CycloneDX 1.5 in JSON.")
def notices(sbom: bool) -> None:
    """Print the licences of everything that runs; --sbom prints a bill of materials instead."""
    found = sorted(components(), key=lambda one: one.name.lower())
    if sbom:
        click.echo(json.dumps(bill_of_materials(found), indent=2))
        return
    for one in found:
        click.echo(f"{one.name} {one.version}: {one.licence}")
    for one in found:
        for name, text in one.texts:
            click.echo(f"\n{'=' * 100}\n{one.name} {one.version}, {name}\n{'=' * 100}\n{text.rstrip()}")


def components() -> Iterator[Component]:
    """Yield every installed package that Makegood needs, directly or not; nothing is asked of anybody."""
    waiting, seen = [NAME], {NAME}
    while waiting:
        package = distribution(waiting.pop())
        if _normal(package.metadata["Name"]) != NAME:
            yield _component(package)
        for name in _needs(package):
            if name not in seen:
                seen.add(name)
                waiting.append(name)


def bill_of_materials(found: list[Component]) -> dict[str, Any]:
    """Return the components as a CycloneDX document; the same packages give the same document."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": NAME,
                "version": version(NAME),
                "purl": f"pkg:pypi/{NAME}@{version(NAME)}",
                "licenses": [{"expression": "GPL-3.0-or-later"}],
            }
        },
        "components": [
            {
                "type": "library",
                "bom-ref": one.purl,
                "name": one.name,
                "version": one.version,
                "purl": one.purl,
                "licenses": [{"license": {"name": one.licence}}],
            }
            for one in found
        ],
    }


def _needs(package: Distribution) -> Iterator[str]:
    for line in package.requires or ():
        match = _REQUIREMENT.match(line)
        # What an extra asks for may not be installed; what is installed and named counts.
        if match is None or "extra ==" in (match[3] or "").replace("'", '"'):
            continue
        name = _normal(match[1])
        if _is_installed(name):
            yield name
        for extra in filter(None, (each.strip() for each in (match[2] or "").split(","))):
            yield from _of_extra(name, extra)


def _of_extra(name: str, extra: str) -> Iterator[str]:
    if not _is_installed(name):
        return
    for line in distribution(name).requires or ():
        match = _REQUIREMENT.match(line)
        if match and re.search(rf"extra\s*==\s*['\"]{re.escape(extra)}['\"]", match[3] or ""):
            needed = _normal(match[1])
            if _is_installed(needed):
                yield needed


def _component(package: Distribution) -> Component:
    about = package.metadata
    texts = []
    for file in package.files or ():
        if _TEXT.match(file.name) and ".dist-info" in str(file):
            path = Path(str(package.locate_file(file)))
            if path.is_file():
                texts.append((file.name, path.read_text("utf-8", "replace")))
    return Component(about["Name"], package.version, _licence(package), tuple(sorted(texts)))


def _licence(package: Distribution) -> str:
    about = package.metadata
    expression = about.get_all("License-Expression")
    if expression:
        return str(expression[0])
    told = [line for line in about.get_all("Classifier") or () if line.startswith("License ::")]
    if told:
        return "; ".join(line.rsplit(" :: ", 1)[-1] for line in told)
    named = " ".join(about.get_all("License") or ()).strip()
    return named if named and len(named) < _LONGEST_NAME and "\n" not in named else "see its text"


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except ModuleNotFoundError:
        return False
    return True


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
