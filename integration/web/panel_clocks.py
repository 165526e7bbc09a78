"""The folded part about dates that a law or a code sets: which, from where, what an agent may do."""

from dataclasses import dataclass
from datetime import datetime

from integration.domain.policy import Start
from integration.domain.preset import DeadlineState, Extension
from integration.handling.clock_board import Standing
from integration.handling.clocks import ShownDeadline
from integration.web.panel import Panel
from integration.web.plain import one_line
from integration.web.words import Words


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """One limit; `key` tells it apart on the page, `extended` says until what and why it was extended."""

    key: str
    preset_id: str
    limit_id: str
    title: str
    when: str
    exact: str
    iso: str
    state: str
    is_late: bool
    is_running: bool
    is_provisional: bool
    may_extend: bool
    extended: str
    preset: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Where a preset's figures come from."""

    preset: str
    source: str
    link: str | None
    reviewed: str


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock that may stand still: for which `causes`, or that it does since when and why."""

    preset_id: str
    preset: str
    causes: tuple[tuple[str, str], ...]
    stopped: str


@dataclass(frozen=True, slots=True)
class MomentRow:
    value: str
    name: str
    when: str
    exact: str


class ClockPart:
    """The clocks of one complaint, in the agent's words; none of it is legal advice."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._words: Words = panel.words
        self._board = panel.facts.work.clocks

    @property
    def rows(self) -> list[DeadlineRow]:
        """The limits: those that run first, the strictest at the top."""
        return [self._row(shown) for shown in self._board.deadlines]

    @property
    def running(self) -> int:
        return sum(shown.deadline.state is DeadlineState.RUNNING for shown in self._board.deadlines)

    @property
    def sources(self) -> list[SourceRow]:
        """The texts behind the limits, in the limits' order."""
        named = {shown.preset.id: shown.preset for shown in self._board.deadlines if shown.preset}
        return [
            SourceRow(
                preset.title,
                preset.source,
                preset.link,
                self._words("deadline.reviewed", day=self._words.date(preset.reviewed_on)),
            )
            for preset in named.values()
        ]

    @property
    def clocks(self) -> list[ClockRow]:
        return [self._clock(standing) for standing in self._board.standing]

    @property
    def moments(self) -> list[MomentRow]:
        """What agents note because Zendesk does not tell it; `when` is empty until somebody has."""
        return [self._moment(start, at) for start, at in self._board.moments.items()]

    def _row(self, shown: ShownDeadline) -> DeadlineRow:
        deadline, preset, words = shown.deadline, shown.preset, self._words
        zone = shown.zone or self._panel.zone
        rule = preset.limit(deadline.limit_id) if preset else None
        is_running = deadline.state is DeadlineState.RUNNING
        state = f"deadline.state.{'late' if shown.is_late else deadline.state}"
        can_still = is_running and not shown.is_late and deadline.extension is None
        return DeadlineRow(
            key=f"{deadline.preset_id}-{deadline.limit_id}",
            preset_id=deadline.preset_id,
            limit_id=deadline.limit_id,
            title=self._panel.limit(deadline),
            when=words.day(deadline.due_at, self._panel.facts.now, zone),
            exact=words.exact(deadline.due_at, zone),
            iso=deadline.due_at.isoformat(),
            state=words(state),
            is_late=shown.is_late,
            is_running=is_running,
            is_provisional=is_running and deadline.is_provisional,
            may_extend=can_still and rule is not None and rule.extension is not None,
            extended=self._extended(deadline.extension) if deadline.extension else "",
            preset=preset.title if preset else deadline.preset_id,
        )

    def _extended(self, extension: Extension) -> str:
        told = self._panel.near(extension.notice_at)
        return self._words("deadline.extended", why=one_line(extension.cause).rstrip("."), when=told)

    def _clock(self, standing: Standing) -> ClockRow:
        preset, stop, words = standing.preset, standing.stop, self._words
        stopped = ""
        if stop is not None:
            since = self._panel.near(stop.began_at)
            stopped = words("clock.stands", when=since, why=one_line(stop.reason))
        causes = tuple((cause, self._cause(cause)) for cause in sorted(preset.stops))
        return ClockRow(preset.id, preset.title, causes, stopped)

    def _cause(self, cause: str) -> str:
        key = f"clock.{cause}"
        return self._words(key) if self._words.has(key) else one_line(cause.replace("_", " "))

    def _moment(self, start: Start, at: datetime | None) -> MomentRow:
        name, panel = self._words(f"moment.{start}"), self._panel
        if at is None:
            return MomentRow(start.value, name, "", "")
        return MomentRow(start.value, name, panel.near(at), self._words.exact(at, panel.zone))
