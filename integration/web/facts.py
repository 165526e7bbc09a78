"""Where a shop or a billing system tells facts about a requester, signed with a secret of our own."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from integration.handling.outside_facts import BadFacts, keep_facts
from integration.parts import Parts
from integration.web import metrics
from integration.web.bodies import raw_json_body
from integration.web.problems import Problem
from integration.zendesk.webhook import InvalidSignature


def blueprint(parts: Parts) -> Blueprint:
    """Build POST /facts."""
    facts = Blueprint("facts", __name__)

    @facts.post("/facts")
    def keep() -> Response:
        try:
            keep_facts(
                raw_json_body(),
                dict(request.headers),
                secret_key=parts.settings.secret_key,
                database=parts.database,
                now=parts.clock(),
            )
        except InvalidSignature as error:
            metrics.deliveries.labels(route="facts", result="invalid_signature").inc()
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "invalid_signature",
                f'{error} Sign timestamp and body as the README describes under "Facts from outside".',
            ) from error
        except BadFacts as error:
            metrics.deliveries.labels(route="facts", result="malformed_facts").inc()
            raise Problem(HTTPStatus.BAD_REQUEST, "malformed_facts", str(error)) from error
        metrics.deliveries.labels(route="facts", result="kept").inc()
        return Response(status=HTTPStatus.NO_CONTENT)

    return facts
