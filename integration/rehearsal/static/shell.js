/* What every page has: the colour scheme switch, the choice of agent, toasts, calls to the server. */

import { knobs } from "./knobs.js";

const KINDS = new Set(["notice", "alert", "error"]);

export function colorScheme() {
  return document.documentElement.dataset.colorScheme === "dark" ? "dark" : "light";
}

/* Show a short message; errors stay until they are dismissed. The text is shown as text, never as HTML. */
export function toast(text, kind = "notice", { sticky = kind === "error" } = {}) {
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.kind = KINDS.has(kind) ? kind : "notice";
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button";
  close.setAttribute("aria-label", "Dismiss");
  close.textContent = "×";
  close.addEventListener("click", () => box.remove());
  box.append(words, close);
  document.querySelector(".toasts").append(box);
  if (!sticky) setTimeout(() => box.remove(), 6000);
}

/* Call the workspace's own server; throws an Error whose message can be shown. */
export async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(path, { credentials: "same-origin", ...options });
  const data = await answer.json().catch(() => ({}));
  if (answer.ok) return data;
  const details = Object.values(data.details || {}).flat().map((entry) => entry.description);
  throw Object.assign(new Error(details.join(" ") || data.description || `The server answered ${answer.status}`), {
    status: answer.status,
  });
}

export function boot() {
  return JSON.parse(document.getElementById("boot").textContent);
}

document.querySelector("[data-scheme-switch]").addEventListener("click", () => {
  knobs.setColorScheme(colorScheme() === "dark" ? "light" : "dark");
});
document.querySelector("[data-submit-on-change]").addEventListener("change", (event) => {
  event.target.form.requestSubmit();
});
