"""What the use cases are given: the settings, the clock, the store, and the ways to the outside."""

from collections.abc import Callable
from dataclasses import dataclass, field

from integration.clock import Clock
from integration.domain import cues
from integration.domain.cues import Reader
from integration.learned.ranker import Ranker
from integration.policies.shelf import PolicyShelf
from integration.responses.library import Library
from integration.settings import Settings
from integration.store.choices import ChoiceShelf
from integration.store.editions import EditionShelf
from integration.store.engine import Database
from integration.zendesk.client import Zendesk
from integration.zendesk.pace import Pace


@dataclass(frozen=True, slots=True)
class Parts:
    """One installation, put together by `app.assemble`."""

    settings: Settings
    clock: Clock
    database: Database
    library: Library
    shelf: PolicyShelf
    zendesk: Zendesk
    pace: Pace
    editions: EditionShelf
    close: Callable[[], None]
    ranker: Ranker = field(default_factory=lambda: Ranker(None))
    choices: ChoiceShelf = field(default_factory=ChoiceShelf)
    # How requesters' words are read; without an encoder the word lists do it alone.
    read: Reader = cues.read
