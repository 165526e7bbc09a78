"""Only Zendesk, and only now."""

from datetime import timedelta

import pytest

from integration.zendesk.webhook import MAX_BODY, TEST_SECRET, InvalidSignature, verify_signature
from tests.zendesk.samples import NOW, signed

SECRET = "made-up-secret-of-the-event-webhook"
OTHER = "made-up-secret-of-the-trigger-webhook"
BODY = b'{\n  "id": "x"\n}\n'


def refusal(body: bytes, headers: dict[str, str], secrets: list[str], now=NOW) -> str:
    with pytest.raises(InvalidSignature) as caught:
        verify_signature(body, headers, secrets, now)
    return caught.value.reason


def test_a_body_signed_with_a_known_secret_is_accepted():
    verify_signature(BODY, signed(BODY, SECRET), [SECRET], NOW)


def test_the_signature_is_over_timestamp_and_body_in_that_order():
    # Reckoned by hand with openssl, not by our own code.
    headers = {
        "x-zendesk-webhook-signature": "wBdX7hmsSGAyH374HQHKkutrZr75lt2XToKC8DRbnpA=",
        "x-zendesk-webhook-signature-timestamp": "2021-03-25T05:09:27Z",
    }
    now = NOW.replace(year=2021, month=3, day=25, hour=5, minute=10)

    verify_signature(b'{"say":"hello"}', headers, [], now, allow_test_secret=True)


def test_any_of_several_secrets_will_do_while_one_is_rotated():
    verify_signature(BODY, signed(BODY, OTHER), [SECRET, OTHER], NOW)


def test_an_empty_body_is_signed_by_its_timestamp_alone():
    verify_signature(b"", signed(b"", SECRET), [SECRET], NOW)


def test_a_reformatted_body_is_refused():
    assert "No known secret" in refusal(b'{"id":"x"}', signed(BODY, SECRET), [SECRET])


def test_another_timestamp_than_the_signed_one_is_refused():
    headers = signed(BODY, SECRET) | {"X-Zendesk-Webhook-Signature-Timestamp": "2026-11-22T12:00:01Z"}

    assert "No known secret" in refusal(BODY, headers, [SECRET])


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_from_the_past_or_the_future_is_refused(minutes: int):
    reason = refusal(BODY, signed(BODY, SECRET), [SECRET], NOW + timedelta(minutes=minutes))

    assert "five minutes" in reason


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_clock_five_minutes_off_is_still_fine(seconds: int):
    verify_signature(BODY, signed(BODY, SECRET), [SECRET], NOW + timedelta(seconds=seconds))


def test_the_public_test_secret_is_refused_even_when_somebody_stored_it():
    assert "connect" in refusal(BODY, signed(BODY, TEST_SECRET), [TEST_SECRET])


def test_the_public_test_secret_counts_when_allowed():
    verify_signature(BODY, signed(BODY, TEST_SECRET), [SECRET], NOW, allow_test_secret=True)


@pytest.mark.parametrize("missing", ["X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp"])
def test_without_either_header_nothing_is_believed(missing: str):
    headers = signed(BODY, SECRET)
    del headers[missing]

    assert "missing" in refusal(BODY, headers, [SECRET])


def test_an_empty_secret_never_verifies():
    assert "connect" in refusal(BODY, signed(BODY, ""), ["", ""])


@pytest.mark.parametrize("stamp", ["yesterday", "2026-13-45T12:00:00Z", "1795348800"])
def test_a_signed_timestamp_that_is_no_moment_is_refused(stamp: str):
    assert "moment" in refusal(BODY, signed(BODY, SECRET, stamp), [SECRET])


@pytest.mark.parametrize("signature", ["ü" * 44, "=" * 44, "x" * 5000, "\udcff"])
def test_odd_signatures_are_refused_and_raise_nothing_else(signature: str):
    headers = signed(BODY, SECRET) | {"X-Zendesk-Webhook-Signature": signature}

    refusal(BODY, headers, [SECRET])


def test_a_body_beyond_any_delivery_is_refused_before_it_is_hashed():
    body = b"x" * (MAX_BODY + 1)

    assert "larger" in refusal(body, signed(body, SECRET), [SECRET])
