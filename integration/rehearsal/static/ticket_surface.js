/* What an app can read, set and do in the sidebar of a ticket, or of a new one, which has no id yet. */

import { AccountSurface, read } from "./account_surface.js";

const FIELD = /^custom_field_(\d+)$/;
const SETTABLE = new Set(["subject", "status", "priority", "type", "tags"]);

export class TicketSurface extends AccountSurface {
  /* `form` is the TicketForm with the ticket as it stands on the page, `composer` the Composer. */
  constructor(boot, form, composer) {
    super(boot);
    this.form = form;
    this.composer = composer;
  }

  roots() {
    return {
      ...super.roots(),
      ticket: () => this._ticket(),
      comment: () => this._comment(),
      ticketFields: () => this.form.view.fields.map((field) => this._fieldState(`custom_field_${field.id}`)),
    };
  }

  actions() {
    const appendText = (host, text) => this.composer.appendText(text);
    const appendHtml = (host, html) => this.composer.appendHtml(html);
    const appendMarkdown = (host, text) => this.composer.appendMarkdown(text);
    return {
      ...super.actions(),
      "ticket.editor.insert": (host, html) => this.composer.insertHtml(html),
      "ticket.editor.hyperlink": (host, text, url) => this.composer.insertHtml(`<a href="${encodeURI(url)}">${text}</a>`),
      "ticket.comment.appendText": appendText,
      "comment.appendText": appendText,
      "ticket.comment.appendHtml": appendHtml,
      "comment.appendHtml": appendHtml,
      "ticket.comment.appendMarkdown": appendMarkdown,
      "comment.appendMarkdown": appendMarkdown,
      "ticket.tags.add": (host, tags) => this.form.addTags([tags].flat()),
      "ticket.tags.remove": (host, tags) => this.form.removeTags([tags].flat()),
    };
  }

  get(path) {
    const field = customField(path);
    if (field) return this.form.customField(field);
    if (path.startsWith("ticketFields:")) return this._fieldState(path.slice("ticketFields:".length));
    return read(this.roots(), path.replace(/^ticket\.comment\b/, "comment"));
  }

  set(path, value) {
    const field = customField(path);
    const plain = path.replace(/^ticket\./, "");
    if (field) this.form.setCustomField(field, value);
    else if (plain === "comment.text") this.composer.text = value;
    else if (plain === "comment.type") this.composer.type = value;
    else if (plain === "comment.useRichText") this.composer.useRichText = value;
    else if (path === "ticket.assignee") this.form.change("assignee_id", value?.userId ?? value?.user?.id ?? null);
    else if (path.startsWith("ticket.") && SETTABLE.has(plain)) this.form.change(plain, value);
    else throw new Error(`${path} cannot be set`);
    return this.get(path);
  }

  invoke(action, args, host) {
    const visibility = /^ticketFields:(custom_field_\d+)\.(hide|show|enable|disable)$/.exec(action);
    if (visibility) return this.form.showField(FIELD.exec(visibility[1])[1], visibility[2]);
    return super.invoke(action, args, host);
  }

  _ticket() {
    const { view, model } = this.form;
    const assignee = view.staff.find((user) => user.id === model.assignee_id);
    const group = view.groups.find((entry) => entry.id === model.group_id);
    const conversation = view.comments.map(message);
    const custom = Object.fromEntries(
      view.fields.map((field) => [`customField:custom_field_${field.id}`, this.form.customField(String(field.id))]),
    );
    return {
      id: view.id,
      isNew: view.id === null,
      subject: model.subject,
      description: view.description,
      status: model.status,
      priority: model.priority,
      type: model.type,
      tags: [...model.tags],
      requester: view.requester && { ...view.requester, avatarUrl: null },
      assignee: { user: assignee ?? null, group: group ?? null },
      brand: view.brand,
      organization: view.organization,
      form: view.form,
      via: { channel: view.channel },
      editor: { targetChannel: { name: view.channel } },
      createdAt: view.created_at,
      updatedAt: view.updated_at,
      collaborators: [],
      comment: this._comment(),
      comments: conversation,
      conversation,
      ...custom,
    };
  }

  _comment() {
    const { text, type, useRichText } = this.composer;
    return { text, type, useRichText };
  }

  _fieldState(name) {
    const id = FIELD.exec(name)?.[1];
    const field = this.form.view.fields.find((entry) => String(entry.id) === id);
    if (!field) throw new Error(`${name} is not a field of this ticket`);
    const options = field.options.map((option) => ({ label: option.name, value: option.value, isDisabled: false }));
    return { name, label: field.title, type: field.type, ...this.form.fieldVisibility(id), options };
  }
}

function customField(path) {
  const name = /^ticket\.customField:(.+)$/.exec(path)?.[1];
  if (!name) return null;
  const id = FIELD.exec(name)?.[1];
  if (!id) throw new Error(`${path} is not a field of this ticket`);
  return id;
}

function message(comment) {
  return {
    id: comment.id,
    author: { id: comment.author.id, name: comment.author.name, role: comment.author.role },
    value: comment.html,
    message: { content: comment.html, contentType: "text/html" },
    timestamp: comment.created_at,
    channel: { name: comment.public ? comment.channel : "internal" },
    imageAttachments: [],
    nonImageAttachments: [],
  };
}
