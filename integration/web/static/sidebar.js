"use strict";

(() => {
  const panel = document.querySelector(".panel");
  const status = document.querySelector("[role=status]");
  const said = document.body.dataset;
  const waiting = panel.cloneNode(true);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const page = new URLSearchParams(location.search);
  const SOON = 400;
  // Zendesk tells the page of a change before its webhook tells our server.
  const ONCE_MORE = 4000;
  const STALE = 30_000;
  const TYPING = 180;
  const MOST_LOOKS = 5;
  let client = null;
  let place = null;
  let asked = 0;
  let looks = 0;
  let shownAt = null;
  let timer = 0;
  let later = 0;
  let undo = null;
  const underWay = new WeakSet();

  function announce(text, kind = "notice") {
    status.textContent = text;
    // The frame is as tall as its content and the host scrolls: a line up here may be out of sight.
    client.invoke("notify", text, kind).catch(() => {});
  }

  const withZone = (path, query = {}) => `${path}?${new URLSearchParams({ ...query, zone })}`;

  /** Fetch and show the facts; a `quiet` refresh gives way to an agent who is reading or writing. */
  async function load({ quiet = false } = {}) {
    const mine = ++asked;
    panel.setAttribute("aria-busy", "true");
    try {
      const answer = await makegood.call(withZone(`${place}/facts`));
      const html = await answer.text();
      if (mine !== asked || (quiet && keeping.isBusy())) return;
      keeping.put(html);
      offerUndo();
      shownAt = new Date();
      document.body.dataset.state = panel.querySelector("[data-unknown]") ? "unknown" : "ready";
      if (document.body.dataset.state === "unknown" && ++looks < MOST_LOOKS) soon(ONCE_MORE);
    } catch (error) {
      if (mine === asked) fail(error);
    } finally {
      if (mine === asked) panel.removeAttribute("aria-busy");
    }
  }

  function fail(error) {
    if (error instanceof makegood.SessionEnded) show("expired");
    else if (error instanceof makegood.Refused) refuse(error.message);
    else offline();
  }

  function show(name) {
    makegood.show(panel, name);
    panel.removeAttribute("aria-busy");
    document.body.dataset.state = name;
  }

  function refuse(message) {
    announce(message, "error");
    document.body.dataset.state = "refused";
    if (shownAt) return;
    const line = document.createElement("p");
    line.className = "empty";
    line.textContent = message;
    panel.replaceChildren(line);
  }

  // Last known facts stay in sight, with their age: a server that is away must not blind the agent.
  function offline() {
    if (!shownAt) return show("offline");
    document.body.dataset.state = "offline";
    panel.querySelector(".notice--offline")?.remove();
    const notice = document.querySelector("template#offline-known").content.cloneNode(true);
    notice.querySelector("time").textContent = shownAt.toLocaleTimeString(document.documentElement.lang, {
      hour: "2-digit",
      minute: "2-digit",
    });
    panel.prepend(notice);
  }

  /** Change something, say so, offer to take it back, and show what holds now. */
  async function act(path, body, done, section, form) {
    try {
      const answer = await makegood.call(path, { method: "POST", body });
      form?.reset();
      const taken = answer.status === 204 ? null : (await answer.json()).undo;
      undo = taken && { text: done, section, run: () => act(taken.path, taken.body, said.undone, section) };
      announce(done);
      await load();
    } catch (error) {
      fail(error);
    }
  }

  /** Show the way back where the change was made; the frame's top may be out of sight. */
  function offerUndo() {
    panel.querySelector(".undo")?.remove();
    if (!undo) return;
    const notice = document.querySelector("template#undo").content.cloneNode(true);
    notice.querySelector("p").textContent = undo.text;
    const details = undo.section && panel.querySelector(`details[data-key="${undo.section}"][open] .inside`);
    (details || panel).prepend(notice);
  }

  const suggestion = (element) => element.closest("li[data-template]");
  const suggestionPath = ({ template }) => `${place}/suggestions/${encodeURIComponent(template)}`;

  async function preview(item) {
    const spot = item.querySelector("[data-preview]");
    const button = item.querySelector("[data-act=preview]");
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) return spot.replaceChildren();
    try {
      const answer = await makegood.call(withZone(suggestionPath(item.dataset), { locale: item.dataset.locale }));
      spot.innerHTML = (await answer.json()).fragment;
      (spot.querySelector("input") || spot.querySelector("[data-act=insert]")).focus();
    } catch (error) {
      button.setAttribute("aria-expanded", "false");
      fail(error);
    }
  }

  async function read(path) {
    try {
      return (await client.get(path))[path];
    } catch {
      return undefined;
    }
  }

  /** Insert at the cursor, in the kind of text that the composer holds; who reads it and sending are the agent's. */
  async function insert(item) {
    const { html, text } = letters.filled(item);
    const before = await read("comment.text");
    const isRich = (await read("comment.useRichText")) !== false;
    try {
      await client.invoke("ticket.editor.insert", isRich ? html : letters.asHtml(text));
    } catch {
      // The classic composer has no editor to insert into.
      await client.invoke("comment.appendText", text);
    }
    const after = await read("comment.text");
    item.querySelector("[data-act=preview]").setAttribute("aria-expanded", "false");
    announce(said.inserted);
    const isKnown = before !== undefined && after !== undefined;
    try {
      const forget = await noteUse(item, text);
      undo = isKnown ? { text: said.inserted, run: () => takeOut(before, after, forget) } : null;
      await load();
    } catch (error) {
      fail(error);
    }
    offerUndo();
  }

  /** Tell the server what was inserted; resolves with what takes that back. A new ticket is not known there yet. */
  async function noteUse(item, text) {
    if (!isSaved()) return null;
    const body = { locale: item.dataset.locale, was_found: "found" in item.dataset, text };
    const answer = await makegood.call(`${suggestionPath(item.dataset)}/used`, { method: "POST", body });
    return (await answer.json()).undo;
  }

  async function takeOut(before, after, forget) {
    if ((await read("comment.text")) !== after) return announce(said.changed, "alert");
    await client.set("comment.text", before);
    undo = null;
    if (forget) return act(forget.path, forget.body, said.undone);
    offerUndo();
    announce(said.undone);
  }

  async function search(input) {
    const query = input.value.trim();
    const found = panel.querySelector("[data-found-list]");
    const offers = panel.querySelector("[data-offer-list]");
    const answer = query && (await makegood.call(withZone(input.dataset.search, { q: query })));
    const html = answer ? await answer.text() : "";
    if (input.value.trim() !== query) return;
    found.innerHTML = html;
    found.hidden = !query;
    offers.hidden = Boolean(query);
  }

  function bodyOf(element) {
    const body = element.dataset.body ? JSON.parse(element.dataset.body) : {};
    if (element.dataset.days) {
      body.due_at = new Date(Date.now() + Number(element.dataset.days) * 86_400_000).toISOString();
    }
    for (const field of element.matches("form") ? element.elements : [element]) {
      if (!field.name) continue;
      if (field.type === "checkbox") body[field.name] = field.checked;
      else if (field.type === "datetime-local") body[field.name] = new Date(field.value).toISOString();
      else if (field.value !== "") body[field.name] = "upper" in field.dataset ? field.value.toUpperCase() : field.value;
    }
    return body;
  }

  const post = (element) =>
    act(element.dataset.post, bodyOf(element), element.dataset.done, keeping.key(element), element.closest("form"));

  const acts = {
    retry: () => (place ? load() : start()),
    preview: (button) => preview(suggestion(button)),
    insert: (button) => insert(suggestion(button)),
    "leave-out": (button) => letters.leaveOut(suggestion(button), button),
    open: ({ dataset }) => client.invoke("routeTo", "ticket", dataset.ticket),
    undo: () => undo?.run(),
  };

  panel.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-act], button[data-post]");
    // Disabled while it works, a button would lose the focus; so it is remembered.
    if (!button || button.disabled || underWay.has(button)) return;
    underWay.add(button);
    try {
      await (button.dataset.act ? acts[button.dataset.act](button) : post(button));
    } catch {
      announce(said.failed, "error");
    } finally {
      underWay.delete(button);
    }
  });

  panel.addEventListener("input", (event) => {
    if (event.target.matches("input[data-gap]")) return letters.fill(suggestion(event.target));
    if (!event.target.matches("[data-search]")) return;
    clearTimeout(later);
    later = setTimeout(() => search(event.target).catch(fail), TYPING);
  });

  panel.addEventListener("change", (event) => {
    if (event.target.matches("select[data-post]")) post(event.target);
  });

  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    post(event.target);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select, textarea")) return;
    const field = panel.querySelector("[data-search]");
    if (!field) return;
    event.preventDefault();
    field.focus();
  });

  function fit() {
    let height = 0;
    new ResizeObserver(() => {
      const wanted = Math.min(Math.max(document.documentElement.offsetHeight, 120), 2400);
      if (Math.abs(wanted - height) < 6) return;
      height = wanted;
      client.invoke("resize", { width: "100%", height: `${wanted}px` }).catch(() => {});
    }).observe(document.documentElement);
  }

  const refresh = () => place && !keeping.isBusy() && load({ quiet: true });

  function soon(after = SOON) {
    clearTimeout(timer);
    timer = setTimeout(refresh, after);
  }

  function changed() {
    soon();
    setTimeout(refresh, ONCE_MORE);
  }

  const isSaved = () => Boolean(place?.startsWith("api/tickets/"));

  /** Go to another ticket or requester: nothing of the one before may stand there, not even for a moment. */
  function goTo(next) {
    if (next !== null && next === place) return load();
    place = next;
    shownAt = undo = null;
    looks = 0;
    if (next === null) {
      asked += 1;
      return show("no-ticket");
    }
    panel.replaceChildren(...waiting.cloneNode(true).childNodes);
    document.body.dataset.state = "loading";
    return load();
  }

  /** Follow the requester whom the agent chooses for a ticket that is not saved yet. */
  async function followRequester() {
    const id = Number(await read("ticket.requester.id"));
    return goTo(Number.isInteger(id) && id > 0 ? `api/requesters/${id}` : null);
  }

  async function start() {
    const id = Number(await read("ticket.id"));
    return Number.isInteger(id) && id > 0 ? goTo(`api/tickets/${id}`) : followRequester();
  }

  function listen() {
    fit();
    client.on("ticket.updated", changed);
    client.on("ticket.conversation.changed", changed);
    client.on("ticket.requester.id.changed", () => isSaved() || followRequester());
    client.on("ticket.id.changed", () => start());
    client.on("app.activated", () => shownAt && Date.now() - shownAt > STALE && soon());
    client.on("colorScheme.changed", colour);
    client.get("colorScheme").then((answer) => colour(answer.colorScheme), () => {});
  }

  function colour(scheme) {
    if (scheme === "light" || scheme === "dark") document.documentElement.dataset.colorScheme = scheme;
  }

  client = typeof ZAFClient === "undefined" ? null : ZAFClient.init();
  if (client && page.get("app_guid")) {
    client.on("app.registered", () => {
      listen();
      start().catch(fail);
    });
  } else {
    show("outside");
  }
})();
