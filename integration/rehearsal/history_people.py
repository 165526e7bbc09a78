"""The company of the generated history: brands, groups, agents, organizations, ticket fields, requesters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

LOCALES = {
    "en": ("en-US", "en-GB"),
    "es": ("es",),
    "de": ("de",),
    "fr": ("fr",),
    "pt": ("pt-BR",),
    "ru": ("ru",),
}
LANGUAGE_SHARES = {"en": 0.34, "de": 0.18, "es": 0.15, "fr": 0.13, "pt": 0.11, "ru": 0.09}

FIRST_NAMES = {
    "en": "Olivia Harry Amelia George Grace Samuel Ethel Callum Megan Dwayne Sophie Trevor Hazel Imran",
    "es": "Lucía Hugo Carmen Javier Inés Álvaro Rocío Mateo Pilar Iván Marta Gonzalo Nuria Emilio",
    "de": "Annika Jürgen Lena Matthias Heike Björn Sabine Jonas Ursula Kevin Elif Dieter Frauke Tobias",
    "fr": "Camille Étienne Chloé Benoît Aïcha Julien Margaux Thierry Noémie Yves Solène Karim Odile Rémi",
    "pt": "Beatriz João Larissa Thiago Conceição Rafael Juliana Otávio Débora Caio Marília Luís Iara Vítor",
    "ru": "Анна Сергей Ольга Дмитрий Светлана Артём Наталья Игорь Ксения Павел Людмила Тимур Вера Юрий",
}
LAST_NAMES = {
    "en": "Ashworth Bennett Clarke Okafor Whitfield O'Neill Patel Granger Lowe Thornton Baxter Reid",
    "es": "Ortega Ibáñez Molina Navarro Peña Castaño Rivas Bermúdez Soler Iglesias Cano Herrera Muñoz",
    "de": "Brandt Köhler Öztürk Vogel Weiß Lindner Schröder Hoffmann Krüger Baumann Jäger Seidel Nowak",
    "fr": "Lefèvre Moreau Garnier Benali Rousseau Chevalier Marchand Faure Delaunay Perrin Guérin Besson Roy",
    "pt": "Almeida Nascimento Gonçalves Teixeira Barbosa Araújo Moraes Siqueira Lacerda Pinheiro Brandão",
    "ru": "Кузнецова Морозов Лебедева Волков Сафина Орлов Зайцева Гусев Киселёва Титов Беляева Назаров",
}
# Real accounts hold these too; whatever shows a name must live with them.
ODD_NAMES = (
    "",
    "",
    "ANNA",
    "mr x",
    "Dr. Hans-Peter von und zu Aue",
    "李小龙",
    "<b>Bob</b>",
    "{{ticket.id}}",
    "José  ",
)

ORGANIZATIONS = (
    "Harbour Street Café",
    "Northwind Lettings",
    "Gasthof Linde",
    "Tischlerei Baumgart",
    "Casa Rural La Encina",
    "Librería Faro",
    "Atelier Mimosa",
    "Gîte des Tilleuls",
    "Pousada do Sol",
    "Padaria Aurora",
    "Кафе «Веранда»",
    "Студия Тополь",
    "Bright Dental",
    "Fern Hill School",
    "Praxis am Markt",
    "Hotel Alpenblick",
    "Clínica Santa Rita",
    "Boulangerie Perrin",
    "Quinta das Flores",
    "Дом уюта",
    "Little Oaks Nursery",
    "Stadtbücherei West",
    "Estudio Brisa",
    "Maison Verte",
    "Oficina Central",
)

AGENTS = (
    ("Hannah Whitlock", "admin", "en-US", "America/New_York"),
    ("Maren Vogel", "agent", "de", "Europe/Berlin"),
    ("Lucía Ortega", "agent", "es", "Europe/Madrid"),
    ("Antoine Mercier", "agent", "fr", "Europe/Paris"),
    ("Rafael Teixeira", "agent", "pt-BR", "America/Sao_Paulo"),
    ("Игорь Соколов", "agent", "ru", "Europe/Moscow"),
)
GROUPS = {
    "support": "Support",
    "orders": "Orders and delivery",
    "subscriptions": "Subscriptions",
    "digital": "Digital",
}
PRODUCTS = ("kettle", "lamp", "filter", "pan", "chair", "duvet", "blender", "shelf")
SYSTEM_FIELDS = {
    "subject": "Subject",
    "description": "Description",
    "status": "Status",
    "tickettype": "Type",
    "priority": "Priority",
    "group": "Group",
    "assignee": "Assignee",
}


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def company(founded: datetime) -> Iterator[dict[str, Any]]:
    """Everything that is there before the first requester."""
    created = {"created_at": stamp(founded)}
    yield {"kind": "brand", "key": "brand:alder", "name": "Alder & Finch", "subdomain": "alder-finch"} | {
        "default": True,
        **created,
    }
    yield {"kind": "brand", "key": "brand:club", "name": "Finch Filter Club", "subdomain": "filter-club"} | {
        "default": False,
        **created,
    }
    for key, name in GROUPS.items():
        yield {"kind": "group", "key": f"group:{key}", "name": name, **created}
    for number, (name, role, locale, zone) in enumerate(AGENTS):
        yield {
            "kind": "agent",
            "key": f"agent:{number}",
            "name": name,
            "email": f"{_slug(name) or 'igor.sokolov'}@alder-finch.example",
            "role": role,
            "locale": locale,
            "time_zone": zone,
            "groups": [f"group:{key}" for key in GROUPS],
            "signature": f"{name}\nAlder & Finch",
            **created,
        }
    yield from _ticket_fields(created)
    for number, name in enumerate(ORGANIZATIONS):
        domain = f"{_slug(name) or f'org{number}'}.example"
        yield {
            "kind": "organization",
            "key": f"organization:{number}",
            "name": name,
            "domain_names": [domain],
            **created,
        }


def _ticket_fields(created: dict[str, str]) -> Iterator[dict[str, Any]]:
    for type_, title in SYSTEM_FIELDS.items():
        yield {"kind": "ticket_field", "key": f"field:{type_}", "title": title, "type": type_} | {
            "system": True,
            "options": [],
            **created,
        }
    yield {"kind": "ticket_field", "key": "field:order", "title": "Order number", "type": "text"} | {
        "system": False,
        "options": [],
        **created,
    }
    yield {
        "kind": "ticket_field",
        "key": "field:product",
        "title": "Product",
        "type": "tagger",
        "system": False,
        "options": [{"name": product.capitalize(), "value": f"product_{product}"} for product in PRODUCTS],
        **created,
    }


def requesters(dice: Random, count: int, founded: datetime, now: datetime) -> Iterator[dict[str, Any]]:
    """`count` people who write in; about one in forty also has an older, merged account."""
    span = (now - founded) * 0.9
    for number in range(count):
        joined = founded + span * dice.random() ** 1.6
        user = _requester(dice, number, joined)
        older = user["email"] and dice.random() < 0.025
        if older:
            user["identities"].append({"type": "email", "value": f"old.{number}@post.example"})
        yield user
        if older:
            yield _merged_account(dice, user, joined, now)


def _requester(dice: Random, number: int, joined: datetime) -> dict[str, Any]:
    language = dice.choices(list(LANGUAGE_SHARES), list(LANGUAGE_SHARES.values()))[0]
    name = f"{dice.choice(FIRST_NAMES[language].split())} {dice.choice(LAST_NAMES[language].split())}"
    email: str | None = f"{_slug(name) or 'client'}.{number}@mail.example"
    organization = None
    if dice.random() < 0.2:
        place = dice.randrange(len(ORGANIZATIONS))
        organization = f"organization:{place}"
        email = f"{_slug(name) or 'client'}.{number}@{_slug(ORGANIZATIONS[place]) or f'org{place}'}.example"
    oddity = dice.random()
    if oddity < 0.03:
        name = dice.choice(ODD_NAMES)
    elif oddity < 0.05:
        name = email or ""
    elif oddity < 0.06:
        email = None
    return {
        "kind": "user",
        "key": f"user:{number}",
        "name": name,
        "email": email,
        "phone": f"+1555010{number:04d}" if email is None or dice.random() < 0.2 else None,
        "locale": dice.choice(LOCALES[language]),
        "organization": organization,
        "identities": [],
        "tags": ["vip"] if dice.random() < 0.04 else [],
        "created_at": stamp(joined),
        "active": True,
        "merged_into": None,
        "merged_at": None,
    }


def _merged_account(dice: Random, user: dict[str, Any], joined: datetime, now: datetime) -> dict[str, Any]:
    merged_at = joined + (now - joined) * dice.uniform(0.3, 0.9)
    return user | {
        "key": f"{user['key']}b",
        "email": user["identities"][0]["value"],
        "phone": None,
        "identities": [],
        "created_at": stamp(joined + timedelta(days=3)),
        "active": False,
        "merged_into": user["key"],
        "merged_at": stamp(merged_at),
    }


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join("".join(c if c.isalnum() else " " for c in plain).split())
