"""Puts the parts of one installation together, and the web application over them."""

from contextlib import suppress
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from integration.call_book import CallBook
from integration.clock import Clock, RehearsalClock, system_clock
from integration.handling import standing
from integration.handling.receive import own_user
from integration.learned.encoder import load_encoder
from integration.learned.model import MODEL
from integration.learned.ranker import Ranker
from integration.learned.reader import LearnedReader
from integration.parts import Parts
from integration.policies.shelf import PolicyShelf
from integration.responses.library import Library
from integration.settings import Mode, Settings
from integration.store.corrections import LessonShelf
from integration.store.editions import EditionShelf
from integration.store.engine import WAIT_SECONDS, Database, DatabaseUnavailable, make_engine
from integration.web import site
from integration.zendesk.client import Zendesk
from integration.zendesk.http import ZendeskSession
from integration.zendesk.identity import Identity
from integration.zendesk.oauth import AccessToken
from integration.zendesk.pace import Pace

PACKAGE = Path(__file__).parent


def shipped(folder: str) -> Path:
    """Return `templates` or `manifest` as shipped: beside the package in a checkout, inside it in a wheel."""
    packed = PACKAGE / "shipped" / folder
    return packed if packed.is_dir() else PACKAGE.parent / folder


def template_folders(data_dir: Path) -> tuple[Path, ...]:
    """Return where templates are looked for; an admin's own come after the shipped ones and win."""
    return shipped("templates"), data_dir / "templates"


def policy_folders(data_dir: Path) -> tuple[Path, ...]:
    """Return where policies, rules and word lists are looked for; the later folder wins."""
    return PACKAGE / "policies", data_dir / "policies"


def assemble(
    settings: Settings,
    clock: Clock | None = None,
    *,
    wait_seconds: int = WAIT_SECONDS,
    can_write: bool | None = None,
    is_connecting: bool = False,
) -> Parts:
    """Build the parts; nothing is called or opened on the network yet. Call `close` at the end.

    `wait_seconds` bounds the wait for another writer of the database. `can_write` asks Zendesk for more
    than read access; without a word it follows the mode, so that observing needs read scopes alone.
    `is_connecting` lets a user act whom the database does not know yet.
    """
    may_write = settings.mode is Mode.ACT if can_write is None else can_write
    clock = clock or (RehearsalClock(settings.zendesk_url) if settings.rehearsal else system_clock)
    # What people wrote is nobody else's on this machine.
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(make_engine(settings.database_url, wait_seconds), wait_seconds)
    editions = EditionShelf(database)
    library = Library.load(*template_folders(settings.data_dir), published=editions.templates)
    pace = Pace(database.engine, share=settings.write_share)

    book = CallBook(database, pace, clock)

    def note_token(seconds: float) -> None:
        with suppress(DatabaseUnavailable, SQLAlchemyError), database.write() as conn:
            standing.note_token(conn, seconds)

    def service_user() -> int | None:
        # The account can be looked at before there is a database; nothing is written to it without one.
        with suppress(DatabaseUnavailable, SQLAlchemyError), database.read() as conn:
            return own_user(conn)
        return None

    encoder = load_encoder(is_on=settings.encoder)
    session = ZendeskSession(
        settings.zendesk_url,
        AccessToken(
            settings.zendesk_url,
            settings.oauth_client_id,
            settings.oauth_client_secret,
            scope="read write" if may_write else "read",
            on_fetch=note_token,
        ),
        identity=None if is_connecting else Identity(service_user),
        on_limits=book.hear,
        on_call=book.count,
    )

    def close() -> None:
        session.close()
        book.write()
        library.close()
        database.close()

    return Parts(
        settings=settings,
        clock=clock,
        database=database,
        library=library,
        shelf=PolicyShelf(policy_folders(settings.data_dir), editions.policies),
        zendesk=Zendesk(session),
        pace=pace,
        editions=editions,
        close=close,
        read=LearnedReader(encoder, lessons=LessonShelf(database, MODEL).read),
        ranker=Ranker(encoder),
    )


def create_app(parts: Parts) -> Flask:
    """Return the web application: webhooks in, the app's pages, health and metrics."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    site.install(app, parts)
    return app
