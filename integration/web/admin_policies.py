"""The admin page's section of policies and rules: what is in force, forms over the texts, presets."""

from datetime import date
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, render_template

from integration.domain.remedy import HOUSE_CAUSES
from integration.handling import editing_policies, text_files
from integration.handling.editing_policies import NAME, UnknownText
from integration.handling.rehearse import dry_run
from integration.parts import Parts
from integration.policies.load import CLOCKS
from integration.policies.rewrite import NoSuchPlace
from integration.store import outcomes
from integration.store.editions import POLICIES, Outdated
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
from integration.web.completion import yaml_words
from integration.web.fields import bad
from integration.web.form_fields import BadValue
from integration.web.policy_forms import changed, form_of, step_name, unit_name
from integration.web.problems import Problem
from integration.web.report_view import name_of

DAYS = 30
REHEARSAL_SECONDS = 12.0


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes below /app/api/admin/policies."""
    section = admin_section(parts, "admin_policies", at="/policies")

    @section.get("")
    def policies() -> str:
        words = words_of_caller(parts)
        with parts.database.read() as conn:
            causes = outcomes.causes(conn)
        return render_template(
            "admin_policies.html",
            words=words,
            causes=causes,
            house_causes=[(cause, name_of("cause", cause, words)) for cause in HOUSE_CAUSES],
            own_causes=[cause for cause in causes if cause not in HOUSE_CAUSES],
            board=editing_policies.board(parts),
            rules=parts.shelf.rules(),
            languages=sorted(parts.shelf.cues().languages),
            step_name=lambda step_id: step_name(step_id, words),
            zone=zone_of_caller(),
        )

    @section.get("/text/<path:name>")
    def text(name: str) -> str:
        words, desk = words_of_caller(parts), _desk(parts, name)
        return render_template(
            "admin_policy.html",
            words=words,
            desk=desk,
            place=f"policies/text/{name}",
            form=form_of(name, desk.text, words),
            is_about_deadlines=name == CLOCKS,
            may_have_form="/" not in name,
            language=name.removeprefix("cues/").removesuffix(".yaml") if name.startswith("cues/") else None,
            unit_name=lambda unit: unit_name(words, unit),
            comparison=compared(desk.versions, desk.in_force, desk.text),
            completions=yaml_words(name),
            who=names_of(parts, desk.versions),
            now=parts.clock(),
            zone=zone_of_caller(),
        )

    @section.post("/text/<path:name>/check")
    def check(name: str) -> Response:
        written, words = changed_text(json_object()), words_of_caller(parts)
        findings = editing_policies.check(parts, _known(name), written)
        is_broken = any(finding.is_error for finding in findings)
        return jsonify(
            findings=render_template("admin_findings.html", words=words, findings=findings),
            marks=marks(findings, words),
            is_broken=is_broken,
            form=None if is_broken else _form(name, written),
        )

    def _form(name: str, written: str) -> str:
        words = words_of_caller(parts)
        form = form_of(name, written, words)
        return render_template("admin_policy_form.html", words=words, form=form) if form else ""

    @section.post("/text/<path:name>/form")
    def fill_in(name: str) -> Response:
        body = json_object()
        written = changed_text(body)
        try:
            after = changed(_known(name), written, body, words_of_caller(parts))
        except BadValue as error:
            raise bad("The field", str(error).rstrip(".") or "look at its name and its neighbours") from error
        except NoSuchPlace as error:
            message = "The text cannot be changed by the form as it stands; change it in the text."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "no_such_place", message) from error
        return jsonify(text=after, form=_form(name, after))

    @section.post("/text/<path:name>/rehearse")
    def rehearse(name: str) -> str:
        written, words = changed_text(json_object()), words_of_caller(parts)
        if any(finding.is_error for finding in editing_policies.check(parts, _known(name), written)):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "broken", "Put the text right first.")
        before, after = (
            dry_run(parts, documents, DAYS, with_suggestions=False, seconds=REHEARSAL_SECONDS)
            for documents in ({}, {name: written})
        )
        return render_template(
            "admin_rehearsal.html",
            words=words,
            before=before,
            after=after,
            step_name=lambda step_id: step_name(step_id, words),
            now=parts.clock(),
            zone=zone_of_caller(),
        )

    @section.post("/presets/<preset_id>/switch")
    def switch(preset_id: str) -> Response:
        body = json_object()
        try:
            editing_policies.switch_preset(
                parts,
                preset_id,
                is_on=body.get("is_on") == "yes",
                checked_on=_day(body.get("checked_on")),
                actor=actor(),
            )
        except UnknownText as error:
            raise Problem(HTTPStatus.NOT_FOUND, "unknown_preset", "There is no such preset.") from error
        except (NoSuchPlace, Outdated) as error:
            message = f"{CLOCKS} cannot be changed so as it stands; open it and put it right first."
            raise Problem(HTTPStatus.CONFLICT, "no_such_place", message) from error
        return Response(status=HTTPStatus.NO_CONTENT)

    edit_routes(
        section,
        parts,
        "/text/<path:name>",
        path_of=lambda name: _path(name),
        check_of=lambda name: lambda written: editing_policies.check(parts, name, written),
        prepare=lambda written, name: editing_policies.numbered(parts, name, written),
    )

    @section.get("/export")
    def export() -> Response:
        return files_answer(text_files.export(parts, POLICIES), "makegood-policies.zip")

    @section.post("/import")
    def take_in() -> str:
        changes = editing_policies.compare_files(
            parts, uploaded(lambda name: NAME.fullmatch(name) is not None)
        )
        text_files.take_in(parts, POLICIES, changes, actor=actor(), in_force=False)
        return render_template(
            "admin_imported.html",
            words=words_of_caller(parts),
            changes=changes,
            address=lambda name: f"policies/text/{name}",
        )

    return section


def _known(name: str) -> str:
    _path(name)
    return name


def _path(name: str) -> str:
    try:
        return editing_policies.path_of(name)
    except UnknownText as error:
        raise _unknown() from error


def _desk(parts: Parts, name: str) -> editing_policies.Desk:
    try:
        return editing_policies.open_text(parts, name)
    except UnknownText as error:
        raise _unknown() from error


def _unknown() -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "unknown_text", "There is no policy or rule of that name.")


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except (TypeError, ValueError) as error:
        raise bad("checked_on", "send a day such as 2026-01-31") from error
