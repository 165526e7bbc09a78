"""What the editors of templates and of policies share: saving, publishing, comparing, files in and out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, g, jsonify, request

from integration.handling import editing, text_files
from integration.handling.editing import MAX_COMMENT, Broken, DiffLine, Finding, NothingToDo, TooLong
from integration.parts import Parts
from integration.store import requesters
from integration.store.editions import Edition, Outdated
from integration.web.bodies import json_object
from integration.web.caller import words_of_caller
from integration.web.plain import one_line
from integration.web.problems import Problem
from integration.web.words import Words

ZIP = "application/zip"
MOST_REVISIONS = 2**31


@dataclass(frozen=True, slots=True)
class Comparison:
    """One version beside the text in the editor."""

    version: int | None
    lines: tuple[DiffLine, ...]


def actor() -> str:
    """Return the caller as the audit log names them."""
    return f"agent:{g.session.user_id}"


def names_of(parts: Parts, versions: Sequence[Edition]) -> Mapping[str, str]:
    """Return the people behind the authors of some versions, by author."""
    authors = {edition.author for edition in versions}
    with parts.database.read() as conn:
        found = {
            author: requesters.get(conn, int(author.partition(":")[2])) for author in authors if ":" in author
        }
    return {author: person.name for author, person in found.items() if person and person.name}


def changed_text(body: Mapping[str, object]) -> str:
    """Return the text that the editor sends, with the line ends that we keep. Raises `Problem` 400."""
    text = body.get("text")
    if not isinstance(text, str) or len(text) > 2 * editing.MAX_CHARS or "\0" in text:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "bad_field", "text is missing or too long: send the whole text."
        )
    return text.replace("\r\n", "\n")


def compared(versions: Sequence[Edition], in_force: str | None, text: str) -> Comparison | None:
    """Compare what the query names, a version or `in_force`, with the text in the editor."""
    wanted = request.args.get("compare", "")
    if wanted == "in_force":
        return Comparison(None, tuple(editing.difference(in_force or "", text)))
    edition = next((one for one in versions if str(one.version) == wanted), None)
    return Comparison(edition.version, tuple(editing.difference(edition.text, text))) if edition else None


def marks(findings: Sequence[Finding], words: Words) -> list[dict[str, object]]:
    """Return the findings as the editor marks them, by line."""
    return [
        {"line": one.line, "message": words.statement(one.message), "is_error": one.is_error}
        for one in findings
    ]


def edit_routes(
    section: Blueprint,
    parts: Parts,
    rule: str,
    *,
    path_of: Callable[..., str],
    check_of: Callable[..., editing.Check],
    prepare: Callable[..., str] = lambda text, **_: text,
) -> None:
    """Add the routes by which a text is saved, published, taken back and thrown away.

    `prepare` returns the text as it should be published.
    """

    @section.post(f"{rule}/draft")
    def draft(**place: str) -> Response:
        body = json_object()
        saved = _save(parts, path_of(**place), changed_text(body), body)
        return jsonify(revision=saved.revision, version=saved.version)

    @section.post(f"{rule}/publish")
    def publish(**place: str) -> Response:
        path, body = path_of(**place), json_object()
        saved = _save(parts, path, prepare(changed_text(body), **place), body)
        try:
            editing.publish(parts, path, actor=actor(), revision=saved.revision, check=check_of(**place))
        except Broken as error:
            words = words_of_caller(parts)
            lines = [
                words("texts.finding", line=f.line, message=words.statement(f.message))
                for f in error.findings
            ]
            message = " ".join([words("texts.kept_back"), *lines])
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "broken", message) from error
        except (Outdated, NothingToDo) as error:
            raise _outdated() from error
        return jsonify(version=saved.version)

    @section.post(f"{rule}/roll-back")
    def roll_back(**place: str) -> Response:
        try:
            editing.roll_back(parts, path_of(**place), actor=actor())
        except NothingToDo as error:
            raise _nothing("Nothing is published here; the file is in force.") from error
        return Response(status=HTTPStatus.NO_CONTENT)

    @section.post(f"{rule}/discard")
    def discard(**place: str) -> Response:
        try:
            editing.discard(parts, path_of(**place), actor=actor())
        except NothingToDo as error:
            raise _nothing("There is no draft any more; refresh the page.") from error
        return Response(status=HTTPStatus.NO_CONTENT)


def uploaded(is_ours: Callable[[str], bool]) -> dict[str, str]:
    """Return the files of the zip that was sent. Raises `Problem` 400, 413 or 415."""
    if request.mimetype != ZIP:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_zip", "Send a zip of text files.")
    request.max_content_length = text_files.MAX_ZIP_BYTES
    try:
        return text_files.unpack(request.get_data(cache=False), is_ours)
    except text_files.NotTaken as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "not_taken", str(error)) from error


def files_answer(files: Mapping[str, str], name: str) -> Response:
    """Answer with a zip to keep. Raises `Problem` 404 where there is nothing to put into it."""
    if not files:
        raise _nothing("Nothing is published yet, so there is nothing to export.")
    response = Response(text_files.pack(files), mimetype=ZIP)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _save(parts: Parts, path: str, text: str, body: Mapping[str, object]) -> Edition:
    comment, revision = body.get("comment", ""), body.get("revision")
    is_comment = isinstance(comment, str) and len(comment) <= MAX_COMMENT
    if not isinstance(revision, int) or not 0 <= revision < MOST_REVISIONS or not is_comment:
        message = f"revision or comment is wrong: a comment has at most {MAX_COMMENT} characters."
        raise Problem(HTTPStatus.BAD_REQUEST, "bad_field", message)
    try:
        return editing.save(
            parts, path, text, actor=actor(), comment=one_line(str(comment)), revision=revision
        )
    except Outdated as error:
        raise _outdated() from error
    except TooLong as error:
        message = f"The text is longer than {editing.MAX_CHARS} characters; split it."
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_long", message) from error


def _outdated() -> Problem:
    message = "Somebody else saved this draft meanwhile. Copy your text, refresh the page and compare."
    return Problem(HTTPStatus.CONFLICT, "outdated", message)


def _nothing(message: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "nothing_to_do", message)
