/* The composer: rich text or plain, public reply or internal note; what is inserted can be undone with the keyboard. */

import { htmlToText, markdownToHtml, safeHtml, textToHtml } from "./markup.js";

export class Composer {
  /* `changed(property, value)` hears "text", "type" and "useRichText". */
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    this.rich = root.querySelector("#rich");
    this.plain = root.querySelector("#plain");
    this.kind = root.querySelector("#comment-type");
    this.richSwitch = root.querySelector("#use-rich");
    this.range = null;
    document.execCommand("defaultParagraphSeparator", false, "p");
    for (const editor of [this.rich, this.plain]) {
      editor.addEventListener("input", () => changed("text", this.text));
    }
    this.rich.addEventListener("paste", (event) => this._paste(event));
    this.kind.addEventListener("change", () => this._typeChanged());
    this.richSwitch.addEventListener("change", () => this._switch(this.richSwitch.checked));
    document.addEventListener("selectionchange", () => this._remember());
    for (const button of root.querySelectorAll("[data-style]")) {
      button.addEventListener("click", () => this._style(button.dataset.style));
    }
  }

  get useRichText() {
    return this.richSwitch.checked;
  }

  set useRichText(wanted) {
    if (Boolean(wanted) === this.useRichText) return;
    this.richSwitch.checked = Boolean(wanted);
    this._switch(this.richSwitch.checked);
  }

  get type() {
    return this.kind.value;
  }

  set type(wanted) {
    if (![...this.kind.options].some((option) => option.value === wanted)) {
      throw new Error(`${wanted} is not a comment type: publicReply or internalNote`);
    }
    if (wanted === this.type) return;
    this.kind.value = wanted;
    this._typeChanged();
  }

  /* HTML while the composer is rich, else plain text. */
  get text() {
    if (!this.useRichText) return this.plain.value;
    return this.isEmpty ? "" : safeHtml(this.rich.innerHTML);
  }

  set text(wanted) {
    this._selectAll();
    if (wanted) this.insertHtml(/<[a-z]/i.test(wanted) ? wanted : textToHtml(wanted));
    else document.execCommand("delete");
  }

  get isEmpty() {
    return (this.useRichText ? this.rich.textContent : this.plain.value).trim() === "";
  }

  /* The comment as the server takes it, or null when nothing was written. */
  get comment() {
    if (this.isEmpty) return null;
    const written = this.useRichText ? { html_body: this.text } : { body: this.plain.value };
    return { ...written, public: this.type === "publicReply" };
  }

  /* A closed ticket takes no comments. */
  close(closed) {
    this.root.toggleAttribute("data-closed", closed);
    this.rich.contentEditable = String(!closed);
    this.plain.disabled = closed;
  }

  clear() {
    this.rich.replaceChildren();
    this.plain.value = "";
    this.range = null;
    this.changed("text", "");
  }

  /* Insert at the cursor, over the selection. */
  insertHtml(html) {
    this._mustBeOpen();
    const clean = safeHtml(html);
    if (this.useRichText) {
      this._focusRich();
      document.execCommand("insertHTML", false, clean);
    } else {
      this.plain.focus();
      document.execCommand("insertText", false, htmlToText(clean));
    }
  }

  appendHtml(html) {
    this._toEnd();
    this.insertHtml(html);
  }

  appendText(text) {
    this._mustBeOpen();
    this._toEnd();
    if (this.useRichText) this.insertHtml(textToHtml(text));
    else document.execCommand("insertText", false, String(text));
  }

  appendMarkdown(text) {
    this.appendHtml(markdownToHtml(text));
  }

  _mustBeOpen() {
    if (this.plain.disabled) throw new Error("a closed ticket takes no comments");
  }

  _remember() {
    const selection = document.getSelection();
    if (selection.rangeCount && this.rich.contains(selection.getRangeAt(0).commonAncestorContainer)) {
      this.range = selection.getRangeAt(0).cloneRange();
    }
  }

  _focusRich() {
    // The selectionchange event comes late; what is selected now counts, if it is in the editor.
    this._remember();
    this._select(this.range && this.rich.contains(this.range.commonAncestorContainer) ? this.range : this._end());
  }

  _select(range) {
    this.rich.focus();
    const selection = document.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    this.range = range;
  }

  _end() {
    const range = document.createRange();
    range.selectNodeContents(this.rich);
    range.collapse(false);
    return range;
  }

  _toEnd() {
    if (this.useRichText) {
      this._select(this._end());
    } else {
      this.plain.focus();
      this.plain.setSelectionRange(this.plain.value.length, this.plain.value.length);
    }
  }

  _selectAll() {
    if (this.useRichText) {
      const range = document.createRange();
      range.selectNodeContents(this.rich);
      this._select(range);
    } else {
      this.plain.focus();
      this.plain.select();
    }
  }

  _switch(rich) {
    if (rich) this.rich.replaceChildren(...fragmentOf(this.plain.value ? textToHtml(this.plain.value) : ""));
    else this.plain.value = htmlToText(this.rich.innerHTML);
    this.rich.hidden = !rich;
    this.plain.hidden = rich;
    this.range = null;
    this.changed("useRichText", rich);
  }

  _typeChanged() {
    this.root.dataset.type = this.kind.value;
    this.changed("type", this.kind.value);
  }

  _paste(event) {
    event.preventDefault();
    const html = event.clipboardData.getData("text/html");
    this._remember();
    this.insertHtml(html || textToHtml(event.clipboardData.getData("text/plain")));
  }

  _style(command) {
    if (!this.useRichText) return;
    this._focusRich();
    document.execCommand(command);
  }
}

function fragmentOf(html) {
  const box = document.createElement("template");
  box.innerHTML = safeHtml(html);
  return box.content.childNodes;
}
