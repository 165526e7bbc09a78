"""Response templates on the admin page: listed, edited, checked, previewed, published, taken back, moved."""

import io
import zipfile

import numpy as np
import pytest
from werkzeug.test import TestResponse

from integration.store import audit_log, choices, editions, suggestion_uses, tickets
from tests.web import scenario
from tests.web.asking import Asking, bearer
from tests.web.installation import ADMIN, AGENT, NOW, ROOT, Site

LIST = "/app/api/admin/templates"
APOLOGY = f"{LIST}/letter/apology/en"
SHIPPED = (ROOT / "templates/apology/en.md.j2").read_text("utf-8")
OURS = SHIPPED.replace("I am sorry that this was your experience.", "We are truly sorry.")


@pytest.fixture
def admin(here: Site) -> Asking:
    scenario.tell(here.parts.database, NOW)
    return Asking(here, ADMIN, "admin")


def send(admin: Asking, act: str, text: str = OURS, revision: int = 0) -> TestResponse:
    return admin.post(f"{APOLOGY}/{act}", {"text": text, "revision": revision, "comment": "Kinder"})


def check(admin: Asking, text: str, **more: object) -> dict[str, object]:
    answer = admin.post(f"{APOLOGY}/check", {"text": text, **more}).json
    assert isinstance(answer, dict)
    return answer


def letter(here: Site) -> str:
    answer = Asking(here).get(f"/app/api/tickets/{scenario.TICKET}/suggestions/apology?locale=en").json
    assert answer is not None
    return str(answer["text"])


@pytest.mark.parametrize("path", ["", "/letter/apology/en", "/examples", "/export"])
def test_only_admins_get_in(here: Site, path: str) -> None:
    assert Asking(here, AGENT).get(LIST + path).status_code == 403
    assert here.client.get(LIST + path).status_code == 401


@pytest.mark.parametrize("act", ["draft", "publish", "roll-back", "discard", "check", "forget-choices"])
def test_only_admins_change_anything(here: Site, act: str) -> None:
    assert Asking(here, AGENT).post(f"{APOLOGY}/{act}", {"text": "x", "revision": 0}).status_code == 403


def test_the_list_names_every_template_its_languages_and_its_use(here: Site, admin: Asking) -> None:
    with here.parts.database.write() as conn:
        for sent in ("Hello,\n\na\n\nAna", "Hello,\n\nb\n\nAna"):
            suggestion_uses.add(
                conn,
                requester_id=1,
                ticket_id=2,
                template_id="apology",
                locale="en",
                agent_id=AGENT,
                now=NOW,
                fingerprint=[sent],
            )
        suggestion_uses.compare(conn, 2, NOW, lambda letter: "a" in letter[0].split("\n"))

    text = admin.get(LIST).text

    assert "Apology for the experience, with a choice" in text
    assert 'href="#templates/letter/apology.warm/ru"' in text
    assert "used 2 times" in text
    assert "50 % sent unedited (1 of 2)" in text
    assert 'href="#templates/note/update/en"' in text


def test_a_published_text_goes_out_and_a_rolled_back_one_no_longer(here: Site, admin: Asking) -> None:
    assert "I am sorry that this was your experience." in letter(here)

    assert send(admin, "publish").status_code == 200
    assert "We are truly sorry." in letter(here)

    assert admin.post(f"{APOLOGY}/roll-back", {}).status_code == 204
    assert "I am sorry that this was your experience." in letter(here)
    assert admin.post(f"{APOLOGY}/roll-back", {}).status_code == 404


def test_a_draft_changes_nothing_for_agents(here: Site, admin: Asking) -> None:
    answer = send(admin, "draft")

    assert answer.json == {"revision": 1, "version": 1}
    assert "We are truly sorry." not in letter(here)
    assert "We are truly sorry." in admin.get(APOLOGY).text
    assert "draft" in admin.get(LIST).text


def test_a_broken_text_is_kept_as_a_draft_and_never_goes_out(here: Site, admin: Asking) -> None:
    answer = send(admin, "publish", SHIPPED.replace("{% endif %}", "", 1))

    assert answer.status_code == 422
    assert answer.json is not None
    assert "saved as a draft" in answer.json["message"]
    assert "Line" in answer.json["message"]
    assert "I am sorry that this was your experience." in letter(here)


