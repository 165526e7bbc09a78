"""The encoder: same shape for everything, near for the same meaning, one thread, off by a setting."""

import numpy as np
from threadpoolctl import threadpool_info

from integration.learned.encoder import DIMENSIONS, Encoder, load_encoder


def test_the_same_meaning_in_two_languages_is_nearer_than_another_meaning(encoder: Encoder) -> None:
    parcel, paket, invoice = encoder.encode(
        ["Where is my parcel?", "Wo ist mein Paket?", "Please send me the invoice for May."]
    )

    assert parcel @ paket > parcel @ invoice + 0.2


def test_vectors_have_length_one_and_empty_texts_none(encoder: Encoder) -> None:
    vectors = encoder.encode(["one", " ", "x" * 50_000])

    assert vectors.shape == (3, DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1).round(3).tolist() == [1, 0, 1]


def test_single_words_are_looked_up_alone_or_together(encoder: Encoder) -> None:
    together = encoder.words(["parcel", "Zustellungsbestätigung", "пароль"])

    assert together.shape == (3, DIMENSIONS)
    assert np.array_equal(together[1:2], encoder.words(["Zustellungsbestätigung"]))
    assert encoder.words([]).shape == (0, DIMENSIONS)


def test_the_commonest_words_are_whole_and_in_small_letters(encoder: Encoder) -> None:
    words = encoder.commonest_words(500)

    assert len(set(words)) == 500
    assert {"the", "que", "nicht", "pour", "это"} <= set(words)
    assert all(word.isalpha() and word.islower() for word in words)


def test_no_more_than_one_thread_computes(encoder: Encoder) -> None:
    encoder.encode(["Something that was not asked before."])

    assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}


def test_it_can_be_switched_off() -> None:
    assert load_encoder(is_on=False) is None
