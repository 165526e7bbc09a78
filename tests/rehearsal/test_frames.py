"""The workspace in a browser: its frame protocol with two SDKs, its composer, its looks for everybody."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, Route, expect

from integration.rehearsal import apps
from integration.rehearsal.account import Account
from integration.rehearsal.config import Limits
from integration.rehearsal.server import RehearsalServer
from tests.rehearsal.tiny_app import SDK_URL, TinyApp

pytestmark = pytest.mark.browser

SDK_FOLDER = Path(__file__).parent / "sdk"
OWN_SDK = Path(apps.__file__).parent / "static" / "zaf_sdk.js"


@pytest.fixture(scope="module")
def bundles() -> Path:
    """The bundled SDK and axe-core; built when they are not there."""
    built = SDK_FOLDER / "build"
    if not (built / "zaf_test_sdk.js").exists() or not (built / "axe.min.js").exists():
        subprocess.run([str(SDK_FOLDER / "build.sh")], check=True, timeout=240)
    return built


@pytest.fixture(scope="module")
def app() -> Iterator[TinyApp]:
    tiny = TinyApp()
    yield tiny
    tiny.close()


@pytest.fixture(scope="module")
def server(app: TinyApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RehearsalServer]:
    path = tmp_path_factory.mktemp("frames") / "rehearsal.sqlite3"
    with RehearsalServer(path, limits=Limits.none()) as running:
        account = running.account
        locations = {"ticket_sidebar": f"{app.url}/app", "nav_bar": f"{app.url}/app"}
        apps.install(account, "Tiny app", locations)
        account.create_ticket_field({"type": "text", "title": "Order number"})
        yield running


@pytest.fixture
def account(server: RehearsalServer) -> Account:
    return server.account


@pytest.fixture
def field_id(account: Account) -> int:
    return next(iter(account.field_definitions()))


@pytest.fixture
def ticket(account: Account) -> dict[str, Any]:
    data = {
        "requester": {"name": "Rosa Lind", "email": "rosa@mail.example", "locale": "de"},
        "subject": "Kettle <img src=x onerror='window.hacked=1'>",
        "comment": {
            "body": "It leaks.",
            "html_body": "<p>It leaks.<img src=x onerror='window.hacked=1'></p>",
        },
        "tags": ["kettle"],
    }
    return account.create_ticket(data, actor_id=account.admin_user_id, channel="web")


@pytest.fixture(params=["own", "bundled"])
def sdk(request: pytest.FixtureRequest, bundles: Path) -> Path:
    """Each SDK in turn: ours, and the one from npm, which is a fork of Zendesk's of 2017."""
    return OWN_SDK if request.param == "own" else bundles / "zaf_test_sdk.js"


@pytest.fixture
def page(chromium: Browser, server: RehearsalServer, app: TinyApp) -> Iterator[Page]:
    """A page with our SDK in the place of Zendesk's and no way out of this computer."""
    yield from _page(chromium, server, app, OWN_SDK)


@pytest.fixture
def sdk_page(chromium: Browser, server: RehearsalServer, app: TinyApp, sdk: Path) -> Iterator[Page]:
    """As `page`, once with each SDK."""
    yield from _page(chromium, server, app, sdk)


def _page(chromium: Browser, server: RehearsalServer, app: TinyApp, sdk: Path) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1360, "height": 860}, reduced_motion="reduce")
    allowed = (server.url, app.url)

    def gate(route: Route) -> None:
        url = route.request.url
        if url == SDK_URL:
            route.fulfill(path=sdk, content_type="text/javascript")
        elif url.startswith(allowed):
            route.continue_()
        else:
            route.abort()

    context.route("**/*", gate)
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def open_ticket(page: Page, server: RehearsalServer, ticket: dict[str, Any]) -> Frame:
    page.goto(f"{server.url}/agent/tickets/{ticket['id']}")
    return registered(page)


def registered(page: Page) -> Frame:
    page.wait_for_function("() => [...rehearsal.frames].some((host) => host.registered)")
    frame = next(frame for frame in page.frames if "app_guid=" in frame.url)
    frame.wait_for_function("() => window.registrations.length > 0")
    return frame


