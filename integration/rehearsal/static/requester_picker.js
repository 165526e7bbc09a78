/* The field in which an agent looks up whom a new ticket is for; a person nobody knows comes by address. */

import { call, toast } from "./shell.js";

const TYPING = 180;
const ADDRESS = /^[^@\s]+@[^@\s]+$/;

export class RequesterPicker {
  /* `chosen(person)` hears of each choice: a person, one without an id who is new, or null. */
  constructor(root, chosen) {
    this.input = root.querySelector("#requester");
    this.list = root.querySelector("#people");
    this.line = root.querySelector("#requester-chosen");
    this.chosen = chosen;
    this.person = null;
    this.timer = 0;
    this.input.addEventListener("input", () => {
      if (this.person) this._choose(null);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this._look().catch((failure) => toast(failure.message, "error")), TYPING);
    });
  }

  async _look() {
    const query = this.input.value.trim();
    const { people } = await call(`/agent/api/people?${new URLSearchParams({ q: query })}`);
    if (this.input.value.trim() !== query || this.person) return;
    const isKnown = people.some((person) => person.email === query.toLowerCase());
    if (ADDRESS.test(query) && !isKnown) people.push({ id: null, name: query.split("@")[0], email: query, locale: null });
    this.list.replaceChildren(...people.map((person) => this._item(person)));
  }

  _item(person) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.dir = "auto";
    button.textContent = person.id === null ? `Add ${person.email}` : `${person.name} · ${person.email ?? "no address"}`;
    button.addEventListener("click", () => this._choose(person));
    item.append(button);
    return item;
  }

  _choose(person) {
    this.person = person;
    if (person) {
      this.input.value = person.name;
      this.list.replaceChildren();
      this.input.focus();
    }
    this.line.textContent = person ? [person.email, person.locale].filter(Boolean).join(" · ") : "";
    this.chosen(person);
  }
}
