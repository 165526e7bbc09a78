"""The pages inside Zendesk: each opens by a signed launch and carries a short session of our own."""

import hashlib
import secrets
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, g, make_response, render_template, request

from integration.handling.access import STAFF, NotAllowed, Visitor, admit
from integration.parts import Parts
from integration.web import security
from integration.web.words import Words, words_for
from integration.zendesk.launch import InvalidLaunch

STATIC = Path(__file__).parent / "static"
MAX_LAUNCH = 20_000
ADMINS = frozenset({"admin"})

Render = Callable[[Visitor, Words], str]


def blueprint(parts: Parts) -> Blueprint:
    """Build POST /app/sidebar and /app/admin, and their static files."""
    pages = Blueprint(
        "app_pages",
        __name__,
        url_prefix="/app",
        template_folder="pages",
        static_folder="static",
        static_url_path="/static",
    )
    version = _version()

    @pages.post("/sidebar")
    def sidebar() -> Response:
        return _open(parts, partial(_page, "sidebar.html", parts, version), roles=STAFF)

    @pages.post("/admin")
    def admin() -> Response:
        return _open(parts, partial(_page, "admin.html", parts, version), roles=ADMINS)

    @pages.after_request
    def _remember_static(response: Response) -> Response:
        # The pages name their files with a version, so a browser may keep them for good.
        if request.endpoint == "app_pages.static" and request.args.get("v") == version:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    return pages


def _open(parts: Parts, render: Render, *, roles: frozenset[str]) -> Response:
    request.max_content_length = MAX_LAUNCH
    origin = request.args.get("origin")
    words = words_for(request.accept_languages.best or parts.settings.note_locale)
    if origin is not None and origin != parts.settings.zendesk_url:
        return _refuse(parts, words, HTTPStatus.FORBIDDEN, "refused.origin")
    try:
        visitor = admit(parts, request.form.get("token", ""), roles=roles)
    except InvalidLaunch as error:
        return _refuse(parts, words, HTTPStatus.UNAUTHORIZED, "refused.launch", str(error))
    except NotAllowed:
        return _refuse(parts, words, HTTPStatus.FORBIDDEN, "refused.role")
    words = words_for(visitor.agent.locale or parts.settings.note_locale)
    return _framed(parts, make_response(render(visitor, words)))


def _page(name: str, parts: Parts, version: str, visitor: Visitor, words: Words) -> str:
    return render_template(
        name,
        words=words,
        bearer=visitor.bearer,
        scheme=_scheme(),
        version=version,
        sdk_url=parts.settings.sdk_url,
        style_nonce=_style_nonce(),
    )


def _refuse(parts: Parts, words: Words, status: HTTPStatus, key: str, reason: str = "") -> Response:
    page = render_template("refused.html", words=words, scheme=_scheme(), key=key, reason=reason)
    return _framed(parts, make_response(page, status))


def _framed(parts: Parts, response: Response) -> Response:
    settings = parts.settings
    response.headers["Content-Security-Policy"] = security.page_policy(
        zendesk_url=settings.zendesk_url, sdk_url=settings.sdk_url, style_nonce=_style_nonce()
    )
    return response


def _style_nonce() -> str:
    if "style_nonce" not in g:
        g.style_nonce = secrets.token_urlsafe(16)
    return str(g.style_nonce)


def _scheme() -> str:
    return "dark" if request.args.get("colorScheme") == "dark" else "light"


def _version() -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
