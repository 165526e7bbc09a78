"""Why a rule decided as it did: a code that the pages put into words in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Detail = str | int | float | bool | None


class Code(StrEnum):
    """Every code there is; the comment is what a page may say, with the details in braces."""

    # complaint.detect
    RULE_ALWAYS = "rule_always"  # The account's rule {rule} makes every such ticket a complaint.
    RULE_NEVER = "rule_never"  # The account's rule {rule} says such tickets are no complaints.
    LEARNED = "learned"  # Learned from examples: {probability} of 1 that this is a complaint.
    WORD_LISTS_ALONE = "word_lists_alone"  # The learned part is off or missing: word lists decided alone.
    DECIDING_SENTENCE = "deciding_sentence"  # The most telling sentence: {words} (place in the details).
    LIKE_COMPLAINTS = "like_complaints"  # Agents said of {count} like it that they are complaints: {tickets}.
    LIKE_NO_COMPLAINTS = "like_no_complaints"  # Agents said of {count} like it that they are none: {tickets}.
    CALIBRATED = "calibrated"  # {judgements} judgements moved the threshold from {shipped} to {threshold}.
    UNSURE = "unsure"  # {score} is near the threshold {threshold}: a person should look.
    WAITING = "waiting"  # The ticket has waited for {days} days.
    REOPENED_TICKET = "reopened_ticket"  # The ticket was solved and is open again ({count} times).
    WORDS = "words"  # {count} telling phrases add {points} points.
    PRAISE = "praise"  # Words of praise or relief take {points} points away.
    THREAT = "threat"  # The requester announces a step outside: {words}.
    BAD_RATING = "bad_rating"  # The requester rated this ticket as bad.
    OPEN_COMPLAINT = "open_complaint"  # {count} of the requester's complaints are still open.
    EARLIER_COMPLAINTS = "earlier_complaints"  # {count} complaints in the last {days} days.
    BROKEN_PROMISE = "broken_promise"  # A promise to this requester was not kept.
    CHANNEL = "channel"  # Channel {channel} raises severity by {points}.
    NO_SIGNS = "no_signs"  # Neither words nor facts point to a complaint.

    # history.find_repeat
    FOLLOW_UP_TICKET = "follow_up_ticket"  # A reply to the closed ticket {ticket_id}.
    MERGED = "merged"  # Merged into ticket {ticket_id}.
    SAME_REFERENCE = "same_reference"  # Ticket {ticket_id} names {reference} too.
    SAME_CATEGORY_RECENTLY = "same_category_recently"  # Ticket {ticket_id}, {days} days ago: {category} too.

    ALIKE_TICKET = "alike_ticket"  # Possibly the same matter as ticket {ticket_id}: the words are alike.

    # suggestion.rank
    CATEGORY_FITS = "category_fits"  # Written for complaints about {category}.
    SITUATION_FITS = "situation_fits"  # Written for this situation: {situation}.
    REPEAT_FITS = "repeat_fits"  # Written for somebody who comes back with the same matter.
    BAND_FITS = "band_fits"  # Written for severity {band}.
    KEYWORDS_FIT = "keywords_fit"  # The ticket speaks of {words}.
    CHOSEN_BEFORE = "chosen_before"  # Agents chose it for {count} similar tickets: {tickets}.
    ALIKE = "alike"  # The meaning of the ticket is close to it.
    ASKS = "asks"  # Asks {count} questions, which an upset person may not want.
    GENERAL = "general"  # Fits any complaint.
    FALLBACK_LANGUAGE = "fallback_language"  # No version in {wanted}; this one is in {locale}.
    USED_BEFORE = "used_before"  # This requester has had it, and there is no other wording.

    # followup.decide
    DUE = "due"  # {name} was due {late_minutes} minutes ago and its reason still holds.
    NOT_DUE = "not_due"  # The due time was moved.
    ENDED = "ended"  # The follow-up had ended already: {status}.
    TICKET_DELETED = "ticket_deleted"  # The ticket was deleted.
    TICKET_MERGED = "ticket_merged"  # The ticket was merged into {ticket_id}.
    TICKET_CLOSED = "ticket_closed"  # The ticket is closed and takes no more comments.
    NOT_A_COMPLAINT = "not_a_complaint"  # An agent said that this is no complaint.
    PUBLIC_REPLY = "public_reply"  # An agent replied publicly (comment {comment_id}).
    RESOLVED = "resolved"  # The complaint is resolved.
    REQUESTER_WROTE = "requester_wrote"  # The requester wrote again (comment {comment_id}).
    CUSTOMER_TOLD = "customer_told"  # The requester was told of the outcome (comment {comment_id}).

    # given by the use cases
    BY_AGENT = "by_agent"  # An agent decided so: {why}.
    TICKET_GONE = "ticket_gone"  # Zendesk no longer knows the ticket.
    NEWER_REMINDER = "newer_reminder"  # A newer reminder on the same ticket says it already.
    REFUSED = "refused"  # Zendesk refused the note: {why}.
    UNUSABLE_NOTE = "unusable_note"  # The note's template cannot be filled: {why}.
    OBSERVED = "observed"  # Observe mode: the note was kept for show and not posted.
    BECAME_WORSE = "became_worse"  # The complaint became worse, and a stricter step took this one's place.
    REOPENED = "reopened"  # The complaint is open again.
    DEFECT = "defect"  # Makegood itself failed: {why}.
    CANCELLED_BY_TRIGGER = "cancelled_by_trigger"  # A trigger of the account cancelled it.

    # promises
    PROMISE_KEPT = "promise_kept"  # The promise was kept.
    PROMISE_WITHDRAWN = "promise_withdrawn"  # The promise is no longer owed.
    NEVER_SENT = "never_sent"  # The letter with the promise was never sent.

    # warnings
    UNANSWERED = "unanswered"  # The requester wrote {count} times since the last public reply.
    SAME_ORGANISATION = "same_organisation"  # {people} people of one organisation complained in {days} days.
    NEAR_DEADLINE = "near_deadline"  # The deadline is near, and the complaint is open.
    NOT_TOLD = "not_told"  # Set to solved, and the requester was not told how it ended.
    NO_CHECK_IN = "no_check_in"  # After such an outcome nobody wants to be asked how it turned out.

    # chains to the requester
    AUTOMATIC_REPLIES = "automatic_replies"  # The address answered by itself {count} times.
    ONLY_THANKS = "only_thanks"  # The requester only said thanks (comment {comment_id}).
    NOBODY_SPOKE = "nobody_spoke"  # No agent has replied to this requester yet, so nothing is sent by itself.
    CHAIN_ENDED = "chain_ended"  # All {sent} messages were sent.
    NOT_ALLOWED = "not_allowed"  # Messages to requesters are switched off.
    SENT_BY_CHAIN = "sent_by_chain"  # The requester is written to, as the policy says.
    SIDE_LIST = "side_list"  # Shown in the sidebar and in the lists; its policy writes nothing to Zendesk.
    IN_DIGEST = "in_digest"  # Kept for the next digest of the team.


@dataclass(frozen=True, slots=True)
class Reason:
    """A machine-readable reason such as `Reason(Code.SAME_REFERENCE, {"ticket_id": 12, ...})`."""

    code: str
    details: Mapping[str, Detail] = field(default_factory=dict)
