"""Loads one file, or one folder of word lists, into the domain's terms."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from integration.domain.complaint import CueBook
from integration.domain.cues import LanguageCues
from integration.domain.phrases import Phrase, PhraseBook
from integration.domain.policy import Policy
from integration.domain.preset import Clocks, Preset
from integration.domain.rules import Condition, Rules
from integration.domain.wording import fold
from integration.policies.clocks_file import clocks_from
from integration.policies.document import checked, read
from integration.policies.policy_file import policy_from
from integration.policies.preset_file import presets_from
from integration.policies.problem import InvalidPolicy, PolicyProblem
from integration.policies.schema import ConditionSchema, CuesSchema, RulesSchema

RULES = "rules.yaml"
CLOCKS = "clocks.yaml"
CUES = "cues"
PRESETS = "presets"


def load_policy(path: Path, text: str | None = None) -> Policy:
    """Load a follow-up policy; `text` stands in for the file's. Raises `InvalidPolicy`."""
    return policy_from(read(path, text))


def load_presets(path: Path, text: str | None = None) -> tuple[Preset, ...]:
    """Load all versions of a deadline preset; `text` stands in for the file's. Raises `InvalidPolicy`."""
    return presets_from(read(path, text))


def load_clocks(path: Path, text: str | None = None) -> Clocks:
    """Load what an admin decided about clocks; `text` stands in for the file's. Raises `InvalidPolicy`."""
    return clocks_from(read(path, text))


def load_rules(path: Path, text: str | None = None) -> Rules:
    """Load the account's rules; `text` stands in for the file's. Raises `InvalidPolicy`."""
    schema = checked(read(path, text), RulesSchema)
    return Rules(
        always=tuple(map(_condition, schema.always)),
        never=tuple(map(_condition, schema.never)),
        threshold=schema.threshold,
        severity_by_channel=schema.severity_by_channel,
        outcome_by_tag=schema.outcome_by_tag,
    )


def _condition(schema: ConditionSchema) -> Condition:
    return Condition(
        id=schema.id,
        tags=schema.tags,
        form_ids=schema.form_ids,
        brand_ids=schema.brand_ids,
        channels=schema.channels,
        fields=schema.fields,
    )


def load_language(path: Path, text: str | None = None) -> tuple[str, LanguageCues]:
    """Load the word lists of one language; `text` stands in for the file's. Raises `InvalidPolicy`."""
    schema = checked(read(path, text), CuesSchema)
    return schema.language, LanguageCues(
        cues=PhraseBook(
            Phrase(text, group.kind, group.weight) for group in schema.cues for text in group.phrases
        ),
        praise=PhraseBook(
            Phrase(text, None, group.weight) for group in schema.praise for text in group.phrases
        ),
        categories=PhraseBook(
            # Two words say more than one.
            Phrase(text, category, 1.0 + 0.5 * text.count(" "))
            for category, texts in schema.categories.items()
            for text in texts
        ),
        negations=frozenset(fold(word).text for word in schema.negations),
    )


Parsed = Policy | Rules | Clocks | tuple[Preset, ...] | tuple[str, LanguageCues]


@dataclass(frozen=True, slots=True)
class Problems:
    """What is wrong with a text, instead of what it would have said."""

    problems: tuple[PolicyProblem, ...]


def parse(text: str, name: str) -> Parsed | Problems:
    """Read the text of a file by its name in a policies folder, as the shelf would; touches no file.

    `rules.yaml` and `clocks.yaml` are what they say, `cues/LANGUAGE.yaml` is a word list, `presets/ID.yaml` a
    deadline preset with its versions, and anything else a follow-up policy.
    """
    try:
        return loader_of(name)(Path(name), text)
    except InvalidPolicy as invalid:
        return Problems(invalid.problems)


def loader_of(name: str) -> Callable[[Path, str | None], Parsed]:
    """Return what reads a file of this name."""
    folder, _, file = name.rpartition("/")
    folders: dict[str, Callable[[Path, str | None], Parsed]] = {
        CUES: load_language,
        PRESETS: load_presets,
    }
    files: dict[str, Callable[[Path, str | None], Parsed]] = {RULES: load_rules, CLOCKS: load_clocks}
    return folders.get(folder) or files.get(file) or load_policy


def load_cues(folder: Path) -> CueBook:
    """Load a folder with one file a language. Raises `InvalidPolicy` with the problems of all files."""
    languages: dict[str, LanguageCues] = {}
    problems: list[PolicyProblem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            name, cues = load_language(path)
        except InvalidPolicy as invalid:
            problems += invalid.problems
        else:
            languages[name] = cues
    if not languages and not problems:
        problems.append(PolicyProblem(folder, 0, "holds no word lists (*.yaml)."))
    if problems:
        raise InvalidPolicy(problems)
    return CueBook(languages)