def test_a_published_text_that_a_newer_makegood_cannot_read_is_shown_as_broken(
    here: Site, admin: Asking
) -> None:
    with here.parts.database.write() as conn:
        draft = editions.save_draft(
            conn, "templates/apology/en.md.j2", "of old", author="cli", comment="", revision=0, now=NOW
        )
        editions.publish(conn, draft, now=NOW)
    here.parts.editions.look()
    here.parts.library.refresh()

    assert "language--broken" in admin.get(LIST).text
    assert "I am sorry that this was your experience." in letter(here)


def test_two_admins_do_not_overwrite_each_other(admin: Asking) -> None:
    send(admin, "draft")

    answer = send(admin, "draft", SHIPPED)

    assert answer.status_code == 409
    assert "We are truly sorry." in admin.get(APOLOGY).text


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("{{ matter.about }}", "{{ mater.about }}", 10, "mater"),
        ("{{ matter.about }}", "{{ matter.about ", 10, "expected token"),
        ("title:", "titel:", 2, "there is no such key"),
        ("{{ matter.about }}", "{{ ''.__class__ }}", 10, "unsafe"),
        ("{{ matter.about }}", "{% for a in range(10**9) %}{% endfor %}", 10, "Range"),
    ],
)
def test_an_error_is_told_with_its_line(admin: Asking, old: str, new: str, line: int, words: str) -> None:
    found = check(admin, SHIPPED.replace(old, new, 1))

    assert found["is_broken"]
    assert found["preview"] == ""
    assert isinstance(found["marks"], list)
    assert [mark["line"] for mark in found["marks"]] == [line]
    assert words in found["marks"][0]["message"]
    assert f'data-line="{line}"' in str(found["findings"])


def test_what_a_reader_would_notice_is_advice(admin: Asking) -> None:
    found = check(
        admin,
        SHIPPED.replace("I am sorry that", "Unfortunately you failed to say why. Did you? I am sorry that"),
    )

    assert not found["is_broken"]
    assert isinstance(found["marks"], list)
    assert found["marks"]
    assert not any(mark["is_error"] for mark in found["marks"])


def test_the_preview_is_filled_from_a_past_ticket_in_the_language_asked_for(admin: Asking) -> None:
    english = str(check(admin, OURS, ticket=scenario.TICKET)["preview"])
    german = str(check(admin, OURS, ticket=scenario.TICKET, language="de")["preview"])

    assert "We are truly sorry." in english
    assert "AF-123456" in english
    assert 'lang="de"' in german
    assert "We are truly sorry." not in german


def test_hostile_ticket_text_is_inert_in_the_preview_and_the_list(here: Site, admin: Asking) -> None:
    text = OURS.replace("{{ matter.about }}", "{{ matter.quote }} {{ product }}")

    preview = str(check(admin, text, ticket=scenario.TICKET)["preview"])

    assert "<b>" not in preview
    assert "Parcel &lt;b&gt;lost&lt;/b&gt; again {{ 7*7 }}" in admin.get(f"{LIST}/examples").text
    with here.parts.database.write() as conn:
        backwards = scenario.ticket(scenario.FORMER, "Order \u202egnp.exe", NOW)
        tickets.save(conn, backwards, order="9", with_custom_fields=False)
    assert "\u202e" not in admin.get(f"{LIST}/examples").text


def test_a_past_ticket_is_found_by_number_and_by_name(admin: Asking) -> None:
    assert f'value="{scenario.TICKET}"' in admin.get(f"{LIST}/examples?wanted=poppins").text
    assert 'value="12"' not in admin.get(f"{LIST}/examples?wanted=%2341").text
    assert "No complaint" in admin.get(f"{LIST}/examples?wanted=nobody").text


def test_versions_are_compared_line_by_line(admin: Asking) -> None:
    send(admin, "publish")
    send(admin, "draft", SHIPPED)

    text = admin.get(f"{APOLOGY}?compare=1").text

    assert "<del>We are truly sorry.</del>" in text
    assert "<ins>I am sorry that this was your experience.</ins>" in text
    assert "Ada Admin" in text


