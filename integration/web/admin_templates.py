"""The admin page's section of response templates: list, editor with check and preview, versions, files."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, jsonify, render_template, request

from integration.handling import editing_templates, text_files
from integration.handling.sidebar import UnknownTicket
from integration.parts import Parts
from integration.responses.encoding import clean
from integration.responses.errors import RendererUnavailable, TemplateFailed, UnknownTemplate
from integration.responses.files import Key, Kind, key_of, place_of
from integration.store import examples
from integration.store.editions import TEMPLATES
from integration.web import letters
from integration.web.admin_texts import (
    actor,
    changed_text,
    compared,
    edit_routes,
    files_answer,
    marks,
    names_of,
    uploaded,
)
from integration.web.bodies import json_object
from integration.web.caller import admin_section, words_of_caller, zone_of_caller
from integration.web.completion import jinja_words
from integration.web.problems import Problem
from integration.web.words import Words

KINDS: dict[str, Kind] = {"letter": "response", "note": "note"}
LONGEST_SEARCH = 60


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes below /app/api/admin/templates."""
    section = admin_section(parts, "admin_templates", at="/templates")

    @section.get("")
    def templates() -> str:
        words = words_of_caller(parts)
        return render_template(
            "admin_templates.html",
            words=words,
            letters=editing_templates.rows(parts, "response", words.language),
            notes=editing_templates.rows(parts, "note", words.language),
            name_of=words.language_name,
        )

    @section.get("/<kind>/<name>/<locale>")
    def text(kind: str, name: str, locale: str) -> str:
        words = words_of_caller(parts)
        desk = editing_templates.open_text(parts, _key(kind, name, locale))
        return render_template(
            "admin_template.html",
            words=words,
            desk=desk,
            kind=kind,
            place=f"templates/{kind}/{name}/{locale}",
            comparison=compared(desk.versions, desk.in_force, desk.text),
            completions=jinja_words(words),
            examples=_examples(parts, ""),
            name_of=words.language_name,
            now=parts.clock(),
            zone=zone_of_caller(),
            who=names_of(parts, desk.versions),
        )

    @section.get("/examples")
    def past_tickets() -> str:
        wanted = request.args.get("wanted", "")[:LONGEST_SEARCH]
        return render_template(
            "admin_examples.html",
            words=words_of_caller(parts),
            examples=_examples(parts, wanted),
            now=parts.clock(),
            zone=zone_of_caller(),
        )

    @section.post("/<kind>/<name>/<locale>/check")
    def check(kind: str, name: str, locale: str) -> Response:
        key, body = _key(kind, name, locale), json_object()
        written = changed_text(body)
        words = words_of_caller(parts)
        findings = editing_templates.check(parts, key, written)
        is_broken = any(finding.is_error for finding in findings)
        return jsonify(
            findings=render_template("admin_findings.html", words=words, findings=findings),
            marks=marks(findings, words),
            is_broken=is_broken,
            preview="" if is_broken else _preview(parts, key, written, body, words),
        )

    @section.post("/<kind>/<name>/<locale>/forget-choices")
    def forget_choices(kind: str, name: str, locale: str) -> Response:
        editing_templates.forget_choices(parts, _key(kind, name, locale), actor=actor())
        return Response(status=HTTPStatus.NO_CONTENT)

    edit_routes(
        section,
        parts,
        "/<kind>/<name>/<locale>",
        path_of=lambda kind, name, locale: editing_templates.path_of(_key(kind, name, locale)),
        check_of=lambda kind, name, locale: (
            lambda written: editing_templates.check(parts, _key(kind, name, locale), written)
        ),
    )

    @section.get("/export")
    def export() -> Response:
        return files_answer(text_files.export(parts, TEMPLATES), "makegood-templates.zip")

    @section.post("/import")
    def take_in() -> str:
        changes = editing_templates.compare_files(parts, uploaded(lambda name: key_of(name) is not None))
        text_files.take_in(parts, TEMPLATES, changes, actor=actor(), in_force=False)
        return render_template(
            "admin_imported.html", words=words_of_caller(parts), changes=changes, address=_address
        )

    return section


def _key(kind: str, name: str, locale: str) -> Key:
    family, _, variant = name.partition(".")
    if kind in KINDS and len(name) <= 60:
        key = Key(KINDS[kind], locale, family, variant)
        if key_of(place_of(key)) == key:
            return key
    message = "There is no such template: a name is lower-case letters, digits and hyphens, such as apology."
    raise Problem(HTTPStatus.NOT_FOUND, "unknown_template", message)


def _address(place: str) -> str | None:
    """Return where a text is edited; None for the frame and the words, which are edited as files."""
    key = key_of(place)
    if key is None or key.kind not in KINDS.values():
        return None
    kind = next(name for name, value in KINDS.items() if value == key.kind)
    return f"templates/{kind}/{key.template_id}/{key.locale}"


def _examples(parts: Parts, wanted: str) -> list[examples.Example]:
    with parts.database.read() as conn:
        found = examples.find(conn, wanted)
    return [replace(one, subject=clean(one.subject), requester=clean(one.requester or "")) for one in found]


def _preview(parts: Parts, key: Key, written: str, body: dict[str, Any], words: Words) -> str:
    ticket_id, locale = body.get("ticket"), body.get("language")
    wanted = locale if isinstance(locale, str) and locale else key.locale
    try:
        if key.kind == "note":
            return render_template(
                "admin_preview.html", words=words, note=editing_templates.preview_note(parts, key, written)
            )
        if not isinstance(ticket_id, int):
            return render_template("admin_preview.html", words=words)
        letter = editing_templates.preview(
            parts,
            key,
            written,
            ticket_id=ticket_id,
            locale=wanted[:20],
            agent_id=g.session.user_id,
            zone=zone_of_caller(),
        )
    except (TemplateFailed, UnknownTemplate, RendererUnavailable) as error:
        return render_template("admin_preview.html", words=words, failure=str(error))
    except UnknownTicket:
        return render_template("admin_preview.html", words=words)
    return render_template(
        "admin_preview.html",
        words=words,
        letter=letter,
        html=letters.with_marked_gaps(letter.html),
        language=words.language_name(letter.locale),
    )
