"""Refusals of the account, each with the status and the JSON body that Zendesk sends for it."""

from typing import Any


class Refused(Exception):
    """A request the account does not fulfil; nothing was changed."""

    status = 422
    error = "RecordInvalid"

    def __init__(self, description: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.description = description
        self.details = details

    def body(self) -> dict[str, Any]:
        """Return the JSON body that tells the client."""
        body: dict[str, Any] = {"error": self.error, "description": self.description}
        if self.details is not None:
            body["details"] = self.details
        return body


class Invalid(Refused):
    """A record that may not be stored; `details` names the properties."""

    @classmethod
    def because(cls, **reasons: str) -> "Invalid":
        """Build the error from one sentence a property, as Zendesk words them."""
        details = {
            name: [{"description": f"{name.replace('_', ' ').capitalize()}: {reason}"}]
            for name, reason in reasons.items()
        }
        return cls("Record validation errors", details)


class Closed(Invalid):
    """An update of a closed ticket."""

    def __init__(self) -> None:
        reason = [{"description": "Status: closed prevents ticket update"}]
        super().__init__("Record validation errors", {"status": reason})


class NotFound(Refused):
    """No such record, or it is deleted."""

    status = 404
    error = "RecordNotFound"

    def __init__(self) -> None:
        super().__init__("Not found")


class UpdateConflict(Refused):
    """A safe update that was based on an older state."""

    status = 409
    error = "UpdateConflict"

    def __init__(self) -> None:
        super().__init__(
            "Safe Update prevented the update due to outdated ticket data. "
            "Please fetch the latest ticket data and try again."
        )


class BadRequest(Refused):
    """A request that cannot be understood."""

    status = 400
    error = "BadRequest"

    def __init__(self, description: str, error: str = "BadRequest", status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.status = status


class Forbidden(Refused):
    """The caller is known and may not do this."""

    status = 403
    error = "Forbidden"