def test_publishing_and_rolling_back_are_in_the_audit_log(here: Site, admin: Asking) -> None:
    send(admin, "publish")
    admin.post(f"{APOLOGY}/roll-back", {})

    with here.parts.database.read() as conn:
        newest, first = audit_log.entries(conn, subject="templates/apology/en.md.j2")
    assert (first.action, first.actor, first.before) == ("text published", f"agent:{ADMIN}", None)
    assert first.after["version"] == 1
    assert (newest.action, newest.before["version"], newest.after) == ("text rolled back", 1, None)


def test_a_new_template_can_be_written_and_is_offered(here: Site, admin: Asking) -> None:
    path = f"{LIST}/letter/late-parcel/en"
    assert admin.get(path).status_code == 200

    answer = admin.post(f"{path}/publish", {"text": OURS, "revision": 0, "comment": ""})

    assert answer.status_code == 200
    assert "late-parcel" in {card.id for card in here.parts.library.cards()}


@pytest.mark.parametrize(
    "place", ["letter/..%2Fx/en", "letter/Apology/en", "letter/apology/../en", "word/a/en"]
)
def test_a_name_that_is_no_template_is_refused(admin: Asking, place: str) -> None:
    assert admin.get(f"{LIST}/{place}").status_code == 404


def test_what_agents_choices_taught_is_forgotten_on_demand(here: Site, admin: Asking) -> None:
    with here.parts.database.write() as conn:
        choices.add(
            conn,
            template_id="apology",
            ticket_id=1,
            vector=np.zeros(512, np.float32),
            was_found=False,
            now=NOW,
        )

    assert admin.post(f"{APOLOGY}/forget-choices", {}).status_code == 204

    with here.parts.database.read() as conn:
        assert choices.of_templates(conn) == ()


def zipped(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def damaged(*, at: int) -> bytes:
    """A zip with four bytes overwritten, in a packed text or where its list of texts begins."""
    content = bytearray(zipped({"apology/en.md.j2": SHIPPED}))
    content[at : at + 4] = b"\xff" * 4
    return bytes(content)


def upload(here: Site, content: bytes) -> TestResponse:
    return here.client.post(
        f"{LIST}/import", data=content, content_type="application/zip", headers=bearer(here, ADMIN, "admin")
    )


def test_texts_move_as_files_and_arrive_as_drafts(here: Site, admin: Asking) -> None:
    assert admin.get(f"{LIST}/export").status_code == 404
    send(admin, "publish")
    exported = admin.get(f"{LIST}/export").data
    admin.post(f"{APOLOGY}/roll-back", {})

    answer = upload(here, exported)

    assert "One text differs" in answer.text
    assert "<ins>We are truly sorry.</ins>" in answer.text
    assert "We are truly sorry." not in letter(here)
    assert "We are truly sorry." in admin.get(APOLOGY).text


def test_an_import_keeps_the_draft_that_somebody_is_writing(here: Site, admin: Asking) -> None:
    send(admin, "draft")

    upload(here, zipped({"apology/en.md.j2": SHIPPED.replace("I am sorry", "I regret")}))

    assert "I regret" in admin.get(APOLOGY).text
    assert "<del>We are truly sorry.</del>" in admin.get(f"{APOLOGY}?compare=1").text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no zip", "not a zip"),
        (damaged(at=60), "not a zip"),
        (damaged(at=-6), "not a zip"),
        (zipped({"readme.txt": "x"}), "no text in it that Makegood knows"),
        (zipped({"../../apology/en.md.j2": "x"}), "no text in it that Makegood knows"),
        (zipped({"apology/en.md.j2": "x" * 300_000}), "longer than"),
        (zipped({f"a{n}/en.md.j2": "x" for n in range(501)}), "more than 500 files"),
    ],
)
def test_files_that_cannot_be_taken_are_refused_with_a_reason(here: Site, content: bytes, words: str) -> None:
    answer = upload(here, content)

    assert answer.status_code == 400
    assert answer.json is not None
    assert words in answer.json["message"]
