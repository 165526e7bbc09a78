"""Which events a webhook may subscribe to, and the two kinds of webhook that never mix."""

import re

CONDITIONAL = "conditional_ticket_events"  # sent by triggers and automations

_PREFIX = "zen:event-type:"
_TICKET_EVENTS = {
    "agent_assignment_changed",
    "attachment_linked_to_comment",
    "attachment_redacted_from_comment",
    "brand_changed",
    "comment_added",
    "comment_made_private",
    "comment_redacted",
    "created",
    "custom_field_changed",
    "custom_status_changed",
    "description_changed",
    "email_ccs_changed",
    "external_id_changed",
    "followers_changed",
    "form_changed",
    "group_assignment_changed",
    "marked_as_spam",
    "merged",
    "ola_policy_changed",
    "organization_changed",
    "permanently_deleted",
    "priority_changed",
    "problem_link_changed",
    "requester_changed",
    "schedule_changed",
    "sla_policy_changed",
    "soft_deleted",
    "status_changed",
    "subject_changed",
    "submitter_changed",
    "tags_changed",
    "task_due_at_changed",
    "type_changed",
}
_OTHER_EVENT = re.compile(r"(user|organization|messaging_ticket|article|community_post|agent)\.[a-z_]+")


def is_event_type(name: str) -> bool:
    """Say whether Zendesk has such an event: tickets' events are known by name, others by family."""
    if not name.startswith(_PREFIX):
        return False
    event = name.removeprefix(_PREFIX)
    if event.startswith("ticket."):
        return event.removeprefix("ticket.") in _TICKET_EVENTS
    return _OTHER_EVENT.fullmatch(event) is not None


def problem(subscriptions: object) -> str | None:
    """Say what is wrong with a list of subscriptions, None if it is allowed."""
    if not isinstance(subscriptions, list) or not subscriptions:
        return "must be a list with at least one subscription"
    if not all(isinstance(name, str) for name in subscriptions):
        return "must be a list of strings"
    if CONDITIONAL in subscriptions:
        return None if subscriptions == [CONDITIONAL] else f"{CONDITIONAL} excludes every other subscription"
    unknown = sorted(name for name in subscriptions if not is_event_type(name))
    return f"unknown event type {unknown[0]}" if unknown else None
