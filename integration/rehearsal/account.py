"""A whole rehearsal account: all its rules in one object, filled with what every new account has."""

import secrets
from dataclasses import replace
from pathlib import Path

from integration.rehearsal.catalogue import SYSTEM_FIELDS
from integration.rehearsal.clock import Clock
from integration.rehearsal.config import Config
from integration.rehearsal.database import Database
from integration.rehearsal.fates import TicketFates
from integration.rehearsal.jobs import Jobs
from integration.rehearsal.limits import Meter
from integration.rehearsal.oauth import Tokens
from integration.rehearsal.seed import Seeding


class Account(TicketFates, Seeding):
    """The rules of the account; REST, control endpoints, workspace and seed change it only through this."""

    service_user_id: int
    admin_user_id: int

    def __init__(self, db: Database, clock: Clock, config: Config) -> None:
        super().__init__(db, clock, config)
        self.meter = Meter(clock)
        self.tokens = Tokens(db, clock, config)
        self.jobs = Jobs(db, clock, step_seconds=config.job_step_seconds, most=config.limits.jobs)
        with db.write():
            if db.setting("service_user_id") is None:
                self._furnish()
        self.service_user_id = db.setting("service_user_id")
        self.admin_user_id = db.setting("admin_user_id")

    def close(self) -> None:
        """End the jobs and close the database."""
        self.jobs.close()
        self.db.close()

    def _furnish(self) -> None:
        active = {"active": True, "default": True}
        self.save_resource("group", {"name": "Support", "default": True, "deleted": False, "is_public": True})
        brand = {"name": "Rehearsal", "subdomain": self.config.subdomain, "brand_url": self.config.base_url}
        self.save_resource("brand", {**brand, **active})
        for status in ("new", "open", "pending", "hold", "solved"):
            label = "On-hold" if status == "hold" else status.capitalize()
            labels = {"agent_label": label, "end_user_label": label}
            self.save_resource("custom_status", {"status_category": status, **labels, **active})
        fields = []
        for position, (kind, title) in enumerate(SYSTEM_FIELDS):
            field = {"type": kind, "title": title, "raw_title": title, "active": True, "position": position}
            fields.append(
                self.save_resource("ticket_field", {**field, "removable": False, "required": False})["id"]
            )
        form = {
            "name": "Default ticket form",
            "display_name": "Default ticket form",
            "end_user_visible": True,
        }
        self.save_resource("ticket_form", {**form, **active, "position": 0, "ticket_field_ids": fields})
        week = [{"start_time": day * 1440 + 540, "end_time": day * 1440 + 1020} for day in range(1, 6)]
        schedule = {"name": "Business hours", "time_zone": "Eastern Time (US & Canada)", "intervals": week}
        self.save_resource("schedule", schedule)
        domain = f"{self.config.subdomain}.example"
        service = self.create_user({"name": "Makegood", "email": f"makegood@{domain}", "role": "admin"})
        admin = self.create_user({"name": "Ada Owner", "email": f"ada@{domain}", "role": "admin"})
        self.create_user({"name": "Jon Reyes", "email": f"jon@{domain}", "role": "agent"})
        self.db.set_setting("service_user_id", service["id"])
        self.db.set_setting("admin_user_id", admin["id"])
        with self.db.write() as connection:
            connection.execute("DELETE FROM outgoing_event")


def open_account(path: str | Path, config: Config) -> Account:
    """Open or create the account kept in a file; a client secret drawn once is kept with it."""
    db = Database(path)
    secret = db.setting("oauth_client_secret")
    if secret is None:
        secret = secrets.token_hex(32)
        db.set_setting("oauth_client_secret", secret)
    return Account(db, Clock(db), replace(config, oauth_client_secret=secret))
