"""The headers that every response carries, whoever made it."""

from flask import Flask, Response

# No X-Frame-Options: its only allowing value is "same origin", and the pages live in Zendesk's frames.
_CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_EVERYWHERE = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Strict-Transport-Security", "max-age=31536000"),
    ("Content-Security-Policy", _CLOSED),
    ("Cache-Control", "no-store"),
)


def install(app: Flask) -> None:
    """Set the headers on every response; a page may bring a wider policy of its own."""

    @app.after_request
    def _secure(response: Response) -> Response:
        given = {name.lower() for name, _ in response.headers}
        response.headers.extend([(name, value) for name, value in _EVERYWHERE if name.lower() not in given])
        return response


def page_policy(*, zendesk_url: str, sdk_url: str, style_nonce: str) -> str:
    """Return the policy of a page that Zendesk frames and that loads Zendesk's SDK.

    `style_nonce` lets the editor add the style sheet that it makes while running.
    """
    sdk_origin = "/".join(sdk_url.split("/", 3)[:3])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {sdk_origin}",
            f"style-src 'self' 'nonce-{style_nonce}'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {zendesk_url}",
        )
    )
