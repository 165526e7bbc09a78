"""Domain values as JSON and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

from integration.domain.complaint import CueKind, Evidence
from integration.domain.reason import Reason
from integration.domain.suggestion import Suggestion
from integration.domain.ticket import FieldValue

Json: TypeAlias = Any


def reason_to_json(reason: Reason | None) -> Json:
    return None if reason is None else {"code": reason.code, "details": dict(reason.details)}


def reason_from_json(value: Json) -> Reason | None:
    return None if value is None else Reason(value["code"], value["details"])


def reasons_from_json(values: Json) -> tuple[Reason, ...]:
    return tuple(Reason(value["code"], value["details"]) for value in values)


def evidence_to_json(evidence: Evidence) -> Json:
    return asdict(evidence) | {"kind": evidence.kind.value}


def evidence_from_json(value: Json) -> Evidence:
    return Evidence(**{**value, "kind": CueKind(value["kind"])})


def suggestion_to_json(suggestion: Suggestion) -> Json:
    return asdict(suggestion)


def suggestion_from_json(value: Json) -> Suggestion:
    return Suggestion(**{**value, "reasons": reasons_from_json(value["reasons"])})


def fields_to_json(fields: Mapping[int, FieldValue]) -> Json:
    return {str(id): field_to_json(value) for id, value in fields.items()}


def fields_from_json(fields: Json) -> dict[int, FieldValue]:
    return {int(id): tuple(value) if isinstance(value, list) else value for id, value in fields.items()}


def field_to_json(value: FieldValue) -> Json:
    return list(value) if isinstance(value, tuple) else value
