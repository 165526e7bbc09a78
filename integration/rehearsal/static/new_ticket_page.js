/* The page of a new ticket: whom it is for, what it says, and the app beside it until it is saved. */

import { launch } from "./app_frame.js";
import { Composer } from "./composer.js";
import { knobs } from "./knobs.js";
import { RequesterPicker } from "./requester_picker.js";
import { boot, call, toast } from "./shell.js";
import { TicketForm } from "./ticket_form.js";
import { TicketSurface } from "./ticket_surface.js";

const data = boot();
const form = new TicketForm(document.getElementById("properties"), data.view, propertyChanged);
const composer = new Composer(document.getElementById("composer"), (name, value) => {
  knobs.emit(`comment.${name}.changed`, value);
  knobs.emit(`ticket.comment.${name}.changed`, value);
});
const surface = new TicketSurface(data, form, composer);
const picker = new RequesterPicker(document.querySelector(".picker"), requesterChosen);
const slot = document.querySelector(".frame-slot");
const subject = document.getElementById("subject");
const button = document.getElementById("submit");

function propertyChanged(name, value) {
  knobs.emit(`ticket.${name}.changed`, value);
  knobs.emit("*.changed", { propertyName: `ticket.${name}`, newValue: value });
}

function requesterChosen(person) {
  form.view.requester = person;
  document.getElementById("composer-to").textContent = person ? `to ${person.name}` : "";
  propertyChanged("requester.id", person?.id ?? null);
}

function written() {
  const { person } = picker;
  const requester = person?.id ? { requester_id: person.id } : { requester: { name: person?.name, email: person?.email } };
  return {
    ...form.unsaved,
    subject: subject.value.trim() || null,
    status: document.getElementById("submit-status").value,
    comment: composer.comment,
    ...requester,
  };
}

/* Save the ticket; from then on its own page is the agent's, and the app opens there beside it. */
async function submit() {
  const refused = document.getElementById("refused");
  refused.textContent = "";
  if (!picker.person) {
    refused.textContent = "Choose a requester first.";
    return;
  }
  button.disabled = true;
  try {
    await knobs.ask("ticket.save");
    knobs.emit("ticket.submit.start");
    const view = await call("/agent/api/tickets", written());
    knobs.emit("ticket.submit.done");
    window.location.assign(`/agent/tickets/${view.id}`);
  } catch (failure) {
    refused.textContent = failure.message;
    knobs.emit("ticket.submit.fail", { message: failure.message });
    button.disabled = false;
  } finally {
    knobs.emit("ticket.submit.always");
  }
}

async function startApp() {
  const context = { account: { subdomain: data.account.subdomain } };
  await launch(slot, { surface, installation: data.installation, context });
}

button.addEventListener("click", submit);
subject.addEventListener("change", () => form.change("subject", subject.value.trim()));
document.getElementById("composer").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
});
document.getElementById("toggle-apps").addEventListener("click", (event) => {
  const open = document.body.classList.toggle("apps-closed") === false;
  event.currentTarget.setAttribute("aria-expanded", String(open));
  knobs.emit(open ? "pane.activated" : "pane.deactivated");
});
document.querySelector("[data-reload-apps]")?.addEventListener("click", startApp);
if (slot) startApp().catch((failure) => toast(failure.message, "error"));
