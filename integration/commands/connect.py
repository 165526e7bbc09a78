"""`makegood connect`: what Makegood needs in Zendesk, created or repaired."""

import os
import secrets
from collections.abc import Sequence

import click

from integration.commands.context import Context
from integration.commands.findings import print_findings
from integration.handling import connect as connecting
from integration.handling.schedules import sync_schedules
from integration.settings import PREFIX, InvalidSettings, parse_settings
from integration.zendesk.errors import ZendeskError
from integration.zendesk.provision import Change

QUESTIONS = {
    "ZENDESK_URL": "Your account, such as https://example.zendesk.com",
    "OAUTH_CLIENT_ID": "Identifier of the confidential OAuth client",
    "OAUTH_CLIENT_SECRET": "Its secret",
    "PUBLIC_URL": "Where Zendesk and browsers reach Makegood, such as https://makegood.example.com",
}


@click.command()
@click.option("--plan", is_flag=True, help="Only say what would be changed.")
@click.option("--ask", is_flag=True, help="Ask for the first settings and write them to the env file.")
@click.pass_obj
def connect(context: Context, plan: bool, ask: bool) -> None:
    """Create Makegood's ticket fields and webhooks. Run again, it repairs what somebody deleted."""
    if ask:
        _ask(context)
    # Creating fields and webhooks is asked for by name, also where Makegood only observes otherwise.
    with context.parts(can_write=None if plan else True, is_connecting=True) as parts:
        found = connecting.check_before(parts)
        print_findings(found)
        if not connecting.is_ready_to_connect(found):
            raise click.ClickException("Mend what fails above, then run the command again.")
        try:
            if plan:
                _print(connecting.plan_connection(parts), "would be ")
                return
            done = connecting.connect(parts, with_test=True)
            # Follow-ups count in the account's own hours from the first one on.
            sync_schedules(parts)
        except ZendeskError as error:
            raise click.ClickException(f"{error} Nothing is half done: run the command again.") from error
    _print(done.changes, "")
    print_findings(done.delivery)
    click.echo(f"Connected as user {done.service_user_id}.")
    if not done.has_app:
        click.echo("Makegood's app is not installed in Zendesk yet; agents see the sidebar once it is.")


def _print(changes: Sequence[Change], tense: str) -> None:
    for change in changes:
        click.echo(f"{tense}{connecting.WORDS[change.action]}: {change.kind} {change.title!r}, {change.why}")
    if not changes:
        click.echo("Everything is there already.")


def _ask(context: Context) -> None:
    """Ask until the answers are usable, make the secret key, and write the env file for this user alone."""
    file = context.env_file
    if file.exists():
        raise click.ClickException(f"{file} exists already; edit it, or name another --env-file.")
    answers = {"SECRET_KEY": secrets.token_urlsafe(48), "MODE": "observe"}
    for name, question in QUESTIONS.items():
        answers[name] = _answer(name, question, answers)
    file.touch(mode=0o600)
    file.write_text("".join(f"{PREFIX}{name}={value}\n" for name, value in sorted(answers.items())), "utf-8")
    click.echo(f"Wrote {file}, in observe mode. Keep it safe: it holds the secrets.")


def _answer(name: str, question: str, known: dict[str, str]) -> str:
    while True:
        answer = str(click.prompt(question, hide_input=name.endswith("SECRET"))).strip()
        try:
            answers = {PREFIX + each: value for each, value in {**known, name: answer}.items()}
            parse_settings({**os.environ, **answers})
        except InvalidSettings as error:
            mine = [problem for problem in error.problems if problem.startswith(f"{PREFIX}{name} ")]
            wrong = [problem for problem in mine if "is missing" not in problem]
            if wrong:
                click.echo(wrong[0])
                continue
        return answer
