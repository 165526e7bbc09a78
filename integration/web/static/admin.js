"use strict";

// The frame of the admin page. The part after # names what is shown: #templates/apology/en is the fragment
// api/admin/templates/apology/en. A fragment says what it wants done in attributes:
//   <a href="#reports">                                go there
//   <form data-get="reports">                          go there with the fields as query
//   <button data-post="parked/outbox/3/try-again">     send it, then show the fragment anew
//   <form data-post="…">                               the same with the fields as JSON; the boxes of a
//                                                      fieldset[data-many] of the same name are a list
//       data-said="…"    what to say afterwards        data-go="templates"    where to go afterwards
//   <form data-goto="templates/letter/{name}/{locale}">  go there, with the fields filled in
//   <a href="#" data-download="templates/export">      fetch it as a file
//   <form data-upload="…" data-into="#imported">       send its file, show the answer there
//   <input data-filter="#list" data-none="…">          show those items of the list that hold what is typed
// The element with data-focus-here takes the focus after following a link, else the heading.
// What a fragment needs besides comes from makegood.admin.enhance.
makegood.admin = (() => {
  const board = document.querySelector(".board");
  const status = document.querySelector("[role=status]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const enhancers = [];
  let asked = 0;
  let ending = [];
  let toSay = "";

  /** Run `begin(element)` on each `selector` of every fragment; what it returns runs when the fragment goes. */
  function enhance(selector, begin) {
    enhancers.push([selector, begin]);
  }

  function say(text) {
    status.textContent = text || "";
  }

  /** Tell why something failed; only a fragment that could not be had takes the place of what is shown. */
  function fail(error, isFragment = false) {
    if (error instanceof makegood.Refused) say(error.message);
    else if (error instanceof makegood.SessionEnded) makegood.show(board, "expired");
    else if (isFragment) makegood.show(board, "offline");
    else say(document.body.dataset.failed);
  }

  /** Ask below api/admin; resolves with the Response. */
  function call(path, options) {
    const [place, query = ""] = path.split("?");
    const given = new URLSearchParams(query);
    given.set("zone", zone);
    return makegood.call(`api/admin/${place}?${given}`, options);
  }

  /** What is shown, still written as an address: decoded twice, a sought “50%20off” would become “50 off”. */
  function path() {
    return location.hash.slice(1) || document.querySelector("nav a").hash.slice(1);
  }

  function mark() {
    const section = path().split(/[/?]/)[0];
    for (const link of document.querySelectorAll("nav a")) {
      if (link.hash === `#${section}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /** Show `html` as the fragment, and let the enhancers at it. */
  function put(html) {
    for (const end of ending.splice(0)) end();
    board.innerHTML = html;
    for (const [selector, begin] of enhancers) {
      for (const element of board.querySelectorAll(selector)) {
        const end = begin(element);
        if (end) ending.push(end);
      }
    }
  }

  /** Load what the address names; `focus` moves to its heading, as after following a link. */
  async function load({ focus = false } = {}) {
    const number = ++asked;
    const held = document.activeElement && board.contains(document.activeElement) ? document.activeElement.id : "";
    mark();
    board.setAttribute("aria-busy", "true");
    try {
      const html = await (await call(path())).text();
      if (number !== asked) return;
      put(html);
      const next = focus ? board.querySelector("[data-focus-here]") || board.querySelector("h2") : held && document.getElementById(held);
      if (focus && next) next.tabIndex = -1;
      if (focus) window.scrollTo(0, 0);
      if (next) next.focus();
    } catch (error) {
      if (number === asked) fail(error, true);
    } finally {
      if (number === asked) board.removeAttribute("aria-busy");
    }
  }

  /** Go to a fragment, or show it anew where it is shown already; `said` is told when it is there. */
  async function go(place, said = "") {
    if (place === undefined || new URL(`#${place}`, location).hash === location.hash) {
      await load();
      say(said);
    } else {
      toSay = said;
      location.hash = place;
    }
  }

  /** Return the fields of a form by name; the boxes of a fieldset[data-many] come as a list. */
  function fieldsOf(form) {
    const data = new FormData(form);
    const fields = Object.fromEntries(data);
    for (const { name } of form.querySelectorAll("fieldset[data-many]")) fields[name] = data.getAll(name);
    return fields;
  }

  async function post(element, body) {
    const button = element.matches("form") ? element.querySelector("button:not([type=button])") : element;
    button.disabled = true;
    say("");
    try {
      await call(element.dataset.post, { method: "POST", body });
      const { said, go: place } = element.dataset;
      await go(place, said);
    } catch (error) {
      fail(error);
    } finally {
      button.disabled = false;
    }
  }

  async function upload(form) {
    const button = form.querySelector("button");
    const file = form.querySelector("input[type=file]").files[0];
    button.disabled = true;
    say("");
    try {
      const zip = new Blob([file], { type: "application/zip" });
      const answer = await call(form.dataset.upload, { method: "POST", body: zip, seconds: 60 });
      document.querySelector(form.dataset.into).innerHTML = await answer.text();
    } catch (error) {
      fail(error);
    } finally {
      button.disabled = false;
    }
  }

  function filter(input) {
    const wanted = input.value.trim().toLocaleLowerCase();
    let shown = 0;
    for (const item of document.querySelectorAll(`:is(${input.dataset.filter}) > [data-words]`)) {
      item.hidden = !item.dataset.words.includes(wanted);
      shown += !item.hidden;
    }
    say(shown ? "" : input.dataset.none);
  }

  async function download(link) {
    try {
      const answer = await call(link.dataset.download);
      const named = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") || "");
      const address = URL.createObjectURL(await answer.blob());
      const anchor = Object.assign(document.createElement("a"), { href: address, download: named ? named[1] : "makegood" });
      anchor.click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      fail(error);
    }
  }

  board.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-download]");
    const button = event.target.closest("button[data-post]");
    if (link) {
      event.preventDefault();
      download(link);
    } else if (button) {
      post(button, button.dataset.body ? JSON.parse(button.dataset.body) : {});
    }
  });

  board.addEventListener("submit", (event) => {
    const form = event.target;
    event.preventDefault();
    const fields = fieldsOf(form);
    if (form.dataset.post) post(form, fields);
    if (form.dataset.upload) upload(form);
    if (form.dataset.goto) go(form.dataset.goto.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(fields[name])));
    if (form.dataset.get) go(`${form.dataset.get}?${new URLSearchParams(fields)}`);
  });

  board.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter]")) filter(event.target);
  });

  window.addEventListener("hashchange", () => {
    say(toSay);
    toSay = "";
    load({ focus: true });
  });
  document.querySelector("#refresh").addEventListener("click", () => load());

  function colour(scheme) {
    if (scheme === "light" || scheme === "dark") document.documentElement.dataset.colorScheme = scheme;
  }

  const client = typeof ZAFClient === "undefined" ? null : ZAFClient.init();
  if (client) {
    client.on("colorScheme.changed", colour);
    // It may have changed between the launch and now.
    client.get("colorScheme").then((answer) => colour(answer.colorScheme), () => {});
  }
  // The other scripts of the page add their enhancers first.
  document.addEventListener("DOMContentLoaded", () => load());

  return { enhance, call, say, fail, go, load, put, path, zone };
})();
