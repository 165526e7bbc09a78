"""Loads one file, or one folder of word lists, into the domain's terms."""

from pathlib import Path

from integration.domain.complaint import CueBook
from integration.domain.cues import LanguageCues
from integration.domain.phrases import Phrase, PhraseBook
from integration.domain.policy import Policy
from integration.domain.rules import Condition, Rules
from integration.domain.wording import fold
from integration.policies.document import checked, read
from integration.policies.policy_file import policy_from
from integration.policies.problem import InvalidPolicy, PolicyProblem
from integration.policies.schema import ConditionSchema, CuesSchema, RulesSchema


def load_policy(path: Path, text: str | None = None) -> Policy:
    """Load a follow-up policy; `text` stands in for the file's. Raises `InvalidPolicy`."""
    return policy_from(read(path, text))


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
