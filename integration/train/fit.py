"""Fits the complaint head to labelled texts."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge

from integration.learned.head import Head, expanded, graded, mixed
from integration.train.examples import Sample

AXES = 40
INNER_FOLDS = 5
# How much a ticket counts against a tweet; the tickets are few, and the only texts in five languages.
TICKET = 2.0
SEVERITY_RESTRAINT = 12.0
# 0 keeps the shares of these texts, 1 makes the classes equal.
BALANCE = 0.3
_ROUNDS = 1_000

Numbers = NDArray[np.float64]


def fit(samples: Sequence[Sample], padded: Sequence[Sample]) -> Head:
    """Fit a head; `padded` are the same texts among neutral sentences, in the same order.

    The mix with the cues is fitted to verdicts on texts that the quadratic form has not seen.
    """
    inner = folds_of(samples, INNER_FOLDS)
    forms = [
        _fit_form([s for s, own in zip(samples, inner, strict=True) if own != fold])
        for fold in range(INNER_FOLDS)
    ]
    unseen = [*zip(samples, inner, strict=True), *zip(padded, inner, strict=True)]
    labels = [sample.labelled.complaint for sample, _ in unseen]
    mix = LogisticRegression(C=0.3, class_weight=_balanced(labels), max_iter=_ROUNDS)
    mix.fit(
        [mixed(sample.features, forms[own].logits(sample.features)) for sample, own in unseen],
        labels,
        sample_weight=[weight_of(sample) for sample, _ in unseen],
    )
    # How severe a complaint is; calm texts would only teach once more what is none.
    upset = [(sample, own) for sample, own in unseen if sample.labelled.complaint]
    severity = Ridge(alpha=SEVERITY_RESTRAINT).fit(
        [graded(sample.features, forms[own].logits(sample.features)) for sample, own in upset],
        [sample.labelled.severity for sample, _ in upset],
        sample_weight=[weight_of(sample) for sample, _ in upset],
    )
    return replace(
        _fit_form(samples),
        mix=mix.coef_[0],
        mix_bias=mix.intercept_,
        severity=severity.coef_,
        severity_bias=np.array([severity.intercept_]),
    )


def folds_of(samples: Sequence[Sample], number: int) -> list[int]:
    """Deal the groups out to folds, the same way each time; texts of one group stay together."""
    groups = sorted({(s.labelled.source, s.labelled.complaint, s.labelled.group) for s in samples})
    order = np.random.RandomState(7).permutation(len(groups))
    # A follow-up may be labelled otherwise than the first telling: the group's first label deals.
    dealt: dict[str, int] = {}
    for place, at in enumerate(sorted(range(len(groups)), key=lambda n: (*groups[n][:2], order[n]))):
        dealt.setdefault(groups[at][2], place % number)
    return [dealt[s.labelled.group] for s in samples]


def weight_of(sample: Sample) -> float:
    return TICKET if sample.labelled.source == "tickets" else 1.0


def _fit_form(samples: Sequence[Sample]) -> Head:
    vectors = np.array([s.features.whole for s in samples])
    labels = [s.labelled.complaint for s in samples]
    centre = vectors.mean(axis=0)
    # Half precision from here on, so that what is fitted is what is stored.
    axes = np.linalg.svd(vectors - centre, full_matrices=False)[2][:AXES].T
    centre, axes = _rounded(centre), _rounded(signed(axes))
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=_ROUNDS, tol=1e-3)
    model.fit(expanded(vectors, centre, axes), labels)
    nothing = np.zeros(1)
    return Head(centre, axes, model.coef_[0], model.intercept_, nothing, nothing, nothing, nothing)


def _rounded(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    return numbers.astype(np.float16).astype(np.float32)


def signed(axes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fix the signs, which a decomposition leaves open."""
    largest = axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])]
    signed: NDArray[np.float32] = axes * np.sign(largest)
    return signed


def _balanced(labels: Sequence[bool]) -> dict[bool, float]:
    """Weigh the classes some way to equal: among tickets complaints are rarer than among these texts."""
    share = float(np.mean(labels))
    return {True: (0.5 / share) ** BALANCE, False: (0.5 / (1 - share)) ** BALANCE}
