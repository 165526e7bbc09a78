"""What reading and ranking a ticket costs, as `development` prints it."""

import statistics
import time
from collections.abc import Callable, Iterator

from integration.domain.complaint import Text
from integration.evaluate.development_ranking import NOW
from integration.learned.catalogue import Entry
from integration.learned.encoder import Encoder
from integration.learned.passages import unpack
from integration.learned.ranker import Ranker
from integration.learned.reader import LearnedReader
from integration.policies.load import CUES, load_cues
from integration.policies.shelf import SHIPPED

TEMPLATES = 200
ROUNDS = 25
_SENTENCES = (
    "I ordered a kettle from your shop on the third of May and it has not come yet.",
    "The parcel service says that it never got the box from your warehouse in Leeds.",
    "I wrote to you twice last week and nobody has answered so far.",
    "Could you please find out where it is and when I can expect it?",
    "If it is lost I would rather have the money back than wait for another one.",
    "My neighbour ordered the same kettle a week after me and uses it every day.",
    "The tracking page has shown the same line since the ninth and the number leads nowhere.",
    "I am at home on Tuesday and Thursday between nine and noon if somebody wants to call.",
    "The invoice says that it was paid at once, so there can be no doubt about that.",
    "Please do not send me another survey before the matter is settled between us.",
)


def cost(encoder: Encoder) -> Iterator[str]:
    """Yield the CPU time of a ticket: read, and ranked against 200 templates, nothing remembered."""
    cues = load_cues(SHIPPED / CUES)
    reader, ranker = LearnedReader(encoder), Ranker(encoder)
    entries = [
        Entry(f"t{number}", f"Letter {number} about {words[1]}", (words[2], words[3]), sentence)
        for number in range(TEMPLATES)
        for sentence in (_SENTENCES[number % len(_SENTENCES)],)
        for words in (sentence.split()[number % 7 :],)
    ]
    ranker.prepare(entries)
    for words in (40, 150):

        def work(number: int, words: int = words) -> None:
            text = _text(words, number)
            found = reader("", (Text(None, text),), cues, locale="en").learned
            meaning = unpack(found.meaning) if found and found.meaning else None
            ranker.likeness(entries, text, now=NOW, meaning=meaning)

        yield f"a ticket of {words} words, {TEMPLATES} templates: {_median_ms(work):.1f} ms CPU, one thread"


def _text(words: int, number: int) -> str:
    """Return so many words in sentences; each number's are new to the encoder."""
    turned = _SENTENCES[number % len(_SENTENCES) :] + _SENTENCES[: number % len(_SENTENCES)]
    said = " ".join(f"{sentence[:-1]}, case {number}{sentence[-1]}" for sentence in turned)
    return " ".join(said.split()[:words])


def _median_ms(work: Callable[[int], None]) -> float:
    spent = []
    for number in range(ROUNDS):
        started = time.process_time()
        work(number)
        spent.append((time.process_time() - started) * 1000)
    return statistics.median(spent[ROUNDS // 5 :])
