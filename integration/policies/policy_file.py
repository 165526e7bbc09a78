"""A follow-up policy as a file: its keys, and the policy it becomes."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator, model_validator

from integration.domain.complaint import Band, Category
from integration.domain.followup import Satisfier
from integration.domain.policy import BANDS, Policy, Reach, Scope, Start, Step
from integration.domain.ticket import Channel, Status
from integration.policies import holiday_sets
from integration.policies.counting import HoursSchema, LimitSchema
from integration.policies.document import Document, checked
from integration.policies.schema import Name, Schema, TimeZone, Word
from integration.statements import Statement

HolidaySet = Annotated[str, AfterValidator(holiday_sets.check)]
MOST_LEVELS = 5


class ScopeSchema(Schema):
    """On which complaints."""

    bands: frozenset[Band] = frozenset()
    categories: frozenset[Category] = frozenset()
    channels: frozenset[Channel] = frozenset()
    brand_ids: frozenset[int] = frozenset()
    form_ids: frozenset[int] = frozenset()
    tags: frozenset[Word] = frozenset()
    without_tags: frozenset[Word] = frozenset()
    languages: frozenset[Annotated[str, Field(pattern="^[a-z]{2}$")]] = frozenset()
    jurisdictions: frozenset[Name] = frozenset()
    fields: dict[int, frozenset[str]] = {}

    def scope(self) -> Scope:
        return Scope(
            bands=frozenset(band.value for band in self.bands),
            categories=frozenset(category.value for category in self.categories),
            channels=self.channels,
            brand_ids=self.brand_ids,
            form_ids=self.form_ids,
            tags=self.tags,
            without_tags=self.without_tags,
            languages=self.languages,
            jurisdictions=self.jurisdictions,
            fields=self.fields,
        )


class _Reached(Schema):
    reach: Reach = Reach.NOTE
    assignee_id: int | None = None
    group_id: int | None = None

    @model_validator(mode="after")
    def _names_who_takes_over(self) -> "_Reached":
        has_target = self.assignee_id is not None or self.group_id is not None
        if (self.reach is Reach.ASSIGNEE) != has_target:
            raise ValueError(Statement("assignee_needs"))
        return self


class EscalationSchema(_Reached):
    """A further level, some time after the one before fell due."""

    after: LimitSchema
    note: Name | None = None


class StepSchema(_Reached):
    id: Name
    start: Start | None = None
    after: Name | None = None
    delay: LimitSchema
    satisfied_by: frozenset[Satisfier] = Field(min_length=1)
    cancelled_by: frozenset[Satisfier] = frozenset()
    paused_by: frozenset[Status] = frozenset()
    note: Name
    bands: frozenset[Band] = Field(default=frozenset(Band), min_length=1)
    escalate: tuple[EscalationSchema, ...] = Field(default=(), max_length=MOST_LEVELS)

    @model_validator(mode="after")
    def _counts_from_one_thing(self) -> "StepSchema":
        if (self.start is None) == (self.after is None):
            raise ValueError(Statement("step_needs_start"))
        return self


class PolicySchema(Schema):
    id: Name
    version: int = Field(ge=1)
    title: Annotated[str, Field(min_length=1, max_length=200)]
    effective_from: date
    time_zone: TimeZone
    schedule: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    business_hours: HoursSchema = HoursSchema()
    holidays: frozenset[date] = frozenset()
    holiday_sets: frozenset[HolidaySet] = Field(default=frozenset(), max_length=20)
    applies_to: ScopeSchema = ScopeSchema()
    takes_over_running: bool = False
    may_write_to_requester: bool = False
    steps: tuple[StepSchema, ...] = Field(min_length=1, max_length=50)

    @field_validator("steps")
    @classmethod
    def _follow_each_other(cls, steps: tuple[StepSchema, ...]) -> tuple[StepSchema, ...]:
        above: set[str] = set()
        for step in steps:
            if step.id in above:
                raise ValueError(Statement("steps_twice", id=step.id))
            if step.after is not None and step.after not in above:
                raise ValueError(Statement("step_not_above", id=step.id, after=step.after))
            above.add(step.id)
        return steps

    @model_validator(mode="after")
    def _writes_to_requesters_only_where_allowed(self) -> "PolicySchema":
        reached = [each for step in self.steps for each in (step, *step.escalate)]
        if not self.may_write_to_requester and any(each.reach is Reach.REQUESTER for each in reached):
            raise ValueError(Statement("requester_needs"))
        return self


def policy_from(document: Document) -> Policy:
    """Read a follow-up policy. Raises `InvalidPolicy`."""
    schema = checked(document, PolicySchema)
    steps: list[Step] = []
    for each in schema.steps:
        step = _step(each, {step.id: step for step in steps})
        steps += (step, *_levels(step, each.escalate))
    return Policy(
        id=schema.id,
        version=schema.version,
        title=schema.title,
        effective_from=schema.effective_from,
        time_zone=schema.time_zone,
        steps=tuple(steps),
        holidays=schema.holidays,
        week=schema.business_hours.week(),
        schedule=schema.schedule,
        holiday_sets=schema.holiday_sets,
        scope=schema.applies_to.scope(),
        takes_over_running=schema.takes_over_running,
    )


def _step(schema: StepSchema, above: dict[str, Step]) -> Step:
    return Step(
        id=schema.id,
        start=schema.start or above[schema.after or ""].start,
        limit=schema.delay.limit(),
        satisfied_by=schema.satisfied_by,
        note=schema.note,
        bands=frozenset(band.value for band in schema.bands) or BANDS,
        after=schema.after,
        reach=schema.reach,
        assignee_id=schema.assignee_id,
        group_id=schema.group_id,
        cancelled_by=schema.cancelled_by,
        paused_by=schema.paused_by,
    )


def _levels(step: Step, escalations: tuple[EscalationSchema, ...]) -> list[Step]:
    """Make a step of each level, named after the first: a level is planned, and speaks, once."""
    steps, before = [], step
    for number, escalation in enumerate(escalations, start=1):
        before = Step(
            id=f"{step.id}.{number}",
            start=step.start,
            limit=escalation.after.limit(),
            satisfied_by=step.satisfied_by,
            note=escalation.note or step.note,
            bands=step.bands,
            after=before.id,
            level=number,
            reach=escalation.reach,
            assignee_id=escalation.assignee_id,
            group_id=escalation.group_id,
            cancelled_by=step.cancelled_by,
            paused_by=step.paused_by,
        )
        steps.append(before)
    return steps
