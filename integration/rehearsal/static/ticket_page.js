/* The ticket page: puts form, composer, conversation and app together, submits, and keeps the page fresh. */

import { launch } from "./app_frame.js";
import { Composer } from "./composer.js";
import { knobs } from "./knobs.js";
import { safeFragment } from "./markup.js";
import { boot, call, toast } from "./shell.js";
import { TicketForm } from "./ticket_form.js";
import { TicketSurface } from "./ticket_surface.js";

const REFRESH_EVERY = 1500;
const CHANNELS = { email: "email", web: "web form", chat: "chat", native_messaging: "messaging", facebook: "Facebook",
  twitter: "X (Twitter)", voice: "phone", api: "API" };

const data = boot();
const form = new TicketForm(document.getElementById("properties"), data.view, propertyChanged);
const composer = new Composer(document.getElementById("composer"), (name, value) => {
  knobs.emit(`comment.${name}.changed`, value);
  knobs.emit(`ticket.comment.${name}.changed`, value);
  if (name === "type") showRecipient();
});
const surface = new TicketSurface(data, form, composer);
const slot = document.querySelector(".frame-slot");
let busy = false;

function propertyChanged(name, value) {
  knobs.emit(`ticket.${name}.changed`, value);
  knobs.emit("*.changed", { propertyName: `ticket.${name}`, newValue: value });
  if (name === "assignee_id") knobs.emit("ticket.assignee.user.id.changed", value);
  if (name === "subject" || name === "status") showHead();
}

function showHead() {
  const { view, model } = form;
  document.getElementById("subject").textContent = model.subject || "(no subject)";
  document.getElementById("ticket-number").textContent = `#${view.id}`;
  const status = document.getElementById("status");
  status.dataset.status = view.status;
  status.textContent = view.status === "hold" ? "On hold" : view.status[0].toUpperCase() + view.status.slice(1);
  document.getElementById("channel").textContent =
    `Via ${CHANNELS[view.channel] || view.channel} · ${when(view.created_at)} · ${view.brand?.name ?? ""}`;
  document.getElementById("requester-name").textContent = view.requester.name;
  document.getElementById("requester-detail").textContent =
    [view.requester.email, view.organization?.name, view.requester.locale].filter(Boolean).join("\n");
  document.querySelector(".who .avatar").textContent = initials(view.requester.name);
  const closed = view.status === "closed";
  composer.close(closed);
  document.getElementById("submit").disabled = closed;
  document.getElementById("refused").textContent = closed ? "This ticket is closed and takes no more comments." : "";
}

function showRecipient() {
  document.getElementById("composer-to").textContent =
    composer.type === "publicReply" ? `to ${form.view.requester.name}` : "seen by agents only";
}

function showComments(fresh) {
  const list = document.getElementById("comments");
  const known = new Set([...list.children].map((item) => item.dataset.id));
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const added = form.view.comments.filter((comment) => !known.has(String(comment.id)));
  list.append(...added.map(commentItem));
  if (added.length && (fresh || atEnd)) list.scrollTop = list.scrollHeight;
  if (added.length && !fresh) knobs.emit("ticket.conversation.changed", surface.get("ticket.conversation"));
}

function commentItem(comment) {
  const item = document.createElement("li");
  item.dataset.id = comment.id;
  item.className = "comment";
  item.classList.toggle("note", !comment.public);
  item.classList.toggle("by-agent", comment.author.role !== "end-user");
  const head = document.createElement("p");
  head.className = "comment-head";
  const name = document.createElement("strong");
  name.dir = "auto";
  name.textContent = comment.author.name;
  const time = document.createElement("time");
  time.dateTime = comment.created_at;
  time.textContent = when(comment.created_at);
  head.append(name, ...(comment.public ? [] : [badge("Internal note")]), time);
  const avatar = document.createElement("span");
  avatar.className = "avatar";
  avatar.setAttribute("aria-hidden", "true");
  avatar.textContent = initials(comment.author.name);
  const body = document.createElement("div");
  body.className = "comment-body";
  body.dir = "auto";
  body.append(safeFragment(comment.html));
  item.append(avatar, head, body);
  return item;
}

function badge(text) {
  const element = document.createElement("span");
  element.className = "badge";
  element.textContent = text;
  return element;
}

function initials(name) {
  const words = (name || "").replace(/[^\p{L}\s]/gu, " ").trim().split(/\s+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0]).join("").toUpperCase() || "?";
}

function when(moment) {
  return new Date(moment).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

function show(fresh = false) {
  showHead();
  showRecipient();
  showComments(fresh);
}

async function submit() {
  if (busy) return;
  busy = true;
  const refused = document.getElementById("refused");
  refused.textContent = "";
  const button = document.getElementById("submit");
  button.disabled = true;
  try {
    await knobs.ask("ticket.save");
    knobs.emit("ticket.submit.start");
    const status = document.getElementById("submit-status").value;
    const comment = composer.comment;
    const body = { ...form.unsaved, status, ...(comment ? { comment } : {}) };
    const view = await call(`/agent/api/tickets/${form.view.id}`, body);
    composer.clear();
    form.update(view, { saved: true });
    show();
    knobs.emit("ticket.submit.done");
    toast(`Ticket #${view.id} was submitted as ${view.status}.`);
  } catch (failure) {
    refused.textContent = failure.message;
    knobs.emit("ticket.submit.fail", { message: failure.message });
  } finally {
    knobs.emit("ticket.submit.always");
    busy = false;
    button.disabled = form.view.status === "closed";
  }
}

async function refresh() {
  try {
    if (!busy && !document.hidden) {
      const asked = form.view.updated_at;
      const view = await call(`/agent/api/tickets/${form.view.id}`);
      if (!busy && JSON.stringify(view) !== JSON.stringify(form.view)) {
        form.update(view);
        show();
        if (view.updated_at !== asked) knobs.emit("ticket.updated", { updatedBy: "other" });
      }
    }
  } catch {
    // The server may be restarting, or the ticket may just have been deleted; the next round tells.
  }
  setTimeout(refresh, REFRESH_EVERY);
}

async function startApp() {
  await launch(slot, {
    surface,
    installation: data.installation,
    context: { account: { subdomain: data.account.subdomain }, ticketId: form.view.id },
  });
}

show(true);
document.getElementById("submit").addEventListener("click", submit);
document.getElementById("composer").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
});
document.getElementById("toggle-apps").addEventListener("click", (event) => {
  const open = document.body.classList.toggle("apps-closed") === false;
  event.currentTarget.setAttribute("aria-expanded", String(open));
  knobs.emit(open ? "pane.activated" : "pane.deactivated");
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) knobs.emit("app.deactivated");
  else knobs.emit("app.activated", { firstLoad: false });
});
document.querySelector("[data-reload-apps]")?.addEventListener("click", startApp);
if (slot) startApp().catch((failure) => toast(failure.message, "error"));
setTimeout(refresh, REFRESH_EVERY);
