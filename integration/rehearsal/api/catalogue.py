"""What an admin sets up: ticket fields, forms, groups, brands, organizations, statuses, ratings, settings."""

from typing import Any

from flask import Blueprint, Flask, Response, request

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.base import Doc
from integration.rehearsal.errors import Forbidden
from integration.rehearsal.guard import named, require_admin
from integration.rehearsal.paging import Docs, page
from integration.rehearsal.render import Render

# Plural path -> kind; those that can only be read here.
_READ_ONLY = {
    "ticket_forms": "ticket_form",
    "groups": "group",
    "brands": "brand",
    "custom_statuses": "custom_status",
    "satisfaction_ratings": "satisfaction_rating",
}
_PLANS: Doc = {
    "active_features": {"customer_satisfaction": True, "business_hours": True, "agent_workspace": True}
}


def register(app: Flask, account: Account) -> None:
    """Add the routes."""
    api = Blueprint("catalogue", __name__, url_prefix="/api/v2")
    render = Render(account)
    _add_reading(api, account, render)
    _add_ticket_fields(api, account, render)
    _add_organizations(api, account, render)
    app.register_blueprint(api)


def _listed(account: Account, render: Render, plural: str, kind: str) -> Response:
    docs = account.resources(kind)
    if kind == "satisfaction_rating":
        docs = _rated(docs)
    return json_answer(
        page(account.config.base_url, plural, Docs(docs), lambda d: render.resource(kind, d))[0]
    )


def _rated(docs: list[Doc]) -> list[Doc]:
    score = request.args.get("score")
    if score in {"good", "bad", "offered", "unoffered"}:
        return [doc for doc in docs if doc["score"] == score]
    return [doc for doc in docs if doc["score"] in {"good", "bad"}] if score == "received" else docs


def _add_reading(api: Blueprint, account: Account, render: Render) -> None:
    @api.get("/<any(ticket_forms, groups, brands, custom_statuses, satisfaction_ratings):plural>")
    def list_resources(plural: str) -> Response:
        return _listed(account, render, plural, _READ_ONLY[plural])

    @api.get(
        "/<any(ticket_forms, groups, brands, custom_statuses, satisfaction_ratings):plural>/<int:number>"
    )
    def show_resource(plural: str, number: int) -> Response:
        kind = _READ_ONLY[plural]
        return json_answer({kind: render.resource(kind, account.resource(kind, number))})

    @api.get("/custom_roles")
    def list_custom_roles() -> Response:
        return json_answer({"custom_roles": [], "next_page": None, "previous_page": None, "count": 0})

    @api.get("/locales")
    def list_locales() -> Response:
        from integration.rehearsal.users import LOCALES

        shown = [{"id": number, "locale": name, "name": name} for name, number in LOCALES.items()]
        return json_answer({"locales": shown, "next_page": None, "previous_page": None, "count": len(shown)})

    @api.get("/account/settings")
    def show_settings() -> Response:
        domain = account.config.subdomain
        settings: dict[str, Any] = {
            **_PLANS,
            "branding": {"header_color": "03363D", "page_background_color": "333333"},
            "localization": {"locale_ids": [1]},
            "tickets": {
                "comments_public_by_default": True,
                "list_newest_comments_first": True,
                "tagging": True,
            },
            "brands": {"default_brand_id": account.default_id("brand")},
            "domain": domain,
        }
        return json_answer({"settings": settings})


def _add_ticket_fields(api: Blueprint, account: Account, render: Render) -> None:
    def shown(doc: Doc) -> Doc:
        return render.resource("ticket_field", doc)

    @api.get("/ticket_fields")
    def list_fields() -> Response:
        return _listed(account, render, "ticket_fields", "ticket_field")

    @api.get("/ticket_fields/<int:field_id>")
    def show_field(field_id: int) -> Response:
        return json_answer({"ticket_field": shown(account.resource("ticket_field", field_id))})

    @api.get("/ticket_fields/<int:field_id>/options")
    def list_options(field_id: int) -> Response:
        options = account.resource("ticket_field", field_id).get("custom_field_options") or []
        return json_answer({"custom_field_options": options, "next_page": None, "previous_page": None,
                            "count": len(options)})  # fmt: skip

    @api.post("/ticket_fields")
    def create_field() -> Response:
        require_admin(account)
        return json_answer({"ticket_field": shown(account.create_ticket_field(named("ticket_field")))}, 201)

    @api.put("/ticket_fields/<int:field_id>")
    def update_field(field_id: int) -> Response:
        require_admin(account)
        return json_answer(
            {"ticket_field": shown(account.update_ticket_field(field_id, named("ticket_field")))}
        )

    @api.delete("/ticket_fields/<int:field_id>")
    def delete_field(field_id: int) -> Response:
        require_admin(account)
        if not account.resource("ticket_field", field_id)["removable"]:
            raise Forbidden("System fields cannot be removed")
        account.delete_resource("ticket_field", field_id)
        return Response(status=204)


def _add_organizations(api: Blueprint, account: Account, render: Render) -> None:
    def shown(doc: Doc) -> Doc:
        return render.resource("organization", doc)

    @api.get("/organizations")
    def list_organizations() -> Response:
        return _listed(account, render, "organizations", "organization")

    @api.get("/organizations/<int:organization_id>")
    def show_organization(organization_id: int) -> Response:
        return json_answer({"organization": shown(account.resource("organization", organization_id))})

    @api.post("/organizations")
    def create_organization() -> Response:
        doc = account.save_resource("organization", _organization(named("organization")))
        return json_answer({"organization": shown(doc)}, 201)

    @api.put("/organizations/<int:organization_id>")
    def update_organization(organization_id: int) -> Response:
        before = account.resource("organization", organization_id)
        data = _organization({**before, **named("organization")})
        return json_answer(
            {"organization": shown(account.save_resource("organization", data, organization_id))}
        )


def _organization(data: Doc) -> Doc:
    defaults: Doc = {"name": "", "domain_names": [], "details": "", "notes": "", "group_id": None,
                     "shared_tickets": False, "shared_comments": False, "external_id": None, "tags": [],
                     "organization_fields": {}}  # fmt: skip
    return {name: data.get(name, default) for name, default in defaults.items()}
