"""Deadline presets as files: one for each rule, with all its versions."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from integration.domain.policy import Start
from integration.domain.preset import Communication, ExtensionRule, Grade, Preset, PresetLimit
from integration.policies.counting import LimitSchema
from integration.policies.document import Document, checked
from integration.policies.policy_file import HolidaySet, ScopeSchema
from integration.policies.schema import Name, Schema, TimeZone
from integration.statements import Statement

Line = Annotated[str, Field(min_length=1, max_length=300)]
Lines = Annotated[str, Field(min_length=1, max_length=2000)]
_WEAKEST_FIRST = (Grade.KNOWN, Grade.SECONDARY, Grade.VERIFIED)


class ExtensionSchema(Schema):
    within: LimitSchema
    from_limit: bool = False


class PresetLimitSchema(Schema):
    id: Name
    title: Line
    start: Start | None = None
    after: Name | None = None
    within: LimitSchema
    met_by: Start
    grade: Grade | None = None
    extension: ExtensionSchema | None = None
    applies_to: ScopeSchema = ScopeSchema()
    only_if: Line | None = None

    @model_validator(mode="after")
    def _counts_from_one_thing(self) -> "PresetLimitSchema":
        if (self.start is None) == (self.after is None):
            raise ValueError(Statement("limit_needs_start"))
        return self


class CommunicationSchema(Schema):
    id: Name
    title: Line
    must_say: tuple[Line, ...] = Field(default=(), max_length=30)


class VersionSchema(Schema):
    version: int = Field(ge=1)
    effective_from: date
    grade: Grade
    source: Line | None = None
    remarks: Lines | None = None
    limits: tuple[PresetLimitSchema, ...] = Field(default=(), max_length=30)

    @model_validator(mode="after")
    def _limits_follow_limits_above(self) -> "VersionSchema":
        above: set[str] = set()
        for limit in self.limits:
            if limit.id in above:
                raise ValueError(Statement("limits_twice", id=limit.id))
            if limit.after is not None and limit.after not in above:
                raise ValueError(Statement("limit_not_above", id=limit.id, after=limit.after))
            above.add(limit.id)
        return self


class PresetSchema(Schema):
    id: Name
    title: Line
    source: Line
    link: Annotated[str, Field(pattern=r"^https://\S+$", max_length=300)] | None = None
    reviewed_on: date
    time_zone: TimeZone
    holiday_sets: frozenset[HolidaySet] = Field(default=frozenset(), max_length=20)
    stops: frozenset[Name] = frozenset()
    communications: tuple[CommunicationSchema, ...] = Field(default=(), max_length=20)
    versions: tuple[VersionSchema, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _versions_are_in_order(self) -> "PresetSchema":
        order = [(each.version, each.effective_from) for each in self.versions]
        if order != sorted(order) or len({number for number, _ in order}) < len(order):
            raise ValueError(Statement("versions_upwards"))
        return self


def presets_from(document: Document) -> tuple[Preset, ...]:
    """Read all versions of a preset, oldest first. Raises `InvalidPolicy`."""
    schema = checked(document, PresetSchema)
    return tuple(_preset(schema, version) for version in schema.versions)


def _preset(schema: PresetSchema, version: VersionSchema) -> Preset:
    limits = tuple(_limits(version))
    return Preset(
        id=schema.id,
        version=version.version,
        title=schema.title,
        effective_from=version.effective_from,
        time_zone=schema.time_zone,
        source=version.source or schema.source,
        reviewed_on=schema.reviewed_on,
        grade=min((version.grade, *(limit.grade for limit in limits)), key=_WEAKEST_FIRST.index),
        limits=limits,
        communications=tuple(
            Communication(letter.id, letter.title, letter.must_say) for letter in schema.communications
        ),
        holiday_sets=schema.holiday_sets,
        stops=schema.stops,
        link=schema.link,
        remarks=version.remarks,
    )


def _limits(version: VersionSchema) -> list[PresetLimit]:
    limits: dict[str, PresetLimit] = {}
    for each in version.limits:
        extension = each.extension
        limits[each.id] = PresetLimit(
            id=each.id,
            title=each.title,
            start=each.start or limits[each.after or ""].start,
            limit=each.within.limit(),
            met_by=each.met_by,
            grade=each.grade or version.grade,
            after=each.after,
            extension=ExtensionRule(extension.within.limit(), extension.from_limit) if extension else None,
            scope=each.applies_to.scope(),
            only_if=each.only_if,
        )
    return list(limits.values())
