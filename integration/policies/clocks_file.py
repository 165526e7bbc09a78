"""`clocks.yaml`: which presets an admin has switched on, and which tickets belong to which jurisdiction."""

from datetime import date

from pydantic import Field, model_validator

from integration.domain.preset import Clocks, Switch
from integration.policies.document import Document, checked
from integration.policies.policy_file import HolidaySet, ScopeSchema
from integration.policies.schema import Name, Schema, TimeZone
from integration.statements import Statement


class SwitchSchema(Schema):
    id: Name
    applies_to: ScopeSchema = ScopeSchema()
    time_zone: TimeZone | None = None
    holiday_sets: frozenset[HolidaySet] | None = Field(default=None, max_length=20)
    checked_on: date | None = None


class ClocksSchema(Schema):
    presets: tuple[SwitchSchema, ...] = Field(default=(), max_length=50)
    jurisdictions: dict[Name, ScopeSchema] = {}
    days_off: frozenset[date] = frozenset()

    @model_validator(mode="after")
    def _jurisdictions_stand_alone(self) -> "ClocksSchema":
        if any(scope.jurisdictions for scope in self.jurisdictions.values()):
            raise ValueError(Statement("jurisdiction_alone"))
        return self

    @model_validator(mode="after")
    def _jurisdictions_are_known(self) -> "ClocksSchema":
        named = {name for switch in self.presets for name in switch.applies_to.jurisdictions}
        if unknown := sorted(named - self.jurisdictions.keys()):
            raise ValueError(Statement("jurisdiction_unknown", names=", ".join(unknown)))
        return self


def clocks_from(document: Document) -> Clocks:
    """Read what an admin decided about clocks. Raises `InvalidPolicy`."""
    schema = checked(document, ClocksSchema)
    return Clocks(
        switches=tuple(
            Switch(each.id, each.applies_to.scope(), each.time_zone, each.holiday_sets, each.checked_on)
            for each in schema.presets
        ),
        jurisdictions={name: scope.scope() for name, scope in schema.jurisdictions.items()},
        days_off=schema.days_off,
    )
