"""What a rehearsal account is: its names, its credentials and the limits of its plan."""

from dataclasses import dataclass, field

TRIAL_TICKETS_UPDATE = 20


@dataclass(frozen=True)
class Limits:
    """Requests a minute unless said otherwise; None lifts a limit. Defaults: a Suite Professional account."""

    plan: int | None = 400
    tickets_update: int | None = 100
    per_ticket_updates: int | None = 30
    incremental_exports: int | None = 10
    search: int | None = 2500
    search_export: int | None = 100
    user_update: int | None = 5
    tickets_delete: int | None = 400
    deleted_tickets: int | None = 10
    jobs: int | None = 30

    @classmethod
    def none(cls) -> "Limits":
        """Return limits that never refuse, for load tests."""
        return cls(*([None] * len(cls.__dataclass_fields__)))


@dataclass(frozen=True)
class SenderOptions:
    """How webhooks are sent where Zendesk's own figures would be slow to rehearse or are not known."""

    workers: int = 4
    timeout: float = 10.0  # seconds for one attempt
    retry_seconds: float = 0.5  # before the second attempt; doubles each time
    breaker_pause: float = 5.0  # seconds


@dataclass(frozen=True)
class Config:
    """Everything about the account that does not change while the server runs."""

    base_url: str = "http://127.0.0.1"
    subdomain: str = "rehearsal"
    account_id: int = 10_360_001
    oauth_client_id: str = "makegood"
    oauth_client_secret: str = "rehearsal-secret"  # noqa: S105  the server draws a random one
    token_lifetime: int = 1800
    # None refuses API tokens, as Zendesk does for new accounts since 28 July 2026.
    api_token: str | None = None
    limits: Limits = field(default_factory=Limits)
    sender: SenderOptions = field(default_factory=SenderOptions)
    # A trial account may have 10 webhooks, send 60 invocations and make 20 ticket updates a minute.
    trial: bool = False
    search_lag_seconds: int = 120
    # Zendesk now and then sends an export page without rows that is not the last; 0 switches that off.
    empty_export_page_every: int = 4
    # Refuse an export cursor whose "+" arrived as a space; zenpy's own resume sends it so.
    strict_cursors: bool = False
    job_step_seconds: float = 0.15
    max_body_bytes: int = 2_000_000

    @property
    def tickets_update(self) -> int | None:
        """The ticket updates a minute of the whole account, agents' own included."""
        most = self.limits.tickets_update
        return min(most, TRIAL_TICKETS_UPDATE) if self.trial and most is not None else most
