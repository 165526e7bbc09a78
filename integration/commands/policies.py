"""`makegood policies`: the follow-up policies and deadline presets, checked and shown."""

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import click

from integration.app import policy_folders, template_folders
from integration.commands.context import Context
from integration.domain.deadline import Count, Limit, Pick
from integration.domain.policy import Policy, Reach, Step
from integration.domain.preset import Preset, PresetLimit, Switch
from integration.policies.shelf import PolicyShelf
from integration.responses.files import Kind
from integration.responses.shelf import FALLBACK_LOCALE, Shelf

NO_ADVICE = """\
None of this is legal advice. Figures marked secondary or known were not read in the rule itself: they stay
off until clocks.yaml says with checked_on that you have read it. The day from which a version counts is from
general knowledge."""


@click.group()
def policies() -> None:
    """Follow-up policies, complaint rules and deadline presets."""


@policies.command()
@click.pass_obj
def lint(context: Context) -> None:
    """Check every policy, preset, rule and cue file; each problem names its file and line."""
    shelf = PolicyShelf(policy_folders(context.data_dir()))
    problems = [str(problem) for problem in shelf.problems]
    problems += _missing_notes(shelf, Shelf(template_folders(context.data_dir())))
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo("Every policy is fine.")


def _missing_notes(shelf: PolicyShelf, templates: Shelf) -> Iterable[str]:
    """Tell of steps whose text does not exist, before one of them falls due."""
    for policy in shelf.in_force(datetime.now(UTC)):
        for step in policy.steps:
            kind: Kind = "response" if step.reach is Reach.REQUESTER else "note"
            if templates.find(kind, FALLBACK_LOCALE, step.note) is None:
                asks = f"{policy.id} {policy.version}: {step.id} asks for {step.note}"
                yield f"{asks}, and no {kind} is called so."


@policies.command()
@click.option("--presets", is_flag=True, help="Show the deadline presets instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(context: Context, presets: bool, as_json: bool) -> None:
    """Show what is in force, as files say; what admins published in the program is on its page."""
    shelf = PolicyShelf(policy_folders(context.data_dir()))
    if presets:
        switches = {switch.preset_id: switch for switch in shelf.clocks().switches}
        found = [
            _preset_data(version, switches.get(version.id))
            for versions in shelf.presets().values()
            for version in versions
        ]
        lines = [line for each in found for line in _preset_lines(each)]
        lines.append(NO_ADVICE)
    else:
        found = [_policy_data(policy) for policy in shelf.in_force(datetime.now(UTC))]
        lines = [line for each in found for line in _policy_lines(each)]
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)


def _policy_data(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "version": policy.version,
        "title": policy.title,
        "effective_from": str(policy.effective_from),
        "time_zone": policy.time_zone,
        "schedule": policy.schedule,
        "criteria": policy.scope.criteria,
        "steps": [_step_data(step) for step in policy.steps],
    }


def _step_data(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "within": _limit(step.limit),
        "of": step.after or step.start.value,
        "reach": step.reach.value,
        "level": step.level,
        "satisfied_by": sorted(step.satisfied_by),
    }


def _policy_lines(policy: dict[str, Any]) -> Iterable[str]:
    yield f"{policy['id']} {policy['version']}  {policy['title']}, from {policy['effective_from']}"
    for step in policy["steps"]:
        until = ", ".join(step["satisfied_by"])
        yield f"  {step['id']:<20} {step['within']} after {step['of']}, unless {until}  [{step['reach']}]"


def _preset_data(preset: Preset, switch: Switch | None) -> dict[str, Any]:
    return {
        "id": preset.id,
        "version": preset.version,
        "title": preset.title,
        "effective_from": str(preset.effective_from),
        "source": preset.source,
        "link": preset.link,
        "reviewed_on": str(preset.reviewed_on),
        "grade": preset.grade.value,
        "is_reviewed": preset.is_reviewed,
        "is_on": switch is not None,
        "remarks": preset.remarks,
        "limits": [_limit_data(limit) for limit in preset.limits],
        "communications": [
            {"title": letter.title, "must_say": list(letter.must_say)} for letter in preset.communications
        ],
    }


def _limit_data(limit: PresetLimit) -> dict[str, Any]:
    extension = limit.extension
    longer = None
    if extension:
        longer = ("by " if extension.from_limit else "to ") + _limit(extension.limit)
    return {
        "id": limit.id,
        "title": limit.title,
        "within": _limit(limit.limit),
        "of": limit.after or limit.start.value,
        "met_by": limit.met_by.value,
        "grade": limit.grade.value,
        "extension": longer,
    }


def _preset_lines(preset: dict[str, Any]) -> Iterable[str]:
    state = "on" if preset["is_on"] else "off"
    review = "reviewed" if preset["is_reviewed"] else "unreviewed"
    yield f"{preset['id']} {preset['version']}  {preset['title']}  [{state}, {preset['grade']}, {review}]"
    yield f"  from {preset['effective_from']}; {preset['source']}; as of {preset['reviewed_on']}"
    for limit in preset["limits"]:
        longer = f", may be extended {limit['extension']}" if limit["extension"] else ""
        grade = "" if limit["grade"] == "verified" else f"  [{limit['grade']}]"
        yield f"  {limit['title']}: {limit['within']} after {limit['of']}{longer}{grade}"
    if not preset["limits"]:
        yield "  no number"
    yield ""


def _limit(limit: Limit) -> str:
    word = " or, if earlier, " if limit.pick is Pick.EARLIEST else " or, if later, "
    return word.join(map(_count, limit.counts))


def _count(count: Count) -> str:
    unit = count.delay.unit.value.replace("_", " ")
    return f"{count.delay.amount} {unit if count.delay.amount > 1 else unit.removesuffix('s')}"
