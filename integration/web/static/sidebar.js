"use strict";

(() => {
  const panel = document.querySelector(".panel");
  const status = document.querySelector("[role=status]");
  const said = document.body.dataset;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const page = new URLSearchParams(location.search);
  const SOON = 400;
  const STALE = 30_000;
  let client = null;
  let ticketId = null;
  let asked = 0;
  let shownAt = null;
  let timer = 0;

  function announce(text, kind = "notice") {
    status.textContent = text;
    // The frame is as tall as its content and the host scrolls: a line up here may be out of sight.
    client.invoke("notify", text, kind).catch(() => {});
  }

  function openOnes() {
    return [...panel.querySelectorAll("details[data-key]")].map((d) => [d.dataset.key, d.open]);
  }

  function put(html) {
    const kept = new Map(openOnes());
    const focused = document.activeElement && document.activeElement.dataset.focus;
    panel.innerHTML = html;
    for (const details of panel.querySelectorAll("details[data-key]")) {
      if (kept.has(details.dataset.key)) details.open = kept.get(details.dataset.key);
    }
    if (focused) panel.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  const isReading = () => panel.querySelector("[data-act=preview][aria-expanded=true]") !== null;

  /** Fetch and show the facts; a `quiet` refresh gives way to an agent who is reading or filling a letter. */
  async function load({ quiet = false } = {}) {
    const mine = ++asked;
    panel.setAttribute("aria-busy", "true");
    try {
      const answer = await makegood.call(`api/tickets/${ticketId}/facts?zone=${encodeURIComponent(zone)}`);
      const html = await answer.text();
      if (mine !== asked || (quiet && isReading())) return;
      put(html);
      shownAt = new Date();
      document.body.dataset.state = "ready";
    } catch (error) {
      if (mine === asked) fail(error);
    } finally {
      if (mine === asked) panel.removeAttribute("aria-busy");
    }
  }

  function fail(error) {
    if (error instanceof makegood.SessionEnded) {
      makegood.show(panel, "expired");
      document.body.dataset.state = "expired";
    } else if (error instanceof makegood.Refused) {
      announce(error.message, "error");
      document.body.dataset.state = "refused";
    } else {
      offline();
    }
  }

  // Last known facts stay in sight, with their age: a server that is away must not blind the agent.
  function offline() {
    document.body.dataset.state = "offline";
    if (!shownAt) return makegood.show(panel, "offline");
    panel.querySelector(".notice--offline")?.remove();
    const notice = document.querySelector("template#offline-known").content.cloneNode(true);
    notice.querySelector("time").textContent = shownAt.toLocaleTimeString(document.documentElement.lang, {
      hour: "2-digit",
      minute: "2-digit",
    });
    panel.prepend(notice);
  }

  async function act(path, body, done) {
    try {
      await makegood.call(path, { method: "POST", body });
      announce(done);
      await load();
    } catch (error) {
      fail(error);
    }
  }

  const suggestion = (element) => element.closest("[data-template]");
  const suggestionPath = ({ template }) => `api/tickets/${ticketId}/suggestions/${encodeURIComponent(template)}`;

  async function preview(item) {
    const place = item.querySelector("[data-preview]");
    const button = item.querySelector("[data-act=preview]");
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) return place.replaceChildren();
    try {
      const query = new URLSearchParams({ locale: item.dataset.locale, zone });
      const answer = await makegood.call(`${suggestionPath(item.dataset)}?${query}`);
      place.innerHTML = (await answer.json()).fragment;
      (place.querySelector("input") || place.querySelector("[data-act=insert]")).focus();
    } catch (error) {
      button.setAttribute("aria-expanded", "false");
      fail(error);
    }
  }

  function fill(input) {
    const item = suggestion(input);
    for (const mark of item.querySelectorAll("mark[data-slot]")) {
      if (mark.dataset.slot !== input.name) continue;
      mark.textContent = input.value.trim() || mark.dataset.blank;
      mark.toggleAttribute("data-filled", Boolean(input.value.trim()));
    }
    const waits = [...item.querySelectorAll("input[name]")].some((i) => !i.value.trim());
    item.querySelector("[data-act=insert]").disabled = waits;
    item.querySelector("[data-waits]").hidden = !waits;
  }

  async function insert(item) {
    const body = item.querySelector("[data-letter]").cloneNode(true);
    const values = new Map([...item.querySelectorAll("input[name]")].map((i) => [i.name, i.value.trim()]));
    for (const mark of body.querySelectorAll("mark[data-slot]")) mark.replaceWith(values.get(mark.dataset.slot));
    let text = item.querySelector("template[data-text]").content.textContent;
    for (const [name, value] of values) text = text.replaceAll(`⟦${name}⟧`, value);
    try {
      await client.invoke("ticket.editor.insert", body.innerHTML.trim());
    } catch {
      // The classic composer has no editor to insert into.
      await client.invoke("comment.appendText", text);
    }
    await act(`${suggestionPath(item.dataset)}/used`, { locale: item.dataset.locale, text }, said.inserted);
  }

  const acts = {
    retry: () => (ticketId ? load() : start()),
    preview: (button) => preview(suggestion(button)),
    insert: (button) => insert(suggestion(button)),
    correct: ({ dataset }) => act(`api/tickets/${ticketId}/correct`, { verdict: dataset.verdict }, said.corrected),
    later: ({ dataset }) => {
      const due = new Date(Date.now() + Number(dataset.days) * 86_400_000);
      return act(`api/follow-ups/${dataset.followUp}/reschedule`, { due_at: due.toISOString() }, said.moved);
    },
    cancel: ({ dataset }) =>
      act(`api/follow-ups/${dataset.followUp}/cancel`, { reason: dataset.reason }, said.cancelled),
  };

  panel.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-act]");
    if (!button || button.disabled) return;
    button.disabled = true;
    try {
      await acts[button.dataset.act](button);
    } catch {
      announce(said.failed, "error");
    } finally {
      button.disabled = false;
    }
  });

  panel.addEventListener("input", (event) => {
    if (event.target.matches("input[name]") && suggestion(event.target)) fill(event.target);
  });

  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    const due = new Date(form.elements.due_at.value);
    if (Number.isNaN(due.getTime())) return;
    act(`api/follow-ups/${form.dataset.followUp}/reschedule`, { due_at: due.toISOString() }, said.moved);
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

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(() => isReading() || load({ quiet: true }), SOON);
  }

  async function start() {
    fit();
    client.on("ticket.updated", soon);
    client.on("ticket.conversation.changed", soon);
    client.on("app.activated", () => shownAt && Date.now() - shownAt > STALE && soon());
    client.on("colorScheme.changed", colour);
    client.get("colorScheme").then((answer) => colour(answer.colorScheme), () => {});
    const answer = await client.get("ticket.id");
    ticketId = Number(answer["ticket.id"]);
    if (Number.isInteger(ticketId) && ticketId > 0) return load();
    makegood.show(panel, "no-ticket");
    document.body.dataset.state = "no-ticket";
    client.on("ticket.id.changed", (id) => {
      ticketId = Number(id);
      load();
    });
  }

  function colour(scheme) {
    if (scheme === "light" || scheme === "dark") document.documentElement.dataset.colorScheme = scheme;
  }

  client = typeof ZAFClient === "undefined" ? null : ZAFClient.init();
  if (client && page.get("app_guid")) {
    client.on("app.registered", () => start().catch(() => makegood.show(panel, "offline")));
  } else {
    makegood.show(panel, "outside");
    document.body.dataset.state = "outside";
  }
})();
