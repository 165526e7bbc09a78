"""`erase`, `erasures`, `export`, `hold`, `retention`: what is forgotten, handed over, or kept for a court."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import click

from integration.commands.context import Context
from integration.handling import erase as erasing
from integration.handling.export_requester import export_requester
from integration.handling.retention import keep_no_longer
from integration.store import audit_log, erasures
from integration.store.erasures import Hold

ACTOR = "cli"
SUBJECT = re.compile(r"(requester|ticket):[0-9]{1,18}")


@click.command()
@click.argument("requester", type=int)
@click.option("--plan", is_flag=True, help="Only count what would be removed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for machines.")
@click.pass_obj
def erase(context: Context, requester: int, plan: bool, as_json: bool) -> None:
    """Remove all that is stored of REQUESTER (Zendesk's user id); counts stay without identity."""
    with context.stored() as parts:
        try:
            planned = erasing.plan_erasure(parts, requester)
            if plan:
                _print_plan(planned, as_json=as_json)
                return
            receipt = erasing.erase_requester(parts, requester, asked_by=ACTOR)
            copies = erasing.copies_that_hold_it(parts)
        except (erasing.UnknownRequester, erasing.OnHold) as error:
            raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(_receipt_json(receipt))
        return
    _print_rows(receipt.removed)
    click.echo(f"Erased. Receipt {receipt.id}: {receipt.receipt}")
    click.echo("This was Makegood's copy alone: what is still in Zendesk has to be deleted there.")
    for copy in copies:
        click.echo(
            f"A copy from before an upgrade may still hold it: {copy}. It goes within 30 days; or delete it."
        )


@click.command(name="erasures")
@click.argument("requester", type=int, required=False)
@click.pass_obj
def list_erasures(context: Context, requester: int | None) -> None:
    """List the receipts of what was erased; with REQUESTER those of one person."""
    with context.stored() as parts:
        key = parts.settings.secret_key
        mark = erasing.mark_of(key, f"requester:{requester}") if requester is not None else None
        with parts.database.read() as conn:
            found = erasures.receipts(conn, mark=mark)
        for receipt in found:
            genuine = "genuine" if erasing.is_genuine(key, receipt) else "NOT GENUINE"
            rows = sum(receipt.removed.values())
            click.echo(
                f"{receipt.id}  {receipt.done_at:%Y-%m-%d %H:%M} UTC  {receipt.cause}, "
                f"by {receipt.asked_by}: {rows} rows  {genuine}  {receipt.receipt}"
            )
        if not found:
            click.echo(
                "Nothing has been erased." if mark is None else "Nothing was erased of this requester."
            )


@click.command()
@click.argument("requester", type=int)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of the screen."
)
@click.pass_obj
def export(context: Context, requester: int, output: Path | None) -> None:
    """Write all that is stored of REQUESTER (Zendesk's user id) as JSON, to hand it over."""
    with context.stored() as parts:
        try:
            found = export_requester(parts, requester, asked_by=ACTOR)
        except erasing.UnknownRequester as error:
            raise click.ClickException(str(error)) from error
    text = json.dumps(found, indent=2, ensure_ascii=False)
    if output is None:
        click.echo(text)
        return
    output.touch(mode=0o600)
    output.write_text(text + "\n", "utf-8")
    rows = sum(len(rows) for rows in found["stored"].values())
    click.echo(f"Wrote {rows} rows to {output}. It holds personal data: hand it over, then delete it.")


@click.group()
def hold() -> None:
    """Legal holds: what is on hold is neither erased nor does it age away."""


@hold.command()
@click.argument("subject")
@click.option("--why", required=True, help="Such as the court's file number.")
@click.pass_obj
def add(context: Context, subject: str, why: str) -> None:
    """Put SUBJECT on hold: requester:ID or ticket:ID."""
    _checked(subject)
    with context.stored() as parts, parts.database.write() as conn:
        now = parts.clock()
        if not erasures.place_hold(conn, Hold(subject, why, ACTOR, now)):
            raise click.ClickException(f"{subject} is on hold already.")
        audit_log.write(conn, at=now, actor=ACTOR, action="hold placed", subject=subject, after={"why": why})
        is_known = erasing.is_known(conn, subject)
    click.echo(f"{subject} is on hold.")
    if not is_known:
        click.echo(f"Nothing is stored of {subject} yet: is it the id from Zendesk's URL?")


@hold.command()
@click.argument("subject")
@click.pass_obj
def lift(context: Context, subject: str) -> None:
    """Let SUBJECT go; what waited to be erased follows within the minute."""
    _checked(subject)
    with context.stored() as parts, parts.database.write() as conn:
        if not erasures.lift_hold(conn, subject):
            raise click.ClickException(f"{subject} is not on hold; `makegood hold list` shows what is.")
        audit_log.write(conn, at=parts.clock(), actor=ACTOR, action="hold lifted", subject=subject)
    click.echo(f"{subject} is no longer on hold.")


@hold.command(name="list")
@click.pass_obj
def list_holds(context: Context) -> None:
    """Show every hold and its reason."""
    with context.stored() as parts, parts.database.read() as conn:
        found = erasures.all_holds(conn)
    for one in found:
        click.echo(f"{one.subject}  since {one.placed_at:%Y-%m-%d}, by {one.placed_by}: {one.why}")
    if not found:
        click.echo("Nothing is on hold.")


@click.command()
@click.pass_obj
def retention(context: Context) -> None:
    """Go the daily round now: forget what is older than MAKEGOOD_KEEP_MONTHS."""
    with context.stored() as parts:
        found = keep_no_longer(parts)
        forgotten = 0
        while done := erasing.forget_due(parts):
            forgotten += done
    click.echo(
        f"{found.tickets} tickets and {found.requesters} requesters are past their time; "
        f"{forgotten} forgotten. {found.events} old events, {found.notes} old notes and "
        f"{found.copies} old copies of the database dropped."
    )
    if found.cut_off_since:
        click.echo(
            f"Nothing is aged away: Zendesk told no changes since {found.cut_off_since:%Y-%m-%d %H:%M} UTC. "
            "Check this machine's clock; `makegood run` catches up within minutes."
        )


def _checked(subject: str) -> None:
    if not SUBJECT.fullmatch(subject):
        raise click.ClickException("Give requester:ID or ticket:ID, with the id from Zendesk's URL.")


def _print_plan(plan: erasing.Plan, *, as_json: bool) -> None:
    if as_json:
        told = {"requester_ids": plan.requester_ids, "tickets": plan.tickets}
        click.echo(json.dumps({**told, "rows": dict(plan.rows), "holds": plan.holds}))
        return
    people = ", ".join(str(id) for id in plan.requester_ids)
    click.echo(f"Requester {people}, with {plan.tickets} tickets. Would be removed or emptied:")
    _print_rows(plan.rows)
    for subject in plan.holds:
        click.echo(f"On hold, so nothing can be erased: {subject}")


def _print_rows(rows: Mapping[str, int]) -> None:
    for table, count in rows.items():
        click.echo(f"{count:8}  {table}")


def _receipt_json(receipt: erasures.Receipt) -> str:
    return json.dumps(
        {
            "id": receipt.id,
            "cause": receipt.cause,
            "asked_by": receipt.asked_by,
            "done_at": receipt.done_at.isoformat(),
            "removed": dict(receipt.removed),
            "mark": receipt.mark,
            "receipt": receipt.receipt,
        }
    )
