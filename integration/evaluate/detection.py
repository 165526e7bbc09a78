"""Cross-validated figures of complaint, severity and language, as `development` prints them."""

import csv
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score

from integration.domain.language import LANGUAGES
from integration.learned.encoder import Encoder
from integration.learned.features import Features
from integration.learned.head import Head
from integration.learned.language import Languages
from integration.train.examples import Labelled, Sample, read_tickets, read_tweets, samples
from integration.train.fit import fit, folds_of
from integration.train.neutral import among, padded

FOLDS = 10
# None of these is trained on; the training has sentences of its own.
_OPENING = ("Hello,", "Good morning.", "Dear support team,", "Hi there,", "To whom it may concern,")
_ABOUT = (
    "My order number is 4471-20.",
    "I am writing about my account with you.",
    "You can reach me at this e-mail address.",
    "I have attached the documents to this message.",
    "The account is in my own name.",
    "I live in Bristol and use the web version.",
    "The order was placed on the 3rd of May.",
    "My customer number is on the invoice.",
)
_CLOSING = ("Thank you in advance.", "Kind regards,", "Best wishes, Martin", "I look forward to your reply.")

Numbers = NDArray[np.float64]


def detection(encoder: Encoder, data: Path) -> Iterator[str]:
    """Yield one line a figure; each text is judged by a head that saw no text of its group."""
    tweets, tickets = read_tweets(data), read_tickets(data)
    labelled = [*tweets, *tickets]
    seen, around = samples(encoder, labelled), samples(encoder, padded(labelled))
    long = samples(encoder, _long(tweets))
    heads = _heads(seen, around)
    of = folds_of(seen, FOLDS)

    def judged(texts: Sequence[Sample], judge: Callable[[Head, Features], float]) -> Numbers:
        return np.array(
            [judge(heads[fold], sample.features) for sample, fold in zip(texts, of, strict=False)]
        )

    chances = judged(seen, Head.probability)
    first = len(tweets)
    yield _found("tweets to companies", tweets, chances[:first])
    yield _found("the same in a long text", tweets, judged(long, Head.probability))
    yield _found("tickets", tickets, chances[first:])
    for name in LANGUAGES:
        own = [place for place, ticket in enumerate(tickets) if ticket.language == name]
        yield _found(f"  {name}", [tickets[place] for place in own], chances[first:][own])
    grades = judged(seen, Head.severity_of)
    yield _ranked("severity, tweets", tweets, grades[:first])
    yield _ranked("severity, tickets", tickets, grades[first:])
    yield from _languages(tickets, data)


def _heads(seen: Sequence[Sample], around: Sequence[Sample]) -> list[Head]:
    of = folds_of(seen, FOLDS)
    heads = []
    for fold in range(FOLDS):
        kept = [place for place, own in enumerate(of) if own != fold]
        heads.append(fit([seen[place] for place in kept], [around[place] for place in kept]))
    return heads


def _long(tweets: Sequence[Labelled]) -> list[Labelled]:
    dice = random.Random(0)  # noqa: S311 - repeatable, not secret
    return [
        replace(
            tweet,
            text=among(
                tweet.text, [dice.choice(_OPENING), *dice.sample(_ABOUT, 3), *dice.sample(_CLOSING, 2)]
            ),
        )
        for tweet in tweets
    ]


def _found(name: str, labelled: Sequence[Labelled], chances: Numbers) -> str:
    truth = [each.complaint for each in labelled]
    flags = chances >= 0.5
    return (
        f"{name:28} macro F1 {f1_score(truth, flags, average='macro'):.3f}  "
        f"P {precision_score(truth, flags):.2f}  R {recall_score(truth, flags):.2f}  "
        f"AUC {roc_auc_score(truth, chances):.3f}  n {len(truth)}"
    )


def _ranked(name: str, labelled: Sequence[Labelled], grades: Numbers) -> str:
    truth = np.array([each.severity for each in labelled])
    upset = np.array([each.complaint for each in labelled])
    return (
        f"{name:28} Spearman {_rank_correlation(truth, grades):.3f}, "
        f"of complaints alone {_rank_correlation(truth[upset], grades[upset]):.3f}"
    )


def _rank_correlation(first: Numbers, second: Numbers) -> float:
    return float(np.corrcoef(_ranks(first), _ranks(second))[0, 1])


def _ranks(values: Numbers) -> Numbers:
    """Rank values, equal ones by the mean of their places."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Numbers = (np.cumsum(count) - (count - 1) / 2)[place]
    return ranks


def _languages(tickets: Sequence[Labelled], data: Path) -> Iterator[str]:
    languages = Languages()
    with (data / "langid" / "train.csv").open(encoding="utf-8", newline="") as file:
        lines = [(row["text"], row["lang"]) for row in csv.DictReader(file)]
    for name, texts in (
        ("language, tickets", [(ticket.text, ticket.language) for ticket in tickets]),
        ("language, short lines", lines),
    ):
        right = np.mean([languages.of(text, None, LANGUAGES) == spoken for text, spoken in texts])
        yield f"{name:28} accuracy {right:.3f}  n {len(texts)}"
