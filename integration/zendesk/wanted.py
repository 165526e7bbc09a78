"""What Makegood has in the account, all of it named "Makegood: …"."""

from dataclasses import dataclass

from integration.zendesk.webhook import TYPE_PREFIX

CONDITIONAL = "conditional_ticket_events"  # sent by triggers and automations
OPTION_PREFIX = "makegood_"
EVENTS_PATH = "/zendesk/events"


@dataclass(frozen=True, slots=True)
class WantedField:
    """A ticket field; an option's tag is `makegood_` and its key."""

    key: str
    title: str
    type: str
    description: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class WantedWebhook:
    key: str
    name: str
    path: str
    description: str
    subscriptions: tuple[str, ...]


FIELDS = (
    WantedField(
        "complaint",
        "Makegood: Complaint",
        "tagger",
        "Where the complaint stands. Makegood sets it; agents may correct it.",
        (
            ("suspected", "Suspected"),
            ("confirmed", "Confirmed"),
            ("resolved", "Resolved"),
            ("not_a_complaint", "Not a complaint"),
        ),
    ),
    WantedField(
        "severity",
        "Makegood: Complaint severity",
        "tagger",
        "How severe the complaint is, from the words and facts in the ticket.",
        (("low", "Low"), ("raised", "Raised"), ("high", "High")),
    ),
    WantedField(
        "complaints_before",
        "Makegood: Complaints before",
        "integer",
        "How many complaints this requester made before this one.",
    ),
    WantedField("deadline", "Makegood: Complaint deadline", "date", "By when it should be resolved."),
    WantedField("next_follow_up", "Makegood: Next follow-up", "date", "When to come back to it."),
)

# Only events that Zendesk documents; one unknown name would have the whole webhook refused.
EVENTS = (
    "ticket.agent_assignment_changed",
    "ticket.brand_changed",
    "ticket.comment_added",
    "ticket.comment_made_private",
    "ticket.comment_redacted",
    "ticket.created",
    "ticket.custom_field_changed",
    "ticket.custom_status_changed",
    "ticket.description_changed",
    "ticket.form_changed",
    "ticket.group_assignment_changed",
    "ticket.marked_as_spam",
    "ticket.merged",
    "ticket.organization_changed",
    "ticket.permanently_deleted",
    "ticket.priority_changed",
    "ticket.requester_changed",
    "ticket.soft_deleted",
    "ticket.status_changed",
    "ticket.subject_changed",
    "ticket.tags_changed",
    "user.active_changed",
    "user.created",
    "user.deleted",
    "user.merged",
    "user.name_changed",
    "user.role_changed",
)
WEBHOOKS = (
    WantedWebhook(
        "events",
        "Makegood: Events",
        EVENTS_PATH,
        "Tells Makegood what happens to tickets and users.",
        tuple(TYPE_PREFIX + event for event in EVENTS),
    ),
    WantedWebhook(
        "follow_ups",
        "Makegood: Follow-ups",
        "/zendesk/follow-ups",
        "For your own triggers and automations: starts or cancels a follow-up.",
        (CONDITIONAL,),
    ),
)
