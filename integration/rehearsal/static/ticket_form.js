/* The ticket's properties as they stand on the page: what the server last said, and what the agent or an app changed. */

const SIMPLE = ["subject", "status", "priority", "type", "assignee_id", "group_id"];
const OPENED = { new: "open", closed: "solved" };

export class TicketForm {
  /* `changed(property, value)` hears of every change, whoever made it. */
  constructor(element, view, changed) {
    this.element = element;
    this.view = view;
    this.changed = changed;
    this.edited = new Map();
    this.editedFields = new Map();
    this.addedTags = new Set();
    this.removedTags = new Set();
    this.visibility = new Map();
    this._build();
    this.render();
  }

  /* The ticket's properties with unsaved changes. */
  get model() {
    const model = Object.fromEntries(SIMPLE.map((name) => [name, this.saved(name)]));
    for (const [name, value] of this.edited) model[name] = value;
    const tags = this.view.tags.filter((tag) => !this.removedTags.has(tag));
    model.tags = [...new Set([...tags, ...this.addedTags])].sort();
    return model;
  }

  saved(name) {
    if (name === "assignee_id") return this.view.assignee?.id ?? null;
    if (name === "group_id") return this.view.group?.id ?? null;
    return this.view[name];
  }

  /* What goes to the server on submit. */
  get unsaved() {
    const data = Object.fromEntries([...this.edited].filter(([name]) => name !== "status"));
    if (this.addedTags.size || this.removedTags.size) data.tags = this.model.tags;
    if (this.editedFields.size) {
      data.custom_fields = [...this.editedFields].map(([id, value]) => ({ id: Number(id), value }));
    }
    return data;
  }

  customField(id) {
    this._field(id);
    return this.editedFields.has(id) ? this.editedFields.get(id) : (this.view.custom_fields[id] ?? null);
  }

  setCustomField(id, value) {
    const field = this._field(id);
    if (field.type === "tagger" && value && !field.options.some((option) => option.value === value)) {
      throw new Error(`${value} is not an option of ${field.title}`);
    }
    if (this.customField(id) === value) return;
    this.editedFields.set(id, value);
    this.render();
    this.changed(`custom_field_${id}`, value);
    this.changed(`customField:custom_field_${id}`, value);
  }

  change(name, value) {
    if (name === "tags") {
      this.removeTags(this.model.tags.filter((tag) => !value.includes(tag)));
      this.addTags(value);
      return;
    }
    if (this.model[name] === value) return;
    this.edited.set(name, value);
    this.render();
    this.changed(name, value);
  }

  addTags(tags) {
    this._changeTags(tags.map(String).filter((tag) => tag && !this.model.tags.includes(tag)), this.addedTags, this.removedTags);
  }

  removeTags(tags) {
    this._changeTags(tags.map(String).filter((tag) => this.model.tags.includes(tag)), this.removedTags, this.addedTags);
  }

  showField(id, how) {
    this._field(id);
    const state = this.fieldVisibility(id);
    if (how === "hide" || how === "show") state.isVisible = how === "show";
    else state.isEnabled = how === "enable";
    this.visibility.set(id, state);
    this.render();
  }

  fieldVisibility(id) {
    return { isVisible: true, isEnabled: true, ...this.visibility.get(id) };
  }

  /* Take over what the server says now; unsaved changes stay on top of it. */
  update(view, { saved = false } = {}) {
    const before = { ...this.model, ...this._fieldValues() };
    this.view = view;
    if (saved) for (const changes of [this.edited, this.editedFields, this.addedTags, this.removedTags]) changes.clear();
    this.render();
    const after = { ...this.model, ...this._fieldValues() };
    for (const name of Object.keys(after)) {
      if (JSON.stringify(before[name]) !== JSON.stringify(after[name])) this.changed(name, after[name]);
    }
  }

  _fieldValues() {
    return Object.fromEntries(this.view.fields.map(({ id }) => [`custom_field_${id}`, this.customField(String(id))]));
  }

  _field(id) {
    const field = this.view.fields.find((entry) => String(entry.id) === String(id));
    if (!field) throw new Error(`custom_field_${id} is not a field of this ticket`);
    return field;
  }

  _changeTags(tags, into, outOf) {
    if (!tags.length) return;
    for (const tag of tags) {
      outOf.delete(tag);
      if ((into === this.addedTags) !== this.view.tags.includes(tag)) into.add(tag);
    }
    this.render();
    this.changed("tags", this.model.tags);
  }

  _build() {
    fill(this.element.elements.assignee_id, this.view.staff);
    fill(this.element.elements.group_id, this.view.groups);
    for (const name of ["assignee_id", "group_id", "type", "priority"]) {
      const select = this.element.elements[name];
      const read = () => (name.endsWith("_id") ? Number(select.value) || null : select.value || null);
      select.addEventListener("change", () => this.change(name, read()));
    }
    const status = document.querySelector("#submit-status");
    status.addEventListener("change", () => this.change("status", status.value));
    this.element.addEventListener("submit", (event) => event.preventDefault());
    const input = this.element.querySelector("#new-tag");
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.addTags(input.value.trim().toLowerCase().split(/\s+/));
      input.value = "";
    });
  }

  render() {
    const model = this.model;
    for (const name of ["assignee_id", "group_id", "type", "priority"]) {
      this.element.elements[name].value = model[name] ?? "";
    }
    const list = this.element.querySelector("#tags");
    list.replaceChildren(...model.tags.map((tag) => tagItem(tag, () => this.removeTags([tag]))));
    const box = this.element.querySelector("#custom-fields");
    const typing = box.contains(document.activeElement) ? document.activeElement : null;
    box.replaceChildren(...this.view.fields.map((field) => this._control(field)));
    const again = typing && box.querySelector(`[name="${typing.name}"]`);
    if (again) {
      if (typing.type !== "checkbox") again.value = typing.value;
      again.focus();
    }
    const status = document.querySelector("#submit-status");
    status.value = OPENED[model.status] || model.status;
  }

  _control(field) {
    const id = String(field.id);
    const label = document.createElement("label");
    const title = document.createElement("span");
    title.textContent = field.title;
    const input = document.createElement(field.type === "tagger" ? "select" : "input");
    input.name = `custom_field_${id}`;
    const value = this.customField(id);
    if (field.type === "tagger") fill(input, field.options.map((option) => ({ id: option.value, name: option.name })));
    if (field.type === "checkbox") {
      input.type = "checkbox";
      input.checked = value === true;
    } else {
      if (field.type === "date") input.type = "date";
      if (field.type === "integer" || field.type === "decimal") input.type = "number";
      input.value = Array.isArray(value) ? value.join(" ") : (value ?? "");
    }
    const { isVisible, isEnabled } = this.fieldVisibility(id);
    label.hidden = !isVisible;
    input.disabled = !isEnabled;
    input.addEventListener("change", () => this.setCustomField(id, typed(field, input)));
    label.append(title, input);
    return label;
  }
}

function typed(field, input) {
  if (field.type === "checkbox") return input.checked;
  if (input.value === "") return null;
  if (field.type === "multiselect") return input.value.split(/\s+/);
  return field.type === "integer" || field.type === "decimal" ? Number(input.value) : input.value;
}

function fill(select, entries) {
  const none = new Option("–", "");
  select.replaceChildren(none, ...entries.map((entry) => new Option(entry.name, entry.id)));
}

function tagItem(tag, remove) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = tag;
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", `Remove tag ${tag}`);
  button.textContent = "×";
  button.addEventListener("click", remove);
  item.append(name, button);
  return item;
}