def ask(frame: Frame, expression: str) -> Any:
    """Evaluate a promise in the frame and return {value} or {error, status}."""
    return frame.evaluate(f"() => outcome({expression})")


def hear(page: Page, frame: Frame, name: str) -> None:
    """Subscribe, and wait until the host knows."""
    frame.evaluate("(name) => listen(name)", name)
    page.wait_for_function("(name) => [...rehearsal.frames][0].subscriptions.get(name) > 0", arg=name)


def heard(frame: Frame, name: str) -> list[Any]:
    return [data for event, data in frame.evaluate("() => heard") if event == name]


def wait_heard(frame: Frame, name: str) -> Any:
    frame.wait_for_function("(name) => heard.some(([event]) => event === name)", arg=name)
    return heard(frame, name)[-1]


def test_a_frame_registers_once_and_knows_where_it_is(
    sdk_page: Page, server: RehearsalServer, app: TinyApp, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(sdk_page, server, ticket)
    [registration] = frame.evaluate("() => registrations")

    assert registration["context"]["ticketId"] == ticket["id"]
    assert registration["context"]["location"] == "ticket_sidebar"
    assert registration["metadata"]["appId"] == apps.APP_ID
    assert wait_heard(frame, "app.activated") == {"firstLoad": True}
    assert app.launches[-1]["origin"] == server.url


def test_get_answers_one_path_many_paths_and_wrong_paths(
    sdk_page: Page, server: RehearsalServer, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(sdk_page, server, ticket)

    one = ask(frame, "client.get('ticket.requester.locale')")
    many = ask(frame, "client.get(['ticket.id', 'comment.type', 'currentUser.role', 'ticket.nonsense'])")
    wrong = ask(frame, "client.get('ticket.nonsense')")

    assert one["value"]["ticket.requester.locale"] == "de"
    assert many["value"]["ticket.id"] == ticket["id"]
    assert many["value"]["comment.type"] == "publicReply"
    assert many["value"]["currentUser.role"] == "admin"
    assert list(many["value"]["errors"]) == ["ticket.nonsense"]
    assert "ticket.nonsense" in wrong["error"]


def test_an_inserted_suggestion_is_cleaned_submitted_and_public_as_chosen(
    sdk_page: Page, server: RehearsalServer, account: Account, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(sdk_page, server, ticket)
    hostile = '<p>Dear <b>Rosa</b><script>x</script><img src=x onerror=x></p><a href=\\"javascript:x\\">l</a>'

    ask(frame, "client.set('comment.type', 'internalNote')")
    ask(frame, f'client.invoke("ticket.editor.insert", "{hostile}")')
    assert sdk_page.locator("#rich").inner_html() == "<p>Dear <b>Rosa</b></p><a>l</a>"
    sdk_page.locator("#submit-status").select_option("pending")
    sdk_page.locator("#submit").click()
    expect(sdk_page.locator(".comment.note")).to_have_count(1)

    stored = account.comments(ticket["id"])[-1]
    assert stored["public"] is False
    assert "<p>Dear <b>Rosa</b></p>" in stored["html_body"]
    assert not any(word in stored["html_body"] for word in ("script", "onerror", "img"))
    assert account.ticket(ticket["id"])["status"] == "pending"


def test_inserting_happens_at_the_cursor_and_can_be_undone(
    page: Page, server: RehearsalServer, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(page, server, ticket)
    editor = page.locator("#rich")
    editor.click()
    page.keyboard.type("before after")
    for _ in "after":
        page.keyboard.press("ArrowLeft")

    ask(frame, "client.invoke('ticket.editor.insert', '<em>middle</em> ')")
    expect(editor).to_have_text("before middle after")
    page.keyboard.press("Control+z")
    expect(editor).to_have_text("before after")


def test_a_plain_composer_takes_text_and_keeps_what_was_written(
    page: Page, server: RehearsalServer, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(page, server, ticket)
    page.locator("#use-rich").uncheck()
    plain = page.locator("#plain")
    plain.fill("Hello")

    ask(frame, "client.invoke('ticket.editor.insert', '<p>One</p><p>Two &amp; <b>three</b></p>')")
    ask(frame, "client.invoke('ticket.comment.appendText', ' end {{ticket.id}}')")
    expect(plain).to_have_value("HelloOne\n\nTwo & three end {{ticket.id}}")
    page.keyboard.press("Control+z")
    expect(plain).to_have_value("HelloOne\n\nTwo & three")


def test_appending_text_to_a_rich_composer_shows_markup_as_text(
    page: Page, server: RehearsalServer, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(page, server, ticket)

    ask(frame, "client.invoke('comment.appendText', 'a <b>c</b>')")
    ask(frame, "client.invoke('comment.appendMarkdown', '**bold**')")

    expect(page.locator("#rich")).to_contain_text("a <b>c</b>")
    assert page.locator("#rich strong, #rich b").all_inner_texts() == ["bold"]


def test_tags_and_fields_set_by_the_app_are_stored_on_submit(
    sdk_page: Page, server: RehearsalServer, account: Account, ticket: dict[str, Any], field_id: int
) -> None:
    frame = open_ticket(sdk_page, server, ticket)
    field = f"ticket.customField:custom_field_{field_id}"
    hear(sdk_page, frame, f"ticket.custom_field_{field_id}.changed")

    ask(frame, "client.invoke('ticket.tags.add', ['one', 'two'])")
    ask(frame, "client.invoke('ticket.tags.remove', 'kettle')")
    ask(frame, f"client.set('{field}', 'AF-1')")
    assert wait_heard(frame, f"ticket.custom_field_{field_id}.changed") == "AF-1"
    assert ask(frame, f"client.get('{field}')")["value"][field] == "AF-1"
    assert account.ticket(ticket["id"])["tags"] == ["kettle"]

    sdk_page.locator("#submit").click()
    expect(sdk_page.locator(".toast")).to_be_visible()
    stored = account.ticket(ticket["id"])
    assert stored["tags"] == ["one", "two"]
    assert stored["custom_fields"] == [{"id": field_id, "value": "AF-1"}]


@pytest.mark.parametrize(
    "answer", ["false", "'say why'", "Promise.reject('say why')", "new Error('say why')"]
)
def test_the_app_can_veto_saving(
    sdk_page: Page, server: RehearsalServer, account: Account, ticket: dict[str, Any], answer: str
) -> None:
    frame = open_ticket(sdk_page, server, ticket)
    frame.evaluate(f"() => client.on('ticket.save', () => {answer})")
    sdk_page.wait_for_function("() => [...rehearsal.frames][0].subscriptions.get('ticket.save') === 1")
    sdk_page.locator("#rich").click()
    sdk_page.keyboard.type("Sent too soon")

    sdk_page.locator("#submit").click()
    expect(sdk_page.locator("#refused")).to_contain_text("not allow" if answer == "false" else "say why")

    assert len(account.comments(ticket["id"])) == 1
    assert sdk_page.locator("#rich").inner_text().strip() == "Sent too soon"


def test_saving_waits_for_the_apps_consent(
    sdk_page: Page, server: RehearsalServer, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(sdk_page, server, ticket)
    frame.evaluate("() => client.on('ticket.save', () => new Promise((done) => { window.consent = done; }))")
    sdk_page.wait_for_function("() => [...rehearsal.frames][0].subscriptions.get('ticket.save') === 1")
    hear(sdk_page, frame, "ticket.submit.done")

    sdk_page.locator("#submit").click()
    frame.wait_for_function("() => window.consent")
    assert heard(frame, "ticket.submit.done") == []
    frame.evaluate("() => window.consent(true)")
    wait_heard(frame, "ticket.submit.done")


def test_events_reach_subscribers_only_and_stop_with_off(
    sdk_page: Page, server: RehearsalServer, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(sdk_page, server, ticket)
    frame.evaluate("() => { window.handler = (text) => heard.push(['text', text]); }")
    sdk_page.evaluate("() => rehearsal.emit('comment.text.changed', 'zero')")
    frame.evaluate("() => client.on('comment.text.changed', handler)")
    sdk_page.wait_for_function(
        "() => [...rehearsal.frames][0].subscriptions.get('comment.text.changed') === 1"
    )
    sdk_page.evaluate("() => rehearsal.emit('comment.text.changed', 'one')")
    wait_heard(frame, "text")
    frame.evaluate("() => { client.off('comment.text.changed', handler); }")
    sdk_page.wait_for_function(
        "() => [...rehearsal.frames][0].subscriptions.get('comment.text.changed') === 0"
    )
    sdk_page.evaluate("() => rehearsal.emit('comment.text.changed', 'two')")
    ask(frame, "client.get('ticket.id')")

    assert heard(frame, "text") == ["one"]
    log = sdk_page.evaluate("() => rehearsal.log.map(({message}) => message)")
    assert [sent["message"] for sent in log if sent.get("key") == "zaf.comment.text.changed"] == ["one"]


def test_the_colour_scheme_is_told_at_launch_on_asking_and_on_change(
    sdk_page: Page, server: RehearsalServer, app: TinyApp, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(sdk_page, server, ticket)
    hear(sdk_page, frame, "colorScheme.changed")

    sdk_page.get_by_role("button", name="Dark mode").click()

    assert app.launches[-1]["colorScheme"] == "light"
    assert wait_heard(frame, "colorScheme.changed") == "dark"
    assert ask(frame, "client.get('colorScheme')")["value"]["colorScheme"] == "dark"
    sdk_page.reload()
    registered(sdk_page)
    assert app.launches[-1]["colorScheme"] == "dark"


def test_requests_run_as_the_agent_or_reach_the_app_and_nothing_else(
    sdk_page: Page, server: RehearsalServer, app: TinyApp, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(sdk_page, server, ticket)
    post = f"{{url: '{app.url}/echo', type: 'POST', contentType: 'application/json', data: '{{}}'}}"

    same = ask(frame, f"client.request('/api/v2/tickets/{ticket['id']}.json')")
    echoed = ask(frame, f"client.request({post})")
    missing = ask(frame, "client.request('/api/v2/tickets/999999.json')")
    foreign = ask(frame, "client.request({url: 'https://example.org/', cors: true})")

    assert same["value"]["ticket"]["id"] == ticket["id"]
    assert echoed["value"] == {"method": "POST", "body": "{}", "query": {}}
    assert missing["status"] == 404
    assert "error" in foreign


def test_tests_can_delay_fail_and_read_what_passes(
    page: Page, server: RehearsalServer, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(page, server, ticket)
    page.evaluate(
        "() => { rehearsal.fail['ticket.id'] = 'not today'; rehearsal.delays['ticket.subject'] = 400; }"
    )

    began = frame.evaluate("() => performance.now()")
    assert "not today" in ask(frame, "client.get('ticket.id')")["error"]
    ask(frame, "client.get('ticket.subject')")

    assert frame.evaluate("() => performance.now()") - began >= 400
    assert page.evaluate("() => rehearsal.log.filter(({message}) => message.request === 'get').length") == 2


def test_messages_with_a_foreign_guid_are_not_heard(
    page: Page, server: RehearsalServer, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(page, server, ticket)
    forged = "{key: 'iframe.on:ticket.save', message: {subscriberCount: 1}, appGuid: 'other'}"

    frame.evaluate(f"() => parent.postMessage(JSON.stringify({forged}), '{server.url}')")
    ask(frame, "client.get('ticket.id')")

    assert page.evaluate("() => [...rehearsal.frames][0].subscriptions.has('ticket.save')") is False


def test_what_others_do_appears_while_the_page_is_open(
    page: Page, server: RehearsalServer, account: Account, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(page, server, ticket)
    hear(page, frame, "ticket.conversation.changed")
    hear(page, frame, "ticket.tags.changed")
    page.locator("#rich").click()
    page.keyboard.type("half written")

    change = {"comment": {"body": "Any news?"}, "tags": ["kettle", "waiting"]}
    account.update_ticket(ticket["id"], change, actor_id=ticket["requester_id"], via="email")
    expect(page.locator(".comment")).to_have_count(2)

    assert wait_heard(frame, "ticket.tags.changed") == ["kettle", "waiting"]
    assert wait_heard(frame, "ticket.conversation.changed")[-1]["author"]["name"] == "Rosa Lind"
    expect(page.locator("#rich")).to_have_text("half written")


def test_ticket_text_cannot_act_in_the_workspace(
    page: Page, server: RehearsalServer, ticket: dict[str, Any]
) -> None:
    open_ticket(page, server, ticket)

    expect(page.locator("#subject")).to_have_text(ticket["subject"])
    assert page.locator(".comments img").count() == 0
    assert page.evaluate("() => window.hacked") is None


def test_notify_resize_and_route_do_what_they_say(
    sdk_page: Page, server: RehearsalServer, ticket: dict[str, Any]
) -> None:
    frame = open_ticket(sdk_page, server, ticket)

    ask(frame, "client.invoke('notify', 'Kept <i>safe</i>', 'alert')")
    ask(frame, "client.invoke('resize', {height: '333px'})")
    expect(sdk_page.locator(".toast")).to_contain_text("Kept safe")
    assert sdk_page.locator(".app-frame").bounding_box()["height"] == 333
    frame.evaluate("() => { client.invoke('routeTo', 'nav_bar'); }")
    sdk_page.wait_for_url("**/agent/apps/nav_bar")


def test_the_navigation_bars_app_fills_the_page_and_has_no_ticket(
    page: Page, server: RehearsalServer
) -> None:
    page.goto(f"{server.url}/agent/apps/nav_bar")
    frame = registered(page)

    assert frame.evaluate("() => registrations[0].context.location") == "nav_bar"
    assert ask(frame, "client.get('currentUser.name')")["value"]["currentUser.name"] == "Ada Owner"
    assert "ticket.id" in ask(frame, "client.get('ticket.id')")["error"]
    assert page.locator(".app-frame").bounding_box()["width"] > 1200


def test_reloading_the_app_launches_it_with_a_new_token(
    page: Page, server: RehearsalServer, app: TinyApp, ticket: dict[str, Any]
) -> None:
    open_ticket(page, server, ticket)
    before = app.launches[-1]

    page.get_by_role("button", name="Reload the app").click()
    page.wait_for_function("(guid) => [...rehearsal.frames].some((h) => h.appGuid !== guid && h.registered)",
                           arg=before["app_guid"])  # fmt: skip

    assert app.launches[-1]["token"] != before["token"]
    assert page.evaluate("() => rehearsal.frames.size") == 1


def test_a_reply_can_be_written_and_sent_with_the_keyboard(
    page: Page, server: RehearsalServer, account: Account, ticket: dict[str, Any]
) -> None:
    open_ticket(page, server, ticket)
    page.locator("#comment-type").focus()
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("On its way")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment")).to_have_count(2)

    assert account.comments(ticket["id"])[-1]["plain_body"] == "On its way"


def test_a_closed_ticket_takes_no_comment_and_says_so(
    page: Page, server: RehearsalServer, account: Account, ticket: dict[str, Any], bundles: Path
) -> None:
    account.update_ticket(ticket["id"], {"status": "closed"}, actor_id=account.admin_user_id)
    frame = open_ticket(page, server, ticket)

    assert "closed" in ask(frame, "client.invoke('ticket.editor.insert', '<p>x</p>')")["error"]
    expect(page.locator("#refused")).to_contain_text("closed")
    expect(page.locator("#submit")).to_be_disabled()
    expect(page.locator("#rich")).to_have_attribute("contenteditable", "false")
    assert violations(page, bundles) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/agent?status=all", "/agent/tickets/{id}", "/agent/apps/nav_bar"])
def test_pages_are_accessible_in_light_and_dark(
    page: Page, server: RehearsalServer, ticket: dict[str, Any], bundles: Path, scheme: str, path: str
) -> None:
    page.goto(server.url + path.format(id=ticket["id"]))
    if "tickets" in path:
        page.locator("#comment-type").select_option("internalNote")
    page.evaluate("(scheme) => rehearsal.setColorScheme(scheme)", scheme)

    assert violations(page, bundles) == []


def violations(page: Page, bundles: Path) -> list[Any]:
    """What axe finds wrong in the page itself; the app's frame is the app's matter."""
    page.evaluate((bundles / "axe.min.js").read_text(encoding="utf-8") + "\n;void 0")
    found = page.evaluate("() => axe.run(document, {iframes: false})")
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found["violations"]]
